/** The trained model, from the file that Python ships. */

import { readNpz } from "./npz.js";
import { HEARING, MODEL } from "./tables.js";

/**
 * @typedef {object} Layer
 * @property {number[]} offsets Steps of the layer below that one step sees, ascending.
 * @property {number} inputs Width of the layer below.
 * @property {number} outputs
 * @property {Float32Array<ArrayBuffer>} weight Shape (outputs, offsets, inputs): what one output sees lies together.
 * @property {Float32Array<ArrayBuffer>} bias
 */

/** @typedef {Layer[]} Network The first hears spectra; all but the last are rectified. */

/**
 * @typedef {object} Model Never changed; it may be sent to other threads.
 * @property {Float32Array<ArrayBuffer>} mean What speech sounds like on average, band by band.
 * @property {Network} live Hears little of what follows.
 * @property {Network} buffered Hears more of it.
 */

/**
 * @param {ArrayBuffer} file
 * @returns {Model}
 * @throws {RangeError} It is no model, or one of another format.
 */
export function readModel(file) {
  const arrays = readNpz(file);
  const mean = arrays.get("mean")?.data;
  if (arrays.get("format")?.data[0] !== MODEL.format || !(mean instanceof Float32Array) || !hasBands(mean)) {
    throw new RangeError("the lip-sync model has another format than this page; load the page again");
  }
  return { mean, live: network(arrays, "live"), buffered: network(arrays, "buffered") };
}

/** @param {Float32Array} mean */
function hasBands(mean) {
  return mean.length === HEARING.bands;
}

/**
 * @param {Map<string, import("./npz.js").NpyArray>} arrays
 * @param {string} point
 * @returns {Network}
 */
function network(arrays, point) {
  /** @type {Network} */
  const layers = [];
  for (;;) {
    const name = `${point}.${layers.length}`;
    const offsets = arrays.get(`${name}.offsets`)?.data;
    const weight = arrays.get(`${name}.weight`);
    const bias = arrays.get(`${name}.bias`)?.data;
    if (!offsets || !weight || !(bias instanceof Float32Array)) return layers;
    const [rows, outputs] = weight.shape;
    layers.push({
      offsets: [...offsets],
      inputs: rows / offsets.length,
      outputs,
      weight: turned(weight.data, rows, outputs),
      bias,
    });
  }
}

/**
 * A matrix with its columns as rows.
 *
 * @param {ArrayLike<number>} matrix
 * @param {number} rows
 * @param {number} columns
 */
function turned(matrix, rows, columns) {
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column];
  }
  return result;
}
