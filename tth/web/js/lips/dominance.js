/** Many sounds, one mouth: what pulls it and how strongly, and closures that override. */

import { NAMES } from "../face/arkit.js";
import { GROUPS, GROUP_OF, OPENING, SHAPES, VISEMES } from "./tables.js";

/** @typedef {keyof typeof SHAPES} Viseme */

const WEIGHTS = NAMES.length;
const POSES = VISEMES.map((viseme) => {
  const shape = /** @type {Record<string, number>} */ (SHAPES[/** @type {Viseme} */ (viseme)]);
  return Float32Array.from(NAMES, (name) => shape[name] ?? 0);
});
const POSE_OF = new Map(VISEMES.map((viseme, i) => [viseme, POSES[i]]));

/**
 * One pose of the mouth.
 *
 * @param {Float32Array} pulls How strongly each viseme pulls each of `GROUPS`, viseme by viseme; at most 1 together,
 *     the mouth at rest pulling with what is left.
 * @param {number} opening Scales how far the mouth opens, by loudness; closures are not scaled.
 * @param {number} closure How far the lips must meet, 0 to 1.
 * @param {string} closed The viseme for which they must.
 * @returns {Float32Array<ArrayBuffer>} The 52 weights.
 */
export function mouthOf(pulls, opening, closure, closed) {
  const pose = new Float32Array(WEIGHTS);
  for (let viseme = 0; viseme < POSES.length; viseme++) {
    const shape = POSES[viseme];
    for (let i = 0; i < WEIGHTS; i++) pose[i] += pulls[viseme * GROUPS.length + GROUP_OF[i]] * shape[i];
  }
  for (const i of OPENING) pose[i] *= opening;
  if (closure > 0) {
    const shut = /** @type {Float32Array} */ (POSE_OF.get(closed));
    for (let i = 0; i < WEIGHTS; i++) pose[i] += closure * (shut[i] - pose[i]);
  }
  return pose;
}
