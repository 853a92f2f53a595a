/** What is known of a turn. */

import { Caption } from "../media/caption.js";

/**
 * @typedef {object} Turn
 * @property {string} id
 * @property {number} number
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
export function newTurn({ turn_id: id, turn: number }, askedMs, wanted) {
  const outcome = wanted ? "running" : "interrupted";
  return { id, number, caption: new Caption(), text: "", unit: 0, askedMs, firstAudioMs: 0, outcome };
}
