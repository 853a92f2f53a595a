/** A conversation by the relay protocol; to the page it is what a session with the server is. */

import { within } from "../direct/deadline.js";
import { fromBase64, toBase64 } from "../direct/pcm.js";
import { NoWay } from "../direct/token.js";
import { Upward } from "../direct/upward.js";

const READY_MS = 15_000;
const RATE_HZ = 24_000;
const NOT_TAKEN = "The server does not take the connection.";
const HEARS = { hears: true, why: "", detector: "voice", threshold: 0.5, silence_ms: 700, barge_in: "stop" };

/** One conversation, once; tells and takes what a `DirectLink` does. */
export class RelayLink extends EventTarget {
  #server;
  /** @type {WebSocket | null} */
  #socket = null;
  #upward = new Upward();
  #turns = 0;
  #units = 0;
  /** The running turn. */
  #turn = { id: "", number: 0, done: false };
  /** @type {{turn_id: string, text: string} | null} Words on their way. */
  #ask = null;
  /** Why it could not begin, as far as the server has told. */
  #why = "";
  /** @type {import("../session/client.js").LinkState} */
  state = "connecting";

  /** @param {import("../session/server.js").Server} server */
  constructor(server) {
    super();
    this.#server = server;
  }

  /**
   * @param {import("../session/client.js").Wish} wish
   * @throws {NoWay} It cannot be had; nothing is left open.
   */
  async connect({ profile, persona, control }) {
    const asked = new URLSearchParams();
    const { label, intensity } = control?.emotion ?? {};
    for (const [name, value] of Object.entries({ profile, persona, emotion: label, intensity })) {
      if (value != null) asked.set(name, String(value));
    }
    const socket = this.#server.socket(`/ws/conversation?${asked}`);
    this.#socket = socket;
    const ready = new Promise((resolve, refuse) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        this.#dispatch("raw", message);
        if (message.type === "session_ready") resolve(null);
        this.#take(message);
      });
      socket.addEventListener("close", () => refuse(new NoWay(this.#why || NOT_TAKEN)));
    });
    try {
      await within(ready, READY_MS, "The server is silent.");
    } catch (error) {
      this.close();
      throw error;
    }
    socket.addEventListener("close", () => this.#lose());
  }

  /** Tell that it is ready, and all that comes from now on. */
  begin() {
    this.#enter("connecting");
    this.#enter("ready");
    this.#tell("session_ready", {});
    this.#tell("listening", HEARS);
  }

  /**
   * @param {{type: string, [field: string]: any}} message As the server takes it.
   * @returns {boolean} Whether it was taken.
   */
  send(message) {
    if (this.state !== "ready") return false;
    if (message.type === "user_text") {
      this.#ask = /** @type {any} */ (message);
      return this.sendRaw({ type: "text", text: message.text });
    }
    // It cannot be told more than that; what is to end is silenced here.
    if (message.type === "playhead" && message.state === "ended") this.#played(message.turn);
    return ["playhead", "flushed", "microphone", "interrupt"].includes(message.type);
  }

  /** @param {ArrayBuffer} frame Of the microphone. */
  sendFrame(frame) {
    return this.sendRaw({ type: "audio", audio: toBase64(this.#upward.take(frame)) });
  }

  /** @param {object} message Of the protocol itself. */
  sendRaw(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.state = "closed";
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** @param {Record<string, any>} message */
  #take(message) {
    switch (message.type) {
      case "text_delta":
        this.#begin();
        return this.#tell("text_delta", { turn_id: this.#turn.id, item_id: "", token: message.text });
      case "audio_delta":
        this.#begin();
        return this.#sound(fromBase64(message.audio), false);
      case "response_done":
        return this.#end(message.message);
      case "error":
        this.#why = message.message;
        return this.#tell("error", { turn_id: "", code: message.code, message: message.message, decision: "ignore" });
    }
  }

  /** The first piece of an answer begins its turn. */
  #begin() {
    if (this.#turn.id && !this.#turn.done) return;
    const { turn_id = `relay-${this.#turns + 1}`, text = "" } = this.#ask ?? {};
    this.#ask = null;
    this.#turn = { id: turn_id, number: ++this.#turns, done: false };
    this.#units = 0;
    this.#tell("turn_started", { turn_id, turn: this.#turn.number, item_id: "", text });
    this.#tell("turn_state", { turn_id, state: "speaking" });
  }

  /** @param {string} message */
  #end(message) {
    const { id: turn_id, done } = this.#turn;
    if (!turn_id || done) return;
    this.#turn.done = true;
    if (message.startsWith("interrupted")) this.#tell("turn_interrupted", { turn_id, reason: message });
    else if (message.startsWith("failed")) this.#tell("turn_failed", { turn_id, message });
    else this.#sound(new Int16Array(), true);
  }

  /** @param {number} number */
  #played(number) {
    const { id: turn_id, done } = this.#turn;
    if (number === this.#turn.number && done) this.#tell("turn_complete", { turn_id });
  }

  /**
   * @param {Int16Array} pcm
   * @param {boolean} last
   */
  #sound(pcm, last) {
    const place = { generation: 0, turn: this.#turn.number, sample: this.#units };
    this.#units += pcm.length;
    this.#dispatch("media", { kind: "audio", ...place, rateHz: RATE_HZ, last, pcm });
  }

  #lose() {
    if (this.state === "closed") return;
    this.close();
    this.#dispatch("lost", this.#why || "The connection to the server is lost.");
  }

  /** @param {import("../session/client.js").LinkState} state */
  #enter(state) {
    this.state = state;
    this.#dispatch("state", { state, message: "", resumed: false });
  }

  /**
   * @param {string} type
   * @param {object} fields
   */
  #tell(type, fields) {
    this.#dispatch("event", { type, turn_id: "", generation: 0, ...fields });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
