/** A provider's WebSocket: events and sound go by it both ways. */

import { within } from "./deadline.js";
import { NoWay } from "./token.js";

const OPEN_MS = 15_000;
const PROTOCOL = "openai-insecure-api-key.";

/** It was meant to end. */
const NORMAL = [1000, 1001];

/** One connection; tells and takes what a `Call` does, sound apart. */
export class Socket extends EventTarget {
  /** How the avatar's sound comes. @type {"deltas"} */
  sound = "deltas";
  #token;
  /** @type {WebSocket | null} */
  #socket = null;

  /** @param {import("./token.js").Token} token */
  constructor(token) {
    super();
    this.#token = token;
  }

  /**
   * @param {(address: string) => URL} at Where an address of the token is.
   * @throws {NoWay} It was not taken.
   */
  async open(at) {
    const address = at(this.#token.url.socket);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, ["realtime", PROTOCOL + this.#token.value]);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.dispatchEvent(new CustomEvent("event", { detail: JSON.parse(data) }));
    });
    const opened = new Promise((open, refuse) => {
      socket.addEventListener("open", open);
      // A browser tells a page no more than that.
      socket.addEventListener("close", () => refuse(new NoWay("The provider does not take the connection.")));
    });
    await within(opened, OPEN_MS, "The provider does not answer.");
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket === this.#socket) this.#lose(code, reason);
    });
    return null;
  }

  /** Sound goes as events. */
  async speak() {}

  /**
   * @param {object} event
   * @returns {boolean} Whether it was sent.
   */
  send(event) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
  }

  /** Leave. */
  close() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #lose(code, reason) {
    const why = NORMAL.includes(code) ? "The provider has ended the call" : "The connection to the provider broke";
    this.dispatchEvent(new CustomEvent("lost", { detail: `${why}${reason && `: ${reason}`}.` }));
  }
}
