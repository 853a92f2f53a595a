/** Short hair combed up and to one side, and a beard. */

import { capsule, carve, ellipsoid, join } from "../solids.js";

/** @typedef {import("../solids.js").Vec} Vec */

/** @param {Vec} p */
export function crop(p) {
  const [x, y, z] = p;
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  let d = ellipsoid(p, [0, 0.40, -0.15], [0.855, 0.77, 0.85]);
  d = carve(d, ellipsoid(p, [0, -0.30, 0.74], [0.72, 0.88, 0.80]), 0.08);
  d = carve(d, y + 0.10 - 0.22 * z, 0.14);
  let quiff = capsule(p, [0.50, 0.80, 0.40], [-0.10, 0.98, 0.52], 0.20, 0.26);
  quiff = join(quiff, capsule(p, [-0.10, 0.98, 0.52], [-0.56, 0.76, 0.32], 0.26, 0.18), 0.2);
  quiff = join(quiff, capsule(p, [0.05, 1.02, 0.10], [-0.25, 1.08, -0.2], 0.26, 0.22), 0.25);
  d = join(d, quiff, 0.13);
  // In front of the ears it ends in short points.
  d = join(d, ellipsoid(s, [0.745, 0.13, 0.13], [0.055, 0.26, 0.13]), 0.06);
  return d + 0.016 * (Math.sin(cropPhase(p) * 14) * 0.6 + Math.sin(cropPhase(p) * 31 + 0.7) * 0.35);
}

/** @param {Vec} p */
export function cropPhase([x, y, z]) {
  return 1.05 * x + 0.55 * y - 0.85 * z + 0.15 * Math.sin(4 * x - 3 * z);
}
