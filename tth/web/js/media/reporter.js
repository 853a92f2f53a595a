/** Tells the server what was heard, about ten times a second. */

/** @typedef {import("./player.js").Position} Position */
/** @typedef {{turn: number, sample: number, state: "playing" | "blocked" | "ended"}} Report */
/** @typedef {import("./mouth.js").Mouth} Mouth */

export const REPORT_MS = 100;

/** A report that tells of more is refused, and the playhead with it. */
const FURTHEST_MS = 60_000;

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

  /** Whatever was said may not have arrived. */
  again() {
    this.#state = "";
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

/**
 * What a report adds about the mouth: how far it is ahead of the sound, where that is known.
 *
 * @param {Pick<Mouth, "offset" | "late">} mouth
 */
export function inStep({ offset, late }) {
  if (!offset) return {};
  return {
    offset_ms: tenths(offset.nowMs), offset_mean_ms: tenths(offset.meanMs), offset_p50_ms: tenths(offset.p50Ms),
    offset_p95_ms: tenths(offset.p95Ms), late_frames: late,
  };
}

/** @param {number} ms */
function tenths(ms) {
  return Math.round(Math.min(FURTHEST_MS, Math.max(-FURTHEST_MS, ms)) * 10) / 10;
}
