/** A session with a provider, straight from the page; to the page it is what a session with the server is. */

import { Call } from "./call.js";
import { within } from "./deadline.js";
import { nameOf } from "./names.js";
import { Socket } from "./socket.js";
import { Speaking } from "./speaking.js";
import { NoWay, askForToken } from "./token.js";
import { Turns } from "./turns.js";
import { Upward } from "./upward.js";

/** @typedef {"webrtc" | "websocket"} Kind */
/** @typedef {import("../session/client.js").Persona} Persona */

const READY_MS = 10_000;

/** An answer of which nothing comes for so long does not come. */
const ANSWER_MS = 15_000;

const KEPT = "a call keeps the emotion that it began with; the next one takes up what is chosen";

/** A session has its time; what comes after it says so. */
const EXPIRED = "session_expired";

/**
 * One session, once. Dispatches what `Client` does, and `raw` (each event of the provider as it came), `told` (each
 * message that it was sent) and `lost` (a sentence: it is over, and was not left).
 */
export class DirectLink extends EventTarget {
  #server;
  #kind;
  #context;
  /** @type {Call | Socket | null} */
  #line = null;
  /** @type {Turns | null} */
  #turns = null;
  /** @type {Speaking | null} */
  #speaking = null;
  /** @type {import("./token.js").Token | null} */
  #token = null;
  /** @type {Persona | null} */
  #persona = null;
  /** What the provider told before anybody listened. @type {object[]} */
  #early = [];
  #begun = false;
  #upward = new Upward();
  /** @type {ReturnType<typeof setTimeout> | undefined} Runs while an answer is due. */
  #due;
  #voice = "";
  /** Why it is over, where it was not left. */
  #why = "";
  #known = Promise.withResolvers();
  /** @type {import("../session/client.js").LinkState} */
  state = "connecting";

  /**
   * @param {import("../session/server.js").Server} server Gives the secret.
   * @param {Kind} kind
   * @param {BaseAudioContext} context Where silence is made.
   */
  constructor(server, kind, context) {
    super();
    this.#server = server;
    this.#kind = kind;
    this.#context = context;
    // It may be lost when nobody waits any more.
    this.#known.promise.catch(() => {});
  }

