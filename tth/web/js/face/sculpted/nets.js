/** Turns a distance function into triangles: naive surface nets, with empty space passed over in blocks. */

/** @typedef {(x: number, y: number, z: number) => number} Distance Below 0 inside; never more than the true one. */
/** @typedef {{min: [number, number, number], max: [number, number, number]}} Box */
/** @typedef {{places: Float32Array, normals: Float32Array, triangles: Uint32Array}} Surface */

const BLOCK = 4;

/** Corners of a cell, as bits x, y, z. */
const EDGES = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
  [0, 2],
  [1, 3],
  [4, 6],
  [5, 7],
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
];

/**
 * The surface where a distance is zero.
 *
 * @param {Distance} distance
 * @param {Box} box Its outside is taken for empty.
 * @param {number} cell Side of a cell.
 * @returns {Surface} Normals point outwards, triangles run counterclockwise seen from there.
 */
export function surfaceOf(distance, box, cell) {
  const size = box.min.map((from, axis) => Math.ceil((box.max[axis] - from) / cell / BLOCK) * BLOCK);
  const values = sample(distance, box.min, size, cell);
  const [nx, ny] = [size[0] + 1, size[1] + 1];
  const index = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => x + nx * (y + ny * z);
  /** @type {Map<number, number>} */
  const vertexOf = new Map();
  /** @type {number[]} */
  const places = [];
  const corner = new Float64Array(8);
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++) {
        let inside = 0;
        for (let i = 0; i < 8; i++) {
          corner[i] = values[index(x + (i & 1), y + ((i >> 1) & 1), z + (i >> 2))];
          if (corner[i] < 0) inside++;
        }
        if (inside === 0 || inside === 8) continue;
        vertexOf.set(index(x, y, z), places.length / 3);
        const at = crossing(corner);
        places.push(...[x, y, z].map((c, axis) => box.min[axis] + (c + at[axis]) * cell));
      }
    }
  }
  const triangles = facesOf(values, size, index, vertexOf);
  const settled = Float32Array.from(places);
  return { places: settled, normals: settle(settled, distance, cell), triangles };
}

/**
 * Values at the corners of all cells. Where a block is surely full or empty, it is filled with what its middle says.
 *
 * @param {Distance} distance
 * @param {number[]} min
 * @param {number[]} size In cells.
 * @param {number} cell
 */
function sample(distance, min, size, cell) {
  const [nx, ny, nz] = size.map((n) => n + 1);
  const values = new Float32Array(nx * ny * nz).fill(1);
  const reach = (BLOCK * cell * Math.sqrt(3)) / 2 + cell;
  for (let bz = 0; bz < nz; bz += BLOCK) {
    for (let by = 0; by < ny; by += BLOCK) {
      for (let bx = 0; bx < nx; bx += BLOCK) {
        const half = (BLOCK - 1) / 2;
        const [mx, my, mz] = [bx, by, bz].map((b, axis) => min[axis] + (b + half) * cell);
        const middle = distance(mx, my, mz);
        const sure = Math.abs(middle) > reach;
        for (let z = bz; z < Math.min(bz + BLOCK, nz); z++) {
          for (let y = by; y < Math.min(by + BLOCK, ny); y++) {
            for (let x = bx; x < Math.min(bx + BLOCK, nx); x++) {
              const value = sure ? middle : distance(min[0] + x * cell, min[1] + y * cell, min[2] + z * cell);
              values[x + nx * (y + ny * z)] = value;
            }
          }
        }
      }
    }
  }
  return values;
}

/**
 * Mean of where the surface crosses a cell's edges, within 0 and 1.
 *
 * @param {Float64Array} corner
 */
function crossing(corner) {
  const sum = [0, 0, 0];
  let count = 0;
  for (const [a, b] of EDGES) {
    if (corner[a] < 0 === corner[b] < 0) continue;
    const share = corner[a] / (corner[a] - corner[b]);
    for (let axis = 0; axis < 3; axis++) {
      const [from, to] = [(a >> axis) & 1, (b >> axis) & 1];
      sum[axis] += from + (to - from) * share;
    }
    count++;
  }
  return sum.map((each) => each / count);
}

/**
 * A square across every edge of the lattice that the surface crosses.
 *
 * @param {Float32Array} values
 * @param {number[]} size
 * @param {(x: number, y: number, z: number) => number} index
 * @param {Map<number, number>} vertexOf
 */
function facesOf(values, size, index, vertexOf) {
  const steps = [index(1, 0, 0), index(0, 1, 0), index(0, 0, 1)];
  /** @type {number[]} */
  const triangles = [];
  for (let z = 1; z < size[2]; z++) {
    for (let y = 1; y < size[1]; y++) {
      for (let x = 1; x < size[0]; x++) {
        const here = index(x, y, z);
        for (let axis = 0; axis < 3; axis++) {
          const inside = values[here] < 0;
          if (inside === values[here + steps[axis]] < 0) continue;
          const [u, v] = [steps[(axis + 1) % 3], steps[(axis + 2) % 3]];
          const ring = [here - u - v, here - v, here, here - u].map((cell) => vertexOf.get(cell));
          if (ring.some((vertex) => vertex === undefined)) continue;
          const [a, b, c, d] = /** @type {number[]} */ (inside ? ring : ring.reverse());
          triangles.push(a, b, c, a, c, d);
        }
      }
    }
  }
  return Uint32Array.from(triangles);
}

/**
 * Move vertices onto the surface and tell its normals.
 *
 * @param {Float32Array} places
 * @param {Distance} distance
 * @param {number} cell
 */
function settle(places, distance, cell) {
  const normals = new Float32Array(places.length);
  const e = cell * 0.35;
  for (let i = 0; i < places.length; i += 3) {
    const [x, y, z] = [places[i], places[i + 1], places[i + 2]];
    const slope = [
      distance(x + e, y, z) - distance(x - e, y, z),
      distance(x, y + e, z) - distance(x, y - e, z),
      distance(x, y, z + e) - distance(x, y, z - e),
    ];
    const length = Math.hypot(...slope) || 1;
    const off = distance(x, y, z) * Math.min(1, (2 * e) / length);
    for (let axis = 0; axis < 3; axis++) {
      normals[i + axis] = slope[axis] / length;
      places[i + axis] -= normals[i + axis] * Math.max(-cell / 2, Math.min(cell / 2, off));
    }
  }
  return normals;
}
