/** Tells the server what was heard, about ten times a second. */

/** @typedef {import("./player.js").Position} Position */
/** @typedef {{turn: number, sample: number, state: "playing" | "blocked" | "ended"}} Report */

export const REPORT_MS = 100;

/** Turns positions into reports: one each 100 ms, one at once when the state changes, and one at the end. */
export class Reporter {
  #send;
  #turn = 0;
  #state = "";
  #sentMs = -Infinity;

  /** @param {(report: Report) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /**
   * Look at the position; may be called as often as is handy.
   *
   * @param {Position} position
   * @param {number} nowMs
   */
  see(position, nowMs) {
    const { turn, unit, state } = position;
    // A held playhead stands still: the server knows, for it was the one to ask.
    if (state === "idle" || state === "held") return;
    const same = turn === this.#turn && state === this.#state;
    if (same && (state === "ended" || nowMs - this.#sentMs < REPORT_MS)) return;
    this.#turn = turn;
    this.#state = state;
    this.#sentMs = nowMs;
    this.#send({ turn, sample: unit, state });
  }
}
