/** The way that words and sound take: through the server, or straight to a provider. */

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./client.js").LinkState} LinkState */

/**
 * What a conversation needs of a connection; the server's client is one.
 *
 * @typedef {EventTarget & Pick<Client, "state" | "send" | "sendFrame" | "close">} Link
 */

const FORWARDED = ["state", "session", "event", "media", "fault"];

/** Stands for the link that is used: tells what that one tells, and hands on what it is given. */
export class Route extends EventTarget {
  #server;
  /** @type {Link} */
  #link;
  #left = new AbortController();

  /** @param {Client} server */
  constructor(server) {
    super();
    this.#server = this.#link = server;
    this.#follow();
  }

  /** Whether it passes the server. */
  get served() {
    return this.#link === this.#server;
  }

  /** @returns {LinkState} */
  get state() {
    return this.#link.state;
  }

  /** What another page needs to go on with the session, where it is one of the server. */
  get way() {
    return this.served ? this.#server.way : null;
  }

  /**
   * Leave the link that is used, and go by another.
   *
   * @param {Link | null} link Nothing: through the server, where a session is to be opened then.
   */
  use(link) {
    const before = this.#link;
    this.#left.abort();
    this.#left = new AbortController();
    before.close();
    this.#link = link ?? this.#server;
    this.#follow();
  }

  /** @param {import("./client.js").Wish} wish */
  open(wish) {
    this.#server.open(wish);
  }

  /**
   * @param {import("./client.js").Wish} wish
   * @param {import("./client.js").Way} way
   */
  resume(wish, way) {
    this.#server.resume(wish, way);
  }

  close() {
    this.#link.close();
  }

  /** @param {Parameters<Client["send"]>} message */
  send(...message) {
    return this.#link.send(...message);
  }

  /** @param {Parameters<Client["sendFrame"]>} frame */
  sendFrame(...frame) {
    return this.#link.sendFrame(...frame);
  }

  #follow() {
    const { signal } = this.#left;
    for (const type of FORWARDED) {
      this.#link.addEventListener(type, (event) => {
        this.dispatchEvent(new CustomEvent(type, { detail: /** @type {CustomEvent} */ (event).detail }));
      }, { signal });
    }
  }
}
