/** What is known of a turn. */

import { Caption } from "../media/caption.js";

/**
 * @typedef {object} Turn
 * @property {string} id
 * @property {number} number
 * @property {string} question What the person typed; empty where it was spoken.
 * @property {Caption} caption
 * @property {string} text What of it has been said so far.
 * @property {number} unit Media unit up to which it was heard.
 * @property {number} askedMs When the person asked, on the page's clock.
 * @property {number} firstAudioMs From there to the first audible sample; 0 until then.
 * @property {"running" | "complete" | "interrupted" | "failed"} outcome
 */

/**
 * A turn that begins.
 *
 * @param {import("./client.js").WireEvent} event
 * @param {number} askedMs
 * @param {boolean} wanted Whether the person still waits for it.
 * @returns {Turn}
 */
export function newTurn({ turn_id: id, turn: number, text: question = "" }, askedMs, wanted) {
  const outcome = wanted ? "running" : "interrupted";
  return { id, number, question, caption: new Caption(), text: "", unit: 0, askedMs, firstAudioMs: 0, outcome };
}

const REMEMBERED = 8;

/** The last turns, of which may still be told what was heard; by their ids. */
export class LastTurns {
  /** @type {Map<string, Turn>} */
  #turns = new Map();

  /** @param {Turn} turn The newest. */
  add(turn) {
    this.#turns.set(turn.id, turn);
    for (const id of [...this.#turns.keys()].slice(0, -REMEMBERED)) this.#turns.delete(id);
  }

  /** @param {string} id */
  get(id) {
    return this.#turns.get(id);
  }

  clear() {
    this.#turns.clear();
  }
}
