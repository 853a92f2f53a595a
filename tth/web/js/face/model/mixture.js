/** A pose told in other words: how much of each known pose makes it. */

/** @typedef {(pose: readonly number[]) => number[]} Unmix The share of each known pose, 0 or more. */

/** More steps than a pose of any file has needed; the answer after the last is good enough. */
const STEPS = 40;

/**
 * Shares of the rows whose sum comes nearest, none of them negative; few large ones rather than many small ones.
 *
 * Source: Lawson and Hanson, Solving Least Squares Problems (1974), chapter 23.
 *
 * @param {readonly (readonly number[])[]} rows
 * @param {number} least A share must explain so much to be there at all.
 * @returns {Unmix}
 */
export function unmixer(rows, least) {
  const alike = rows.map((row) => rows.map((other) => dot(row, other)));
  return (pose) => {
    const asked = rows.map((row) => dot(row, pose) - least);
    const gain = (/** @type {number} */ i) => (asked[i] - dot(alike[i], shares)) / Math.sqrt(alike[i][i]);
    const held = /** @type {Set<number>} */ (new Set());
    let shares = rows.map(() => 0);
    for (let step = 0; step < STEPS; step++) {
      const others = rows.map((_, i) => i).filter((i) => !held.has(i) && gain(i) > 1e-9);
      if (!others.length) break;
      held.add(others.reduce((best, i) => (gain(i) > gain(best) ? i : best)));
      shares = settle(alike, asked, held, shares);
    }
    return shares;
  };
}

/**
 * The best shares of those that are held; one that would have to be negative is let go.
 *
 * @param {number[][]} alike
 * @param {number[]} asked
 * @param {Set<number>} held
 * @param {number[]} before
 */
function settle(alike, asked, held, before) {
  let shares = before;
  while (held.size) {
    const places = [...held];
    const found = solve(places.map((i) => places.map((j) => alike[i][j])), places.map((i) => asked[i]));
    // As far towards the answer as all stay positive.
    let way = 1;
    places.forEach((i, n) => {
      if (found[n] <= 0) way = Math.min(way, shares[i] / (shares[i] - found[n] || 1));
    });
    const next = shares.map(() => 0);
    places.forEach((i, n) => (next[i] = shares[i] + way * (found[n] - shares[i])));
    shares = next;
    if (way === 1) return shares;
    for (const i of places) {
      if (shares[i] > 1e-9) continue;
      shares[i] = 0;
      held.delete(i);
    }
  }
  return shares;
}

/**
 * @param {number[][]} matrix Symmetric, changed.
 * @param {number[]} right Changed; then the answer.
 */
function solve(matrix, right) {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    // Rows that are nearly the same: a little of each rather than much of both signs.
    matrix[i][i] += 1e-6;
    for (let j = i + 1; j < size; j++) {
      const share = matrix[j][i] / matrix[i][i];
      for (let k = i; k < size; k++) matrix[j][k] -= share * matrix[i][k];
      right[j] -= share * right[i];
    }
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

/**
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 */
function dot(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}
