/** An avatar on a page: a session with a server, the voice that comes of it, and a face. */

import { Player } from "./media/player.js";
import { Client } from "./session/client.js";
import { detail } from "./session/detail.js";
import { Dialogue } from "./session/dialogue.js";
import { Ear } from "./session/ear.js";
import { Hearing } from "./session/hearing.js";
import { Route } from "./session/route.js";
import { Stage } from "./stage.js";

/** @typedef {import("./session/client.js").Persona} Persona */
/** @typedef {import("./session/client.js").SessionInfo} SessionInfo */

/** @typedef {import("./direct/direct.js").Direct} Direct */

/** Avatars that do no more than the page itself, which reads lips from any voice. */
const READ_HERE = ["", "lipsync", "phoneme", "stub_avatar"];

/** So long the face shows that it was interrupted. */
const STARTLED_MS = 600;

/**
 * Ties client, player, dialogue and stage together; what each of them tells is heard from it itself.
 *
 * Dispatches `blocked` (boolean) when the browser begins or ceases to hold sound back, and `lost` (a sentence) when the
 * straight way to a provider has ended: then there is no session.
 */
export class Avatar extends EventTarget {
  #interruptedMs = -Infinity;
  #blocked = false;
  #server;
  /** @type {Direct | null} The straight way to a provider, where that is used. */
  #direct = null;
  /** What made the face of the last session with the server, and in which profile. */
  #faced = { profile: "", avatar: "" };
  /** Counts what was asked for, so that a call that comes too late is hung up. */
  #asked = 0;
  /** @type {Persona["look"]} */
  #look = {};

  client;
  dialogue;
  player;
  stage;
  hearing;
  ear;

  /** Whether somebody is about to type something. */
  listening = false;

  /** @type {string | File | undefined} A GLB or VRM file to show in place of the drawn face. */
  #model;

