/** Neck, shoulders and what is worn. In the world, not in the head: only the neck's upper end goes along with it. */

import { capsule, carve, ellipsoid, join, torus } from "./solids.js";

/** @typedef {import("./solids.js").Vec} Vec */

/**
 * @param {Vec} p
 * @param {number} thick Of the neck; 1 is usual.
 */
export function neck(p, thick) {
  const [x, y, z] = p;
  const column = capsule(p, [0, -0.5, -0.17], [0, -1.5, -0.24], 0.255 * thick, 0.29 * thick);
  const base = ellipsoid([Math.abs(x), y, z], [0.2, -1.62, -0.26], [0.42, 0.26, 0.26]);
  return join(column, base, 0.22);
}

/**
 * @param {Vec} p
 * @param {number} broad Of the shoulders; 1 is usual.
 * @param {"roll" | "shirt" | "suit"} cut
 */
export function clothes(p, broad, cut) {
  const [x, y, z] = p;
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  let d = ellipsoid(s, [0, -1.92, -0.24], [0.98 * broad, 0.6, 0.46]);
  d = join(d, ellipsoid(s, [0.8 * broad, -1.83, -0.26], [0.42, 0.4, 0.37]), 0.26);
  d = join(d, capsule(s, [0.95 * broad, -1.95, -0.24], [1.12 * broad, -3.2, -0.2], 0.3, 0.3), 0.2);
  d = join(d, ellipsoid(s, [0, -2.7, -0.2], [0.95 * broad, 1.1, 0.5]), 0.2);
  const tilt = /** @type {Vec} */ ([0, 0.97, 0.243]);
  if (cut === "roll") {
    d = join(d, torus(p, [0, -1.27, -0.19], tilt, 0.325, 0.058), 0.07);
    return join(d, torus(p, [0, -1.37, -0.19], tilt, 0.36, 0.06), 0.06);
  }
  if (cut === "shirt") {
    d = join(d, torus(p, [0, -1.36, -0.2], tilt, 0.375, 0.062), 0.06);
    return join(d, torus(p, [0, -1.29, -0.2], tilt, 0.36, 0.055), 0.05);
  }
  return join(d, torus(p, [0, -1.44, -0.2], tilt, 0.41, 0.055), 0.07);
}

/**
 * A bow tie.
 *
 * @param {Vec} p
 */
export function tie([x, y, z]) {
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  const wing = ellipsoid(s, [0.15, -1.42, 0.25], [0.125, 0.085, 0.05]);
  const end = ellipsoid(s, [0.23, -1.42, 0.235], [0.055, 0.11, 0.045]);
  return join(join(wing, end, 0.05), ellipsoid(s, [0, -1.42, 0.265], [0.05, 0.05, 0.05]), 0.02);
}

/**
 * Both ears, in the head.
 *
 * @param {Vec} p
 */
export function ears([x, y, z]) {
  const s = /** @type {Vec} */ ([Math.abs(x), y, z]);
  const shell = join(
    ellipsoid(s, [0.765, 0.035, -0.09], [0.075, 0.185, 0.125]),
    ellipsoid(s, [0.745, -0.13, -0.05], [0.055, 0.075, 0.07]),
    0.06,
  );
  const hollow = ellipsoid(s, [0.85, 0.03, -0.04], [0.075, 0.115, 0.07]);
  return carve(shell, hollow, 0.05);
}
