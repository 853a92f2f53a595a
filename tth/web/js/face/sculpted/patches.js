/** Patches of squares: eyes, brows, lashes, teeth. */

/**
 * Corners of the triangles of equal patches, three each. A patch has `(long + 1) × (wide + 1)` vertices, row by row;
 * the patches follow each other.
 *
 * @param {number} count
 * @param {number} long Squares along.
 * @param {number} wide Squares across.
 */
export function patches(count, long, wide) {
  const corners = [];
  for (let patch = 0; patch < count; patch++) {
    const from = patch * (long + 1) * (wide + 1);
    for (let i = 0; i < long; i++) {
      for (let j = 0; j < wide; j++) {
        const a = from + i * (wide + 1) + j, b = a + wide + 1;
        corners.push(a, b, a + 1, a + 1, b, b + 1);
      }
    }
  }
  return Uint16Array.from(corners);
}
