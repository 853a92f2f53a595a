/** The native protocol's client: opens sessions, keeps a socket, comes back when it is lost. */

import { decodeFrame } from "../media/wire.js";
import { Backoff } from "./backoff.js";
import { Refusal } from "./server.js";
import { brokenSession, refusedSession } from "./words.js";

/** @typedef {"connecting" | "ready" | "reconnecting" | "error" | "closed"} LinkState */

/**
 * @typedef {object} Persona
 * @property {string} id
 * @property {string} name
 * @property {string} [greeting]
 * @property {Record<string, string>} [look]
 */

/** @typedef {{id: string, stream: string, profile: string, persona: Persona}} SessionInfo */
/** @typedef {{label: string | null, intensity?: number | null}} Emotion */
/** @typedef {{emotion?: Emotion, character?: Record<string, unknown>}} Control */
/** @typedef {{profile?: string, persona?: string, control?: Control, meters?: boolean}} Wish */
/** @typedef {{type: string, turn_id: string, generation: number, [field: string]: any}} WireEvent */

/** Where it is not the connection that fails, waiting hardly helps. */
const BROKEN_RETRY_MS = 30_000;

/**
 * One session after another with the server.
 *
 * Dispatches `state` ({state, message}), `session` (SessionInfo), `event` (WireEvent), `media` (MediaFrame) and `fault`
 * (Error) as CustomEvents with these details.
 */
export class Client extends EventTarget {
  #server;
  #advice;
  /** @type {Wish} */
  #wish = {};
  /** @type {WebSocket | null} */
  #socket = null;
  #backoff = new Backoff();
  /** Counts attempts, so that what an abandoned one still brings is told apart. */
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** Why the session could not begin, as far as the server has told. */
  #broken = "";
  /** @type {LinkState} */
  state = "closed";

  /**
   * @param {import("./server.js").Server} server
   * @param {import("./words.js").Advice | null} [advice] What a person can do where the server refuses a session.
   */
  constructor(server, advice = null) {
    super();
    this.#server = server;
    this.#advice = advice;
  }

  /**
   * Open a session; one that is open is left.
   *
   * @param {Wish} wish
   */
  open(wish) {
    this.close();
    this.#wish = wish;
    this.#backoff.reset();
    this.#enter("connecting");
    void this.#connect();
  }

  /** Leave the session for good. */
  close() {
    this.#attempt++;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.state = "closed";
  }

  /**
   * Send a message; without a session it is not sent.
   *
   * @param {{type: string, [field: string]: unknown}} message
   * @returns {boolean} Whether it was sent.
   */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * Send a binary frame; without a session, or while more than so much waits to be sent, it is not sent.
   *
   * @param {ArrayBuffer} frame
   * @param {number} mostBytes
   * @returns {boolean} Whether it was sent.
   */
  sendFrame(frame, mostBytes) {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > mostBytes) return false;
    socket.send(frame);
    return true;
  }

  async #connect() {
    const attempt = ++this.#attempt;
    try {
      const session = await this.#server.request("/v1/sessions", { ...this.#wish, media: "binary" });
      if (attempt === this.#attempt) this.#attach(/** @type {SessionInfo} */ (session), attempt);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const message = error instanceof Refusal ? this.#explain(error) : "";
      if (error instanceof Refusal && !error.passing) this.#enter("error", message);
      else this.#again(message);
    }
  }

  /**
   * @param {SessionInfo} session
   * @param {number} attempt
   */
  #attach(session, attempt) {
    const socket = this.#server.socket(session.stream);
    this.#socket = socket;
    this.#broken = "";
    this.#tell("session", session);
    socket.addEventListener("message", ({ data }) => {
      if (attempt === this.#attempt) this.#receive(data, session);
    });
    socket.addEventListener("close", () => {
      if (attempt !== this.#attempt) return;
      if (this.#broken) this.#giveUp(this.#broken);
      else this.#again("");
    });
  }

  /**
   * @param {string | ArrayBuffer} data
   * @param {SessionInfo} session
   */
  #receive(data, session) {
    try {
      if (typeof data !== "string") {
        this.#tell("media", decodeFrame(data));
        return;
      }
      const event = JSON.parse(data);
      if (event.type === "session_ready") {
        this.#backoff.reset();
        this.#broken = "";
        this.#enter("ready");
      } else if (this.state !== "ready" && event.type === "error" && event.decision === "fatal") {
        this.#broken = brokenSession(session.profile, event);
        return;
      }
      this.#tell("event", event);
    } catch (error) {
      // One frame that makes no sense is no reason to lose the session.
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      this.#tell("fault", error);
    }
  }

  /** @param {Refusal} refusal */
  #explain({ code, message }) {
    return refusedSession(code, message, { profile: this.#wish.profile, key: this.#server.key }, this.#advice);
  }

  /** @param {string} message */
  #again(message) {
    this.#enter("reconnecting", message);
    this.#later(this.#backoff.next());
  }

  /** @param {string} message */
  #giveUp(message) {
    this.#enter("error", message);
    this.#later(BROKEN_RETRY_MS);
  }

  /** @param {number} waitMs */
  #later(waitMs) {
    this.#socket = null;
    this.#attempt++;
    this.#retry = setTimeout(() => void this.#connect(), waitMs);
  }

  /**
   * @param {LinkState} state
   * @param {string} [message]
   */
  #enter(state, message = "") {
    this.state = state;
    this.#tell("state", { state, message });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
