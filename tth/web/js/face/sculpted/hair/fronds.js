/** Not hair: a smooth hood that ends in long soft leaves. */

import { capsule, carve, ellipsoid, join } from "../solids.js";

/** @typedef {import("../solids.js").Vec} Vec */

/** Leaves on one side and in the middle: bent in three pieces. @type {[Vec, Vec, Vec, number][]} */
const LEAVES = [
  [[0.22, 1.00, 0.06], [0.48, 1.36, -0.12], [0.82, 1.46, -0.36], 0.17],
  [[0.52, 0.80, -0.05], [0.98, 1.10, -0.24], [1.34, 1.02, -0.46], 0.17],
  [[0.74, 0.36, -0.20], [1.16, 0.42, -0.38], [1.42, 0.12, -0.55], 0.155],
  [[0.74, -0.06, -0.28], [1.02, -0.22, -0.44], [1.14, -0.60, -0.56], 0.125],
];
const CREST = /** @type {[Vec, Vec, Vec, number]} */ ([[0, 1.08, 0.05], [0, 1.55, 0.0], [0.0, 1.80, -0.32], 0.15]);

/** @param {Vec} p */
export function fronds(p) {
  const [x, y, z] = p;
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  let d = ellipsoid(p, [0, 0.38, -0.19], [0.86, 0.83, 0.84]);
  d = carve(d, ellipsoid(p, [0, -0.22, 0.74], [0.70, 0.86, 0.86]), 0.05);
  d = carve(d, y + 0.42 - 0.2 * z, 0.2);
  for (const [a, b, c, r] of [...LEAVES, CREST]) d = join(d, leaf(s, a, b, c, r), 0.09);
  return d;
}

/**
 * @param {Vec} p
 * @param {Vec} a
 * @param {Vec} b
 * @param {Vec} c
 * @param {number} r
 */
function leaf(p, a, b, c, r) {
  return join(capsule(p, a, b, r * 0.95, r * 0.8), capsule(p, b, c, r * 0.8, r * 0.16), 0.12);
}

/** @param {Vec} p */
export function frondsPhase([x, y, z]) {
  return 0.6 * Math.abs(x) - 0.4 * y + 0.5 * z;
}

/**
 * How near the tip of a leaf a point is, 0 to 1: there they shine.
 *
 * @param {Vec} p
 */
export function frondsTip([x, y, z]) {
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  const near = Math.min(...[...LEAVES, CREST].map(([, , c]) => Math.hypot(s[0] - c[0], s[1] - c[1], s[2] - c[2])));
  return Math.max(0, 1 - near / 0.42);
}
