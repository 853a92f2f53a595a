/** What a page leaves behind for the one that is loaded in its place: the way back to its session. */

import { keep, recall } from "./kept.js";

/** @typedef {import("../session/client.js").Way} Way */
/** @typedef {import("../session/client.js").Wish} Wish */

const KEPT = "tth.session";

/** Remembers a session over one load of the page, and for what was wished of it then. */
export class Return {
  /** @type {{way: Way, wish: string} | null} */
  #left = read();

  constructor() {
    // Another window that begins as a copy of this one must not take the session away.
    keep("sessionStorage", KEPT, "");
  }

  /** Whether there may be a session to go on with. */
  get possible() {
    return this.#left !== null;
  }

  /**
   * The way back, once, where the same is wished.
   *
   * @param {Wish} wish
   * @returns {Way | null}
   */
  take(wish) {
    const left = this.#left;
    this.#left = null;
    return left?.wish === JSON.stringify(wish) ? left.way : null;
  }

  /**
   * The page is left.
   *
   * @param {Way | null} way
   * @param {Wish} wish
   */
  leave(way, wish) {
    if (way) keep("sessionStorage", KEPT, JSON.stringify({ way, wish: JSON.stringify(wish) }));
  }
}

function read() {
  try {
    const { way, wish } = JSON.parse(recall("sessionStorage", KEPT) || "null");
    return typeof way.session.resume === "string" && Number.isInteger(way.seq) ? { way, wish } : null;
  } catch {
    return null;
  }
}
