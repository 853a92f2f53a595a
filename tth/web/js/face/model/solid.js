/** Whether there is anything of a mesh to be seen. */

/** @typedef {{count: number, getX(i: number): number, getY(i: number): number, getZ(i: number): number}} Points */

/**
 * Whether some of its points are numbers, and its triangles have no others than its points: a graphics card draws
 * nothing of a mesh that reaches beyond them.
 *
 * @param {{index: {count: number, getX(i: number): number} | null, attributes: {position?: Points}}} geometry
 */
export function isSolid({ index, attributes: { position } }) {
  if (!position || !some(position.count, (i) => isPlace(position, i))) return false;
  return !index || (index.count > 0 && !some(index.count, (i) => index.getX(i) >= position.count));
}

/**
 * @param {Points} points
 * @param {number} i
 */
function isPlace(points, i) {
  return [points.getX(i), points.getY(i), points.getZ(i)].every(Number.isFinite);
}

/**
 * @param {number} count
 * @param {(i: number) => boolean} asked
 */
function some(count, asked) {
  for (let i = 0; i < count; i++) if (asked(i)) return true;
  return false;
}