  /**
   * Connect, and wait until the provider is ready. Nothing is dispatched before `begin`.
   *
   * @param {import("../session/client.js").Wish} wish
   * @returns {Promise<MediaStream | null>} The avatar's voice, where it comes as a stream.
   * @throws {import("./token.js").NoWay} It cannot be had; nothing is left open.
   */
  async connect(wish) {
    try {
      const [token, personas] = await Promise.all([askForToken(this.#server, wish), this.#personas()]);
      if (this.state === "closed") throw new DOMException("the link was closed", "AbortError");
      this.#token = token;
      this.#persona = personas.find(({ id }) => id === token.persona) ?? { id: token.persona, name: token.persona };
      const line = (this.#line = this.#kind === "webrtc" ? new Call(token, silence(this.#context)) : new Socket(token));
      this.#prepare(line);
      const stream = await line.open((address) => this.#server.at(address));
      await within(this.#known.promise, READY_MS, "The provider is silent.");
      return stream;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Tell that it is ready, and all that comes from now on. */
  begin() {
    if (this.state === "closed") return this.#dispatch("lost", this.#why);
    const { session_id: id = "", profile } = /** @type {import("./token.js").Token} */ (this.#token);
    this.#enter("connecting");
    this.#dispatch("session", { id, stream: "", profile, persona: this.#persona });
    this.#enter("ready");
    this.#begun = true;
    const { voice, voices } = /** @type {import("./token.js").Token} */ (this.#token);
    this.#voice = voice;
    this.#tell({ type: "session_ready", session_id: id, profile, components: {}, voice, voices });
    for (const event of this.#early.splice(0)) this.#tell(event);
  }

  /** What the provider let the page choose from. */
  get token() {
    return this.#token;
  }

  /** @param {MediaStreamTrack | null} track The microphone's, where it is on. */
  set track(track) {
    void this.#line?.speak(track);
  }

  /**
   * Take a message as the server would.
   *
   * @param {{type: string, [field: string]: any}} message
   * @returns {boolean} Whether it was taken.
   */
  send(message) {
    if (this.state !== "ready") return false;
    this.#dispatch("told", message);
    const [turns, speaking] = [/** @type {Turns} */ (this.#turns), /** @type {Speaking} */ (this.#speaking)];
    switch (message.type) {
      case "user_text":
        turns.ask(/** @type {any} */ (message));
        return true;
      case "interrupt":
        turns.breakOff();
        return true;
      case "playhead":
        turns.played(/** @type {any} */ (message));
        return true;
      case "flushed":
        turns.flushed(/** @type {any} */ (message));
        return true;
      case "microphone":
        speaking.switch(/** @type {any} */ (message));
        return true;
      case "listening_update":
        speaking.choose(message.listening);
        return true;
      case "voice_update":
        this.#choose(message.voice);
        return true;
      case "control_update":
        this.#tell({ type: "warning", turn_id: "", code: "control", message: KEPT });
        return true;
      default:
        return false;
    }
  }

  /**
   * Take a frame of the microphone's sound; it goes by events where it has no track.
   *
   * @param {ArrayBuffer} frame
   */
  sendFrame(frame) {
    if (this.state !== "ready") return false;
    if (this.#line?.sound === "deltas") this.#speaking?.send(this.#upward.take(frame));
    return true;
  }

  /**
   * Send the provider any event of its own protocol.
   *
   * @param {{type: string, [field: string]: unknown}} event
   */
  sendRaw(event) {
    return this.#line?.send(event) ?? false;
  }

  /** @param {import("../media/wire.js").FaceFrame} frame What the mouth does. */
  see(frame) {
    this.#dispatch("media", frame);
  }

  /** Hang up; every track, channel and connection is given back. */
  close() {
    this.state = "closed";
    clearTimeout(this.#due);
    this.#line?.close();
    this.#line = null;
  }

  /** @param {Call | Socket} line */
  #prepare(line) {
    const ends = {
      sound: line.sound,
      tell: (/** @type {object} */ event) => this.#tell(event),
      play: (/** @type {object} */ frame) => this.#dispatch("media", frame),
      send: (/** @type {import("./turns.js").ProviderEvent} */ event) => {
        if (event.type === "response.create" || event.type === "conversation.item.create") this.#await();
        line.send(event);
      },
    };
    const turns = (this.#turns = new Turns(ends));
    this.#speaking = new Speaking(ends, turns);
    line.addEventListener("event", (event) => this.#take(/** @type {CustomEvent} */ (event).detail));
    line.addEventListener("lost", (event) => this.#lose(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {import("./turns.js").ProviderEvent} event */
  #take(event) {
    this.#dispatch("raw", event);
    this.#follow(event.type);
    const named = { ...event, type: nameOf(event.type) };
    if (named.type === "session.created") this.#known.resolve(null);
    if (named.type === "session.updated") this.#hearVoice(event.session?.audio?.output?.voice);
    if (named.type === "error" && event.error?.code === EXPIRED) return this.#lose("The call has had its time.");
    this.#speaking?.take(named);
    this.#turns?.take(named);
  }

  /** @param {string} type Of what the provider told. */
  #follow(type) {
    if (type === "response.done" || type === "error") {
      clearTimeout(this.#due);
      this.#due = undefined;
    } else if (this.#due !== undefined || type === "response.created") this.#await();
  }

  #await() {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.#lose("The provider does not answer."), ANSWER_MS);
  }

  /**
   * Ask for another voice. A provider changes it until the first sound of the call, and says so where it does not.
   *
   * @param {string | null} wish Nothing: the one that it would have begun with.
   */
  #choose(wish) {
    const voice = wish ?? this.#token?.voice;
    if (voice) this.sendRaw({ type: "session.update", session: { type: "realtime", audio: { output: { voice } } } });
  }

  /** @param {unknown} voice The one that speaks now. */
  #hearVoice(voice) {
    if (typeof voice !== "string" || voice === this.#voice) return;
    this.#voice = voice;
    this.#tell({ type: "voice_changed", turn_id: "", voice, voices: this.#token?.voices ?? [], wish: voice });
  }

  /** @param {string} why */
  #lose(why) {
    if (this.state === "closed") return;
    this.#why = why;
    this.close();
    this.#known.reject(new NoWay(why));
    if (this.#begun) this.#dispatch("lost", why);
  }

  async #personas() {
    try {
      const { personas } = /** @type {{personas: Persona[]}} */ (await this.#server.request("/v1/personas"));
      return personas;
    } catch {
      return [];
    }
  }

  /** @param {import("../session/client.js").LinkState} state */
  #enter(state) {
    this.state = state;
    this.#dispatch("state", { state, message: "", resumed: false });
  }

  /** @param {object} event */
  #tell(event) {
    if (this.#begun) this.#dispatch("event", { generation: 0, ...event });
    else this.#early.push(event);
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * A track on which nothing is heard.
 *
 * @param {BaseAudioContext} context
 */
function silence(context) {
  const silent = new MediaStreamAudioDestinationNode(/** @type {AudioContext} */ (context), { channelCount: 1 });
  return silent.stream.getAudioTracks()[0];
}
