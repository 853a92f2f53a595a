/** Where the eyes look, from the weights and what comes on top of them. */

/** @typedef {import("../arkit.js").Shapes} Shapes */

/** @typedef {ReturnType<typeof lookOf>} Look */

/** As far as eyes turn: what 1 means, in degrees. */
export const REACH_DEG = { x: 33, y: 27 };

const within = (/** @type {number} */ value) => Math.min(1, Math.max(-1, value));

/**
 * Both eyes as shares of their reach: x to the character's left, y up.
 *
 * @param {Shapes} w
 * @param {{x: number, y: number}} gaze
 */
export function lookOf(w, gaze) {
  const left = {
    x: within(w.eyeLookOutLeft - w.eyeLookInLeft + gaze.x),
    y: within(w.eyeLookUpLeft - w.eyeLookDownLeft + gaze.y),
  };
  const right = {
    x: within(w.eyeLookInRight - w.eyeLookOutRight + gaze.x),
    y: within(w.eyeLookUpRight - w.eyeLookDownRight + gaze.y),
  };
  return { left, right };
}

/**
 * Write where the eyes look into their weights.
 *
 * @param {Look} look
 * @param {Shapes} into
 */
export function writeLook({ left, right }, into) {
  into.eyeLookOutLeft = Math.max(0, left.x);
  into.eyeLookInLeft = Math.max(0, -left.x);
  into.eyeLookUpLeft = Math.max(0, left.y);
  into.eyeLookDownLeft = Math.max(0, -left.y);
  into.eyeLookInRight = Math.max(0, right.x);
  into.eyeLookOutRight = Math.max(0, -right.x);
  into.eyeLookUpRight = Math.max(0, right.y);
  into.eyeLookDownRight = Math.max(0, -right.y);
}
