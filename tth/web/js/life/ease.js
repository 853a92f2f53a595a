/** Curves between 0 and 1. */

/**
 * @param {number} value
 * @param {number} [low]
 * @param {number} [high]
 */
export function clamp(value, low = 0, high = 1) {
  return value < low ? low : value > high ? high : value;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} share
 */
export function mix(from, to, share) {
  return from + (to - from) * share;
}

/**
 * Slow, quick, slow.
 *
 * @param {number} share Taken as 0 to 1.
 */
export function smooth(share) {
  const x = clamp(share);
  return x * x * (3 - 2 * x);
}

/**
 * Quick, then slow.
 *
 * @param {number} share Taken as 0 to 1.
 */
export function easeOut(share) {
  return 1 - (1 - clamp(share)) ** 3;
}

/**
 * A step of a value that follows a target, the same at any picture rate.
 *
 * @param {number} value
 * @param {number} target
 * @param {number} passedS
 * @param {number} timeS Time constant.
 */
export function follow(value, target, passedS, timeS) {
  return mix(target, value, Math.exp(-passedS / timeS));
}
