/** What the person said of late, kept for a session that has not heard it. */

/** @typedef {{ear: "open" | "held", rateHz: number, pieces: Int16Array[], over: boolean}} Take */

/** So much is kept for a session that is being made again. */
export const KEEP_S = 30;

/** Of what nobody has spoken in, so much: it may hold the beginning of a word. */
const LEAD_S = 1;

/** Less than a sample of any rate. */
const ROUNDING_S = 1e-6;

/**
 * Keeps takes: from switching on to switching off.
 *
 * While nobody speaks into an open microphone only the last second is kept; of all, 30 seconds at the most, the newest.
 */
export class Reel {
  /** @type {Take[]} */
  #takes = [];

  /** Whether what is said may not have been understood: it is kept whole. */
  unsettled = false;

  /**
   * The microphone is on.
   *
   * @param {"open" | "held"} ear
   * @param {number} rateHz
   */
  begin(ear, rateHz) {
    this.#takes.push({ ear, rateHz, pieces: [], over: false });
  }

  /** @param {Int16Array} piece What came since the last. */
  add(piece) {
    const take = this.#takes.at(-1);
    if (!take || take.over) return;
    take.pieces.push(piece);
    if (take.ear === "open" && !this.unsettled) shorten([take], LEAD_S);
    else shorten(this.#takes, KEEP_S);
  }

  /**
   * The microphone is off.
   *
   * @param {boolean} known The server has all of it, or nobody wants it.
   */
  end(known) {
    const take = this.#takes.at(-1);
    if (known) this.#takes.pop();
    else if (take) take.over = true;
  }

  /** What a new session should hear, in order; what is over is forgotten with that. */
  rewind() {
    const all = this.#takes;
    this.#takes = all.filter(({ over }) => !over);
    return all;
  }
}

/**
 * Let go of the oldest pieces.
 *
 * @param {Take[]} takes
 * @param {number} seconds So much stays.
 */
function shorten(takes, seconds) {
  let leftS = seconds;
  for (const take of [...takes].reverse()) {
    let first = take.pieces.length;
    while (first > 0 && leftS > ROUNDING_S) leftS -= take.pieces[--first].length / take.rateHz;
    take.pieces.splice(0, first);
  }
}
