/** The 52 ARKit blendshapes in Apple's order: what the numbers of a face frame mean. */

export const NAMES = /** @type {const} */ ([
  "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft", "eyeWideLeft",
  "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight",
  "eyeWideRight", "jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker",
  "mouthLeft", "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
  "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper",
  "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft",
  "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "browDownLeft", "browDownRight", "browInnerUp",
  "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft",
  "noseSneerRight", "tongueOut",
]);

/** @typedef {typeof NAMES[number]} Name */

/** Place of each name in a frame. */
export const INDEX = /** @type {Record<Name, number>} */ (Object.fromEntries(NAMES.map((name, i) => [name, i])));

/** @typedef {{-readonly [name in Name]: number}} Shapes */

/**
 * Write the weights of a frame by name, each within 0 and 1.
 *
 * @param {Float32Array} weights
 * @param {Shapes} into
 */
export function named(weights, into) {
  for (let i = 0; i < NAMES.length; i++) into[NAMES[i]] = Math.min(1, Math.max(0, weights[i]));
  return into;
}
