/** How a face comes to rest after it spoke. */

const SETTLE_MS = 900;

/**
 * From the last pose of a turn back to the idle pose, without a step.
 *
 * @param {Float32Array} last
 * @param {Float32Array} idle
 * @param {number} passedMs
 */
export function settle(last, idle, passedMs) {
  const share = Math.min(1, passedMs / SETTLE_MS);
  const eased = share * share * (3 - 2 * share);
  return last.map((weight, i) => weight + (idle[i] - weight) * eased);
}
