/** The native protocol's client: opens sessions, keeps a socket, comes back when it is lost. */

import { decodeFrame } from "../media/wire.js";
import { Backoff } from "./backoff.js";
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

/** A refusal of the server, with its own words. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} status
   */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    // A server that is busy or starting may take the session a moment later; a request it finds wrong stays wrong.
    this.passing = status === 429 || status >= 500;
  }
}

/**
 * One session after another with the server.
 *
 * Dispatches `state` ({state, message}), `session` (SessionInfo), `event` (WireEvent), `media` (MediaFrame) and `fault`
 * (Error) as CustomEvents with these details.
 */
export class Client extends EventTarget {
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

  async #connect() {
    const attempt = ++this.#attempt;
    try {
      const session = await request("/v1/sessions", { ...this.#wish, media: "binary" });
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
    const address = new URL(session.stream, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
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
    return refusedSession(code, message, { profile: this.#wish.profile, key: givenKey() });
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

/**
 * Ask the server for JSON; with a body by POST. A server that wants a key gets it from the page's address, `#key=…`:
 * what follows the hash is never sent by the browser itself, so it lands in no log.
 *
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<unknown>}
 * @throws {Refusal} The server said no.
 * @throws {TypeError} It could not be reached.
 */
export async function request(path, body) {
  const headers = { "content-type": "application/json", ...keyed() };
  const response = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const { code = "refused", message = `the server answered ${response.status}` } = answer?.error ?? {};
  throw new Refusal(code, message, response.ok ? 502 : response.status);
}

/**
 * Headers that carry the server's key, where the page's address gives one.
 *
 * @returns {Record<string, string>}
 */
export function keyed() {
  const key = givenKey();
  return key ? { authorization: `Bearer ${key}` } : {};
}

/** The server's key as the page's address gives it. */
function givenKey() {
  return new URLSearchParams(location.hash.slice(1)).get("key");
}