  /**
   * @param {object} options
   * @param {HTMLElement} options.host Where the face is shown.
   * @param {HTMLElement} [options.room] Where there is room for the head; all of the host where none is given.
   * @param {import("./session/server.js").Server} options.server
   * @param {string} [options.face] The renderer to begin with.
   * @param {number | null} [options.latencyMs] From the sound's output to the ear, where the browser tells it wrong.
   * @param {import("./session/words.js").Advice | null} [options.advice] What helps where a session is refused.
   */
  constructor({ host, room = host, server, face = "", latencyMs = null, advice = null }) {
    super();
    this.#server = server;
    this.player = new Player({ latencyMs });
    this.client = new Route(new Client(server, advice));
    this.dialogue = new Dialogue(this.client, this.player);
    this.hearing = new Hearing(this.client);
    this.ear = new Ear(this.client, this.hearing);
    this.ear.addEventListener("live", (event) => (this.dialogue.live = detail(event)));
    this.ear.addEventListener("track", (event) => this.#speak(detail(event)));
    this.stage = new Stage(host, room, (nowMs) => this.#read(nowMs), face);
    this.client.addEventListener("event", (event) => {
      const { type, profile, components } = detail(event);
      if (type === "session_ready" && this.client.served) this.#faced = { profile, avatar: components.avatar ?? "" };
    });
    this.client.addEventListener("session", (event) => {
      const { persona } = /** @type {SessionInfo} */ (detail(event));
      this.#look = persona.look;
      this.#show();
    });
  }

  /**
   * Open a session with the server; one that is open is left.
   *
   * @param {import("./session/client.js").Wish} wish
   */
  open(wish) {
    this.#through();
    this.client.open(wish);
  }

  /**
   * Talk to the provider straight. Until it answers all stays as it is, and where it does not, for good.
   *
   * @param {import("./direct/link.js").Kind} kind
   * @param {import("./session/client.js").Wish} wish
   * @returns {Promise<boolean>} Whether it is so now: something else may have been asked for meanwhile.
   * @throws {Error} It cannot be had; its message is for the person.
   */
  async call(kind, wish) {
    const asked = ++this.#asked;
    const { Direct } = await import("./direct/direct.js");
    const { profile, avatar } = this.#faced;
    const faced = !READ_HERE.includes(avatar) && profile === (wish.profile ?? profile);
    const direct = await Direct.connect({ server: this.#server, kind, wish, player: this.player, faced });
    if (asked !== this.#asked) {
      direct.close();
      return false;
    }
    const before = this.#direct;
    this.#direct = direct;
    direct.link.addEventListener("lost", (event) => this.#lose(direct, detail(event)));
    this.client.use(direct.link);
    this.dialogue.player = direct.voice;
    before?.close();
    this.#speak(this.ear.track);
    direct.link.begin();
    return true;
  }

  /** Whether sound waits for a click or a key. */
  get blocked() {
    return this.#blocked;
  }

  /** @param {string | File | undefined} model A file, or its address. */
  set model(model) {
    this.#model = model;
    this.#show();
  }

  /**
   * Say something to it.
   *
   * @param {string} text
   * @param {import("./session/client.js").Control} [control] For this answer.
   * @returns {boolean} Whether there were words, and a session to take them.
   */
  say(text, control) {
    void this.player.unblock();
    return this.dialogue.say(text, control);
  }

  /**
   * Listen to the person; within the handling of a click or a key, which lets sound out as well.
   *
   * @param {"open" | "held"} [how] `open`: to all that is said; `held`: what is said until `mute` is one utterance.
   * @returns {boolean} False where the server does not hear.
   */
  listen(how = "open") {
    void this.player.unblock();
    return this.ear.listen(how);
  }

  /**
   * Listen no more.
   *
   * @param {boolean} [discard] Forget what was said since it listened.
   */
  mute(discard = false) {
    this.ear.mute(discard);
  }

  /** Break off what it says. */
  interrupt() {
    if (this.dialogue.turn?.outcome === "running") this.#interruptedMs = performance.now();
    this.dialogue.interrupt();
  }

  /** The page is left, and may come back: the server learns how far it was heard. */
  leave() {
    this.#direct?.close();
    const { turn, unit, state } = this.player.position();
    if (state !== "idle") this.client.send({ type: "playhead", turn, sample: unit, state: "blocked" });
  }

  /** Leave the session and free what is held. */
  async close() {
    const muted = this.ear.close();
    this.#through();
    this.client.close();
    this.stage.destroy();
    await Promise.all([muted, this.player.close()]);
  }

  /** Talk through the server again; a call that is on its way is given up. */
  #through() {
    this.#asked++;
    const direct = this.#direct;
    if (!direct) return;
    this.#direct = null;
    this.dialogue.player = this.player;
    this.client.use(null);
    direct.close();
  }

  /**
   * @param {Direct} direct
   * @param {string} why
   */
  #lose(direct, why) {
    if (direct === this.#direct) this.dispatchEvent(new CustomEvent("lost", { detail: why }));
  }

  /** @param {MediaStreamTrack | null} track */
  #speak(track) {
    if (this.#direct) this.#direct.link.track = track;
  }

  #show() {
    const { palette, model: _, ...colours } = this.#look ?? {};
    this.stage.show({ palette, colours, model: this.#model });
  }

  /**
   * What the face shows now.
   *
   * @param {number} nowMs
   */
  #read(nowMs) {
    this.dialogue.tick(nowMs);
    const blocked = this.player.blocked && this.player.position().state === "blocked";
    if (blocked !== this.#blocked) {
      this.#blocked = blocked;
      this.dispatchEvent(new CustomEvent("blocked", { detail: blocked }));
    }
    return { mood: this.#mood(nowMs), weights: this.dialogue.weights(nowMs) };
  }

  /**
   * @param {number} nowMs
   * @returns {import("./life/life.js").Mood}
   */
  #mood(nowMs) {
    if (nowMs - this.#interruptedMs < STARTLED_MS) return "interrupted";
    const { hears, state } = this.dialogue;
    if (hears) return "listening";
    if (state === "thinking" || state === "speaking") return state;
    return this.listening ? "listening" : "idle";
  }
}
