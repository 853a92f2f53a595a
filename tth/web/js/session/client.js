/** The native protocol's client: opens sessions, keeps a socket, comes back to the same session when it is lost. */

import { decodeFrame } from "../media/wire.js";
import { Backoff } from "./backoff.js";
import { Place } from "./place.js";
import { Refusal } from "./server.js";
import { brokenSession, refusedSession } from "./words.js";

/**
 * `resuming`: the socket is lost and the session is not; `reconnecting`: another session is being asked for.
 *
 * @typedef {"connecting" | "ready" | "resuming" | "reconnecting" | "error" | "closed"} LinkState
 */

/**
 * @typedef {object} Persona
 * @property {string} id
 * @property {string} name
 * @property {string} [greeting]
 * @property {Record<string, string>} [look]
 */

/** @typedef {{id: string, stream: string, resume?: string, recorded?: boolean}} Opened */
/** @typedef {Opened & {profile: string, persona: Persona}} SessionInfo */
/** @typedef {{label: string | null, intensity?: number | null}} Emotion */
/** @typedef {{emotion?: Emotion, character?: Record<string, unknown>}} Control */
/** @typedef {{profile?: string, persona?: string, voice?: string, control?: Control}} Choice */
/** @typedef {Choice & {meters?: boolean, record?: boolean}} Wish */
/** @typedef {{session: SessionInfo, seq: number}} Way */
/** @typedef {{type: string, turn_id: string, generation: number, [field: string]: any}} WireEvent */

/** Where it is not the connection that fails, waiting hardly helps. */
const BROKEN_RETRY_MS = 30_000;

/** The session is over, or too much has happened in it since. */
const GONE = 4401;

/** A session that waits is asked for so soon at first: what broke may be no more than a connection. */
const AT_ONCE_MS = 50;

/** It ended by itself, as when the server stops. */
const ENDED = 1012;

/** It was opened elsewhere. */
const TAKEN = 4409;

const ELSEWHERE = "This conversation goes on in another window. Try again to have it here.";

/**
 * One session after another with the server.
 *
 * Dispatches `state` ({state, message, resumed}), `session` (SessionInfo), `event` (WireEvent), `media` (MediaFrame)
 * and `fault` (Error) as CustomEvents with these details.
 */
export class Client extends EventTarget {
  #server;
  #advice;
  /** @type {Wish} */
  #wish = {};
  /** @type {WebSocket | null} */
  #socket = null;
  #backoff;
  /** Counts attempts, so that what an abandoned one still brings is told apart. */
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** Why the session could not begin, as far as the server has told. */
  #broken = "";
  /** @type {SessionInfo | null} The session to come back to. */
  #session = null;
  #place = new Place();
  /** @type {LinkState} */
  state = "closed";

  /**
   * @param {import("./server.js").Server} server
   * @param {import("./words.js").Advice | null} [advice] What a person can do where the server refuses a session.
   * @param {Backoff} [backoff] How long to wait before another try.
   */
  constructor(server, advice = null, backoff = new Backoff()) {
    super();
    this.#backoff = backoff;
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

  /**
   * Go on with a session that another page had before this one; where it is over, open one as wished.
   *
   * @param {Wish} wish
   * @param {Way} way What that page left behind.
   */
  resume(wish, { session, seq }) {
    this.close();
    this.#wish = wish;
    this.#backoff.reset();
    this.#session = session;
    this.#place = new Place(seq);
    this.#enter("connecting");
    this.#tell("session", session);
    this.#comeBack();
  }

  /** What another page needs to go on with this session, `null` where there is none. */
  get way() {
    return this.#session && { session: this.#session, seq: this.#place.beforeTurn };
  }

  /** Leave the session for good. */
  close() {
    this.#attempt++;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = this.#session = null;
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
      const session = await this.#server.request("/v1/sessions", { ...this.#wish, media: "binary", resume: true });
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
    this.#session = session;
    this.#place = new Place();
    this.#tell("session", session);
    this.#listen(session, session.stream, attempt);
  }

  /**
   * @param {SessionInfo} session
   * @param {string} path
   * @param {number} attempt
   */
  #listen(session, path, attempt) {
    const socket = this.#server.socket(path);
    this.#socket = socket;
    this.#broken = "";
    socket.addEventListener("message", ({ data }) => {
      if (attempt === this.#attempt) this.#receive(data, session);
    });
    socket.addEventListener("close", ({ code }) => {
      if (attempt !== this.#attempt) return;
      if (this.#broken) this.#giveUp(this.#broken);
      else if (code === TAKEN) this.#giveWay();
      else if (session.resume && code !== GONE && code !== ENDED && this.#place.seq) this.#lose();
      else this.#again("");
    });
  }

  /** The socket is lost: the session waits. */
  #lose() {
    const waitMs = this.state === "resuming" ? this.#backoff.next() : AT_ONCE_MS;
    if (this.state !== "resuming") this.#enter("resuming");
    this.#socket = null;
    this.#attempt++;
    this.#retry = setTimeout(() => this.#comeBack(), waitMs);
  }

  #comeBack() {
    const session = /** @type {SessionInfo} */ (this.#session);
    this.#listen(session, `${session.resume}&${this.#place.query}`, ++this.#attempt);
  }

  /** Another window has the session; this one leaves it alone until it is asked to. */
  #giveWay() {
    this.#socket = this.#session = null;
    this.#attempt++;
    this.#enter("error", ELSEWHERE);
  }

  /**
   * @param {string | ArrayBuffer} data
   * @param {SessionInfo} session
   */
  #receive(data, session) {
    try {
      if (typeof data !== "string") {
        const frame = decodeFrame(data);
        this.#place.sound(frame);
        this.#tell("media", frame);
        return;
      }
      const event = JSON.parse(data);
      const resumed = this.#place.event(event);
      if (event.type === "session_ready") {
        this.#backoff.reset();
        this.#broken = "";
        this.#enter("ready", "", resumed);
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
   * @param {boolean} [resumed] Whether the session is the one that was left.
   */
  #enter(state, message = "", resumed = false) {
    this.state = state;
    this.#tell("state", { state, message, resumed });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
