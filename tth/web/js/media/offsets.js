/** How far the mouth is ahead of the sound, picture by picture. */

/**
 * @typedef {object} Offset How far the mouth was ahead of the sound over the last ten seconds of speech: positive where
 * the mouth comes first, negative where it lags.
 * @property {number} nowMs At the last picture.
 * @property {number} meanMs
 * @property {number} p50Ms
 * @property {number} p95Ms So far apart, one way or the other, or less in 95 of 100 pictures.
 */

const KEEP_MS = 10_000;

/** Keeps the offsets of the last ten seconds in which there were any. */
export class Offsets {
  /** @type {{atMs: number, offsetMs: number}[]} */
  #kept = [];

  /**
   * @param {number} atMs When the picture was drawn.
   * @param {number} offsetMs
   */
  add(atMs, offsetMs) {
    this.#kept.push({ atMs, offsetMs });
    const old = this.#kept.findIndex((each) => atMs - each.atMs <= KEEP_MS);
    if (old > 0) this.#kept.splice(0, old);
  }

  /** @returns {Offset | null} Nothing before the first picture. */
  get summary() {
    const last = this.#kept.at(-1);
    if (!last) return null;
    const signed = Float64Array.from(this.#kept, ({ offsetMs }) => offsetMs).sort();
    const apart = signed.map(Math.abs).sort();
    const meanMs = signed.reduce((sum, each) => sum + each, 0) / signed.length;
    return { nowMs: last.offsetMs, meanMs, p50Ms: quantile(signed, 0.5), p95Ms: quantile(apart, 0.95) };
  }
}

/**
 * @param {Float64Array} ordered
 * @param {number} share
 */
function quantile(ordered, share) {
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
}
