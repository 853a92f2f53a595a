/** How far a page has come in a session: what it must be told when it comes back to it. */

import { MEDIA_RATE_HZ } from "../media/wire.js";

const ENDINGS = new Set(["turn_complete", "turn_interrupted", "turn_failed"]);

export class Place {
  #turn = 0;
  #unit = 0;
  /** @type {number | null} The number before the turn that runs. */
  #before = null;
  #first;

  /** Number of the last text frame that came. */
  seq;

  /** @param {number} [seq] Of another page, which was told everything up to there. */
  constructor(seq = 0) {
    this.seq = seq;
    this.#first = seq === 0;
  }

  /** What a page lacks that is loaded anew: the turn that runs from its beginning. */
  get beforeTurn() {
    return this.#before ?? this.seq;
  }

  /** In a request to come back. */
  get query() {
    const sound = this.#turn ? `&turn=${this.#turn}&sample=${Math.round(this.#unit)}` : "";
    return `seq=${this.seq}${sound}`;
  }

  /**
   * A text frame came.
   *
   * @param {{type: string, seq?: number}} event
   * @returns {boolean} Whether it comes of a session that was there before.
   */
  event({ type, seq }) {
    const known = !this.#first;
    this.#first = false;
    if (type === "turn_started") this.#before = this.seq;
    if (ENDINGS.has(type)) this.#before = null;
    this.seq = seq ?? this.seq;
    return known;
  }

  /** @param {import("../media/wire.js").MediaFrame} frame A media frame came. */
  sound(frame) {
    if (frame.kind !== "audio") return;
    this.#turn = frame.turn;
    this.#unit = frame.sample + (frame.pcm.length * MEDIA_RATE_HZ) / frame.rateHz;
  }
}
