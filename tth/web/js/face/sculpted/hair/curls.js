/** Tight curls, in a high round shape. */

import { seeded } from "../../../life/random.js";
import { carve, ellipsoid, join } from "../solids.js";

/** @typedef {import("../solids.js").Vec} Vec */

/** @type {[number, number, number, number][]} */
const CURLS = curlsOf(150);

/**
 * Balls all over the cap, evenly by the golden angle and then a little off.
 *
 * @param {number} count
 * @returns {[number, number, number, number][]}
 */
function curlsOf(count) {
  const random = seeded(7);
  const balls = /** @type {[number, number, number, number][]} */ ([]);
  for (let i = 0; i < count; i++) {
    const y = 1 - (i / count) * 1.52, ring = Math.sqrt(1 - y * y), turn = i * 2.39996;
    const [x, z] = [Math.cos(turn) * ring, Math.sin(turn) * ring];
    const out = 0.93 + 0.08 * (random() - 0.5);
    const at = [x * 0.90 * out + 0.03 * (random() - 0.5), 0.46 + y * 0.83 * out, -0.20 + z * 0.87 * out];
    // The face stays free.
    const front = at[2] > 0.2 && at[1] < 0.66 + 0.14 * Math.abs(at[0]);
    if (front || at[1] < -0.34) continue;
    balls.push([at[0], at[1], at[2], 0.135 + 0.055 * random()]);
  }
  return balls;
}

/** @param {Vec} p */
export function curls(p) {
  const [x, y, z] = p;
  let d = ellipsoid(p, [0, 0.42, -0.20], [0.87, 0.80, 0.83]);
  // Far from all curls their exact distance does not matter.
  if (d > 0.55) return d - 0.3;
  d = carve(d, ellipsoid(p, [0, -0.26, 0.74], [0.70, 0.90, 0.80]), 0.08);
  for (const [bx, by, bz, r] of CURLS) {
    const [dx, dy, dz] = [x - bx, y - by, z - bz];
    if (Math.abs(dx) > 0.5 || Math.abs(dy) > 0.5 || Math.abs(dz) > 0.5) continue;
    d = join(d, Math.hypot(dx, dy, dz) - r, 0.055);
  }
  return d + 0.007 * Math.sin(22 * x + 9 * y) * Math.sin(21 * y - 8 * z) * Math.sin(23 * z + 7 * x);
}

/** @param {Vec} p */
export function curlsPhase([x, y, z]) {
  return 1.3 * Math.sin(5 * x + 2 * z) + 1.3 * Math.sin(5 * y - 3 * x) + Math.sin(6 * z);
}
