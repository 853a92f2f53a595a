/** Tubes along a line: frames of glasses. */

/** @typedef {import("./solids.js").Vec} Vec */

const SIDES = 8;

/**
 * @param {Vec[]} line
 * @param {number} thick Radius.
 * @param {boolean} closed Whether the last point is joined to the first.
 * @returns {import("./nets.js").Surface}
 */
export function tube(line, thick, closed) {
  const places = new Float32Array(line.length * SIDES * 3);
  const normals = new Float32Array(places.length);
  line.forEach((at, i) => {
    const before = line[closed ? (i + line.length - 1) % line.length : Math.max(0, i - 1)];
    const after = line[closed ? (i + 1) % line.length : Math.min(line.length - 1, i + 1)];
    const along = unit(/** @type {Vec} */ (after.map((c, axis) => c - before[axis])));
    const helper = /** @type {Vec} */ (Math.abs(along[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]);
    const u = unit(cross(along, helper)),
      v = cross(along, u);
    for (let k = 0; k < SIDES; k++) {
      const a = (k / SIDES) * 2 * Math.PI;
      for (let axis = 0; axis < 3; axis++) {
        const n = u[axis] * Math.cos(a) + v[axis] * Math.sin(a);
        normals[(i * SIDES + k) * 3 + axis] = n;
        places[(i * SIDES + k) * 3 + axis] = at[axis] + n * thick;
      }
    }
  });
  const triangles = [];
  for (let i = 0; i < line.length - (closed ? 0 : 1); i++) {
    const next = ((i + 1) % line.length) * SIDES;
    for (let k = 0; k < SIDES; k++) {
      const l = (k + 1) % SIDES;
      triangles.push(i * SIDES + k, next + k, i * SIDES + l, i * SIDES + l, next + k, next + l);
    }
  }
  return { places, normals, triangles: Uint32Array.from(triangles) };
}

/** @param {Vec} v @returns {Vec} */
function unit(v) {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** @param {Vec} a @param {Vec} b @returns {Vec} */
function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
