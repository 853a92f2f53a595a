/** `<tth-avatar>`: an avatar on anybody's page. */

import { Avatar } from "./avatar.js";
import { readLatency } from "./media/output.js";
import { detail } from "./session/detail.js";
import { Server } from "./session/server.js";
import { BY_ATTRIBUTES } from "./session/words.js";

/** Attributes that take effect when they change; the others are read when a session is opened. */
const OBSERVED = ["model", "profile", "persona", "server", "key"];

const HOME = new URL("../", import.meta.url);

/** The server tells within so long what was heard of an answer that was broken off. */
const SETTLED_MS = 800;

/** @typedef {import("./session/dialogue.js").Turn} Turn */

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:host { display: inline-block; position: relative; width: 320px; height: 320px; overflow: hidden; contain: strict; }
:host([hidden]) { display: none; }
[part="face"], .layer, canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
[part="caption"] {
  position: absolute; left: 4%; right: 4%; bottom: 4%; margin: 0; padding: .5em .8em; border-radius: .8em;
  font: 500 max(13px, 1em)/1.35 system-ui, sans-serif; text-align: center; overflow-wrap: anywhere;
  color: #2b1d24; background: rgb(255 250 246 / .86);
}
[part="caption"]:empty, :host(:not([live])) [part="live"] { display: none; }
[part="live"] {
  position: absolute; top: 4%; left: 4%; padding: .15em .7em; border-radius: 99px;
  font: 700 max(11px, .75em)/1.5 system-ui, sans-serif; letter-spacing: .08em; color: #fff; background: #c4302b;
}
[part="caption"][data-level="error"] { border-left: 4px solid #cf4236; text-align: left; }
@media (prefers-color-scheme: dark) { [part="caption"] { color: #f7ecec; background: rgb(40 26 40 / .82); } }
`);

/**
 * The element. Attributes: `server`, `key`, `profile`, `persona`, `face`, `model`, `captions`, `latency`, `manual`.
 *
 * It sets the attribute `live` exactly while the microphone is on.
 *
 * Dispatches events that bubble: `avatarstate` ({state, message}), `avatarsaid` ({text}), `avatarheard` ({text,
 * final}), `avatarcaption` ({text}), `avatarend` ({text, outcome}), `avatarblocked` ({blocked}), `avatarmicrophone`
 * ({live, message}), `avatarnotice` ({level, message}).
 */
export class TthAvatar extends HTMLElement {
  static observedAttributes = OBSERVED;

  #face = document.createElement("div");
  #caption = document.createElement("p");
  #mark = document.createElement("span");
  /** @type {Avatar | null} */
  #avatar = null;
  #leaving = new AbortController();
  /** What went wrong, as long as it is so. */
  #trouble = "";
  /** @type {import("./session/client.js").LinkState} */
  #link = "closed";
  /** The answer that was broken off, until it is known what of it was heard. @type {Turn | null} */
  #broken = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waits;
  /** @type {WeakSet<Turn>} */
  #settled = new WeakSet();

  constructor() {
    super();
    this.#face.setAttribute("part", "face");
    this.#face.setAttribute("role", "img");
    this.#face.setAttribute("aria-label", "An avatar's face");
    this.#caption.setAttribute("part", "caption");
    this.#caption.setAttribute("aria-live", "polite");
    this.#mark.setAttribute("part", "live");
    this.#mark.setAttribute("role", "status");
    this.#mark.textContent = "LIVE";
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [STYLE];
    shadow.append(this.#face, this.#caption, this.#mark);
  }

  /** What goes on: `closed`, or a state of the dialogue: connecting, ready, thinking, speaking, held, … */
  get state() {
    return this.#avatar?.dialogue.state ?? "closed";
  }

  /** The name of the renderer that draws. */
  get renderer() {
    return this.#avatar?.stage.renderer ?? "";
  }

  /** Whether the microphone is on. */
  get live() {
    return this.#avatar?.ear.live ?? false;
  }

  /** What it says, as far as it has been said. */
  get text() {
    return this.#avatar?.dialogue.text ?? "";
  }

  /** The pose drawn last: 52 weights, head, gaze, breath. */
  get pose() {
    return this.#avatar?.stage.pose ?? null;
  }

  connectedCallback() {
    this.#leaving = new AbortController();
    // A click or a key anywhere lets sound out.
    const options = { capture: true, passive: true, signal: this.#leaving.signal };
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => void this.#avatar?.player.unblock(), options);
    }
    if (!this.hasAttribute("manual")) this.connect();
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.close();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (!this.#avatar || before === now) return;
    if (name === "model") void this.#dress(this.#avatar);
    else if (name === "server" || name === "key") {
      this.close();
      this.connect();
    } else this.#avatar.client.open(this.#wish);
  }

  /** Open a session, where there is none. */
  connect() {
    if (this.#avatar || !this.isConnected) return;
    const server = this.#server;
    const avatar = new Avatar({
      host: this.#face,
      server,
      face: this.getAttribute("face") ?? "",
      latencyMs: readLatency(this.getAttribute("latency")),
      advice: BY_ATTRIBUTES,
    });
    this.#avatar = avatar;
    if (this.hasAttribute("model")) void this.#dress(avatar);
    this.#listen(avatar);
    avatar.client.open(this.#wish);
  }

  /** Leave the session; the face goes with it. */
  close() {
    const avatar = this.#avatar;
    if (!avatar) return;
    this.#avatar = null;
    this.#caption.textContent = "";
    this.#calm();
    void avatar.close();
    this.#tell("avatarstate", { state: "closed", message: "" });
  }

  /**
   * Say something to it.
   *
   * @param {string} text
   * @param {import("./session/client.js").Control} [control] For this answer: `{ emotion: { label: "happy" } }`.
   * @returns {boolean} Whether there were words, and a session to take them.
   */
  say(text, control) {
    return this.#avatar?.say(text, control) ?? false;
  }

  /**
   * Listen to the person; within the handling of a click or a key, which lets sound out as well.
   *
   * @param {"open" | "held"} [how] `open`: to all that is said; `held`: what is said until `mute()` is one question.
   * @returns {boolean} False where there is no session, or a profile that does not hear.
   */
  listen(how = "open") {
    return this.#avatar?.listen(how) ?? false;
  }

  /**
   * Listen no more.
   *
   * @param {boolean} [discard] Forget what was said since it listened.
   */
  mute(discard = false) {
    this.#avatar?.mute(discard);
  }

  /** Break off what it says: sound, mouth and the model's memory. */
  interrupt() {
    this.#avatar?.interrupt();
  }

  /**
   * @param {import("./session/client.js").Control} control Laid over the session's from the next answer on.
   * @returns {boolean} Whether it was one, and there was a session to take it.
   */
  control(control) {
    return this.#avatar?.dialogue.control(control) ?? false;
  }

  /** Let sound out; within the handling of a click or a key. */
  async unblock() {
    await this.#avatar?.player.unblock();
  }

  get #home() {
    const server = this.getAttribute("server");
    return server ? new URL(server, document.baseURI) : HOME;
  }

  get #server() {
    return new Server(this.#home, () => this.getAttribute("key"));
  }

  /**
   * Show the model that is asked for. It is fetched here, with the key where it is the server's.
   *
   * @param {Avatar} avatar
   */
  async #dress(avatar) {
    const asked = this.getAttribute("model");
    const abandoned = () => avatar !== this.#avatar || asked !== this.getAttribute("model");
    let model;
    try {
      if (asked) {
        // Few show a model: the page does not wait for what reads one.
        const { fetchModel } = await import("./face/model/source.js");
        model = await fetchModel(asked, this.#server);
      }
    } catch (error) {
      const message = `The model face cannot be shown: ${error instanceof Error ? error.message : error}`;
      if (!abandoned()) this.#notice({ level: "warning", topic: "face", message });
    }
    if (!abandoned()) avatar.model = model;
  }

  get #wish() {
    const [profile, persona] = [this.getAttribute("profile"), this.getAttribute("persona")];
    return { ...(profile && { profile }), ...(persona && { persona }) };
  }

  /** @param {Avatar} avatar */
  #listen(avatar) {
    const { client, dialogue, ear, stage } = avatar;
    ear.addEventListener("live", (event) => this.#mind(detail(event)));
    ear.addEventListener("failed", (event) => this.#deaf(detail(event)));
    avatar.addEventListener("blocked", (event) => this.#tell("avatarblocked", { blocked: detail(event) }));
    client.addEventListener("session", (event) => {
      const { persona } = /** @type {import("./session/client.js").SessionInfo} */ (detail(event));
      this.#face.setAttribute("aria-label", `${persona.name}'s face`);
    });
    client.addEventListener("state", (event) => this.#follow(detail(event)));
    dialogue.addEventListener("state", (event) => {
      if (detail(event) !== "error") this.#tell("avatarstate", { state: detail(event), message: "" });
    });
    dialogue.addEventListener("said", (event) => {
      this.#end();
      const { text } = detail(event);
      if (text) this.#tell("avatarsaid", { text });
    });
    dialogue.addEventListener("utterance", (event) => {
      const { text, final } = detail(event);
      if (text || final) this.#tell("avatarheard", { text, final });
    });
    dialogue.addEventListener("turn", () => this.#calm());
    dialogue.addEventListener("caption", (event) => this.#show(detail(event)));
    dialogue.addEventListener("forgotten", () => {
      this.#end();
      this.#write("");
    });
    for (const source of [dialogue, ear, stage]) {
      source.addEventListener("notice", (event) => this.#notice(detail(event)));
    }
  }

  /** @param {boolean} live Whether the microphone is on. */
  #mind(live) {
    this.toggleAttribute("live", live);
    this.#tell("avatarmicrophone", { live, message: "" });
  }

  /** @param {string} message Why there is no microphone. */
  #deaf(message) {
    this.#tell("avatarmicrophone", { live: false, message });
    this.#notice({ level: "warning", topic: "microphone", message });
  }

  /** @param {{state: import("./session/client.js").LinkState, message: string}} link */
  #follow({ state, message }) {
    const lost = this.#link === "ready" && !message;
    this.#link = state;
    if (state === "error") {
      this.#tell("avatarstate", { state, message });
      this.#fail(message);
    } else if (state !== "reconnecting") this.#calm();
    // One that was lost is mostly back at once.
    else if (!lost) this.#away(message || this.#unreachable);
  }

  /** @param {string} message Why there is no session for now. It is tried again and again, and told once. */
  #away(message) {
    if (this.#fail(message)) this.#tell("avatarnotice", { level: "warning", topic: "connection", message });
  }

  get #unreachable() {
    const { origin } = this.#home;
    if (origin === location.origin) return `${origin} cannot be reached.`;
    // A browser does not tell a page why another server's answer was kept from it.
    return (
      `${origin} cannot be reached, or it does not let pages of ${location.origin} connect: ` +
      `the setting 'origins' of that server names those that may.`
    );
  }

  /** @param {import("./session/words.js").Notice} notice */
  #notice(notice) {
    if (notice.topic === "connection") return;
    this.#tell("avatarnotice", notice);
    if (notice.level === "error") this.#fail(notice.message);
  }

  /**
   * Say what is wrong where a person looks: in the caption, else on the console.
   *
   * @param {string} message
   * @returns {boolean} Whether that is news.
   */
  #fail(message) {
    if (message === this.#trouble) return false;
    this.#trouble = message;
    if (this.hasAttribute("captions")) {
      this.#caption.dataset.level = "error";
      this.#caption.textContent = message;
    } else console.warn(`<tth-avatar>: ${message}`);
    return true;
  }

  /** The trouble is over, or nobody needs to read of it any more. */
  #calm() {
    this.#trouble = "";
    if (!this.#caption.dataset.level) return;
    delete this.#caption.dataset.level;
    this.#caption.textContent = "";
  }

  /** @param {Turn} turn */
  #show(turn) {
    const { text, outcome } = turn;
    this.#write(text);
    if (outcome === "interrupted") this.#settle(turn);
    else if (outcome !== "running") this.#tell("avatarend", { text, outcome });
  }

  /**
   * What was heard of a broken off answer is told by the server a moment later; that is its end.
   *
   * @param {Turn} turn
   */
  #settle(turn) {
    if (this.#settled.has(turn)) return;
    if (turn === this.#broken) return this.#end();
    this.#end();
    this.#broken = turn;
    this.#waits = setTimeout(() => this.#end(), SETTLED_MS);
  }

  /** Tell the end of the answer that was broken off, once. */
  #end() {
    const turn = this.#broken;
    if (!turn) return;
    clearTimeout(this.#waits);
    this.#broken = null;
    this.#settled.add(turn);
    this.#tell("avatarend", { text: turn.text, outcome: turn.outcome });
  }

  /** @param {string} text What is said; it does not take the place of what is wrong. */
  #write(text) {
    if (this.hasAttribute("captions") && !this.#trouble) this.#caption.textContent = text;
    this.#tell("avatarcaption", { text });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("tth-avatar")) customElements.define("tth-avatar", TthAvatar);
