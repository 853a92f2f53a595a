/** Hair to the chin with a parting and a fringe swept to one side. */

import { capsule, carve, ellipsoid, join } from "../solids.js";

/** @typedef {import("../solids.js").Vec} Vec */

/** Where the parting ends above the forehead. */
const PARTING = /** @type {Vec} */ ([0.27, 1.0, 0.34]);

/** Locks over the forehead and down the sides: from, to, radii. @type {[Vec, Vec, number, number][]} */
const LOCKS = [
  [PARTING, [-0.30, 0.86, 0.57], 0.20, 0.22],
  [[-0.30, 0.86, 0.57], [-0.70, 0.42, 0.44], 0.22, 0.17],
  [[-0.70, 0.42, 0.44], [-0.83, -0.10, 0.30], 0.17, 0.13],
  [[-0.83, -0.10, 0.30], [-0.74, -0.66, 0.22], 0.14, 0.10],
  [[-0.74, -0.66, 0.22], [-0.60, -0.84, 0.30], 0.10, 0.03],
  [PARTING, [0.62, 0.72, 0.46], 0.20, 0.18],
  [[0.62, 0.72, 0.46], [0.84, 0.16, 0.30], 0.18, 0.13],
  [[0.84, 0.16, 0.30], [0.80, -0.50, 0.20], 0.13, 0.12],
  [[0.80, -0.50, 0.20], [0.62, -0.80, 0.28], 0.12, 0.03],
];

/** @param {Vec} p */
export function bob(p) {
  const [x, y, z] = p;
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  let d = ellipsoid(p, [0, 0.36, -0.17], [0.905, 0.87, 0.87]);
  d = join(d, ellipsoid(s, [0.70, -0.36, -0.20], [0.27, 0.62, 0.48]), 0.24);
  d = join(d, ellipsoid(p, [0, -0.25, -0.52], [0.66, 0.66, 0.42]), 0.2);
  d = carve(d, ellipsoid(p, [0, -0.26, 0.80], [0.665, 0.82, 0.86]), 0.08);
  d = carve(d, ellipsoid(p, [0, -1.06, -0.05], [0.50, 0.42, 0.62]), 0.12);
  let locks = 9;
  for (const [from, to, a, b] of LOCKS) locks = join(locks, capsule(p, from, to, a, b), 0.13);
  d = join(d, locks, 0.09);
  return d + 0.014 * groove(p);
}

/** @param {Vec} p */
function groove(p) {
  const phase = bobPhase(p);
  return Math.sin(phase * 13) * 0.62 + Math.sin(phase * 29 + 1.3) * 0.38;
}

/**
 * Runs across the hair: equal along a strand.
 *
 * @param {Vec} p
 */
export function bobPhase([x, y, z]) {
  const [dx, dy, dz] = [x - 0.3, y - 1.05, z + 0.05];
  // From the parting all strands fall to their own side; the fan's middle lies behind the hair.
  return Math.atan2(dx, 0.55 - dy) + dz * (0.75 + 0.3 * Math.abs(dx)) + 0.12 * Math.sin(3 * y + 2 * x);
}
