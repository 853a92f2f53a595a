/** Bodies and how they join, as distances: what hair, clothes and glasses are made of. */

/** @typedef {[number, number, number]} Vec */

/**
 * Union with a soft seam.
 *
 * @param {number} a
 * @param {number} b
 * @param {number} k How wide the seam is.
 */
export function join(a, b, k) {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - h * h * k * 0.25;
}

/**
 * What of `a` is not in the body whose distance is −`b`.
 *
 * @param {number} a
 * @param {number} b
 * @param {number} k
 */
export function carve(a, b, k) {
  return -join(-a, b, k);
}

/**
 * @param {Vec} p
 * @param {Vec} at
 * @param {Vec} r Radii.
 */
export function ellipsoid([x, y, z], [ax, ay, az], [rx, ry, rz]) {
  const [dx, dy, dz] = [x - ax, y - ay, z - az];
  const k = Math.hypot(dx / rx, dy / ry, dz / rz);
  return (k * (k - 1)) / (Math.hypot(dx / (rx * rx), dy / (ry * ry), dz / (rz * rz)) || 1e-9);
}

/**
 * @param {Vec} p
 * @param {Vec} a
 * @param {Vec} b
 * @param {number} ra Radius at `a`.
 * @param {number} rb Radius at `b`.
 */
export function capsule([x, y, z], [ax, ay, az], [bx, by, bz], ra, rb) {
  const [px, py, pz, dx, dy, dz] = [x - ax, y - ay, z - az, bx - ax, by - ay, bz - az];
  const h = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz)));
  return Math.hypot(px - dx * h, py - dy * h, pz - dz * h) - (ra + (rb - ra) * h);
}

/**
 * A ring about an axis through `at`.
 *
 * @param {Vec} p
 * @param {Vec} at
 * @param {Vec} axis Of length 1.
 * @param {number} r Of the ring.
 * @param {number} thick Of its body.
 */
export function torus([x, y, z], [ax, ay, az], [ux, uy, uz], r, thick) {
  const [dx, dy, dz] = [x - ax, y - ay, z - az];
  const along = dx * ux + dy * uy + dz * uz;
  const across = Math.sqrt(Math.max(0, dx * dx + dy * dy + dz * dz - along * along));
  return Math.hypot(across - r, along) - thick;
}

/**
 * The head without its features, for what rests on it.
 *
 * @param {Vec} p
 */
export function scalp(p) {
  const skull = ellipsoid(p, [0, 0.26, -0.06], [0.775, 0.84, 0.82]);
  return join(skull, ellipsoid(p, [0, -0.35, 0.09], [0.565, 0.54, 0.57]), 0.38);
}
