/** A time-delay network on a stream: each layer sees a few steps of the one below, past and future. */

import { HEARING } from "./tables.js";

const STEPS = HEARING.steps;

/** @typedef {import("./model.js").Layer} Layer */
/** @typedef {import("./model.js").Network} Network */

/** @param {Layer} layer */
const ahead = (layer) => Math.max(0, layer.offsets[layer.offsets.length - 1]);

/** @param {Layer} layer */
const span = (layer) => ahead(layer) - Math.min(0, layer.offsets[0]);

/**
 * Steps of sound that must be known beyond the step that is told.
 *
 * @param {Network} network
 */
export function aheadOf(network) {
  return network.reduce((sum, layer) => sum + ahead(layer), 0);
}

/**
 * Steps of sound, past and future, that one step depends on.
 *
 * @param {Network} network
 */
export function reachOf(network) {
  return network.reduce((sum, layer) => sum + span(layer), 1);
}

/** A network on a stream of blocks: what it tells lags by `aheadOf(network)` steps. */
export class NetworkStream {
  #layers;

  /** @param {Network} network */
  constructor(network) {
    this.#layers = network.map((layer, number) => new LayerStream(layer, number < network.length - 1));
  }

  /**
   * Scores of the next three steps from the next three spectra; valid until the next call.
   *
   * @param {Float32Array} block Three steps.
   * @returns {Float32Array}
   */
  step(block) {
    for (const layer of this.#layers) block = layer.step(block);
    return block;
  }
}

/** One layer; it keeps the steps that it will need again and computes each step once. */
class LayerStream {
  #weight;
  #bias;
  #rectified;
  #inputs;
  #past;
  #made;
  /** Where in the past each offset of the first of three steps begins. */
  #starts;

  /**
   * @param {Layer} layer
   * @param {boolean} rectified
   */
  constructor(layer, rectified) {
    this.#weight = layer.weight;
    this.#bias = layer.bias;
    this.#rectified = rectified;
    this.#inputs = layer.inputs;
    this.#past = new Float32Array((span(layer) + STEPS) * layer.inputs);
    this.#made = new Float32Array(STEPS * layer.outputs);
    const first = Math.min(0, layer.offsets[0]);
    this.#starts = Int32Array.from(layer.offsets, (offset) => (offset - first) * layer.inputs);
  }

  /** @param {Float32Array} block */
  step(block) {
    const made = this.#made;
    const outputs = this.#bias.length;
    this.#past.copyWithin(0, block.length);
    this.#past.set(block, this.#past.length - block.length);
    for (let output = 0; output < outputs; output += 2) this.#sum(output, Math.min(output + 1, outputs - 1));
    if (this.#rectified) for (let i = 0; i < made.length; i++) if (made[i] < 0) made[i] = 0;
    return made;
  }

  /**
   * Two outputs of all three steps: each number is fetched once for several sums, and no sum waits for another. Twice
   * as fast as one by one.
   *
   * @param {number} output
   * @param {number} other The next one, or the same again.
   */
  #sum(output, other) {
    const past = this.#past;
    const weight = this.#weight;
    const starts = this.#starts;
    const inputs = this.#inputs;
    const seen = starts.length * inputs;
    let at = output * seen;
    let otherAt = other * seen;
    let first = this.#bias[output];
    let second = first;
    let third = first;
    let otherFirst = this.#bias[other];
    let otherSecond = otherFirst;
    let otherThird = otherFirst;
    for (let tap = 0; tap < starts.length; tap++) {
      const end = starts[tap] + inputs;
      for (let i = starts[tap]; i < end; i++) {
        const strength = weight[at++];
        const otherStrength = weight[otherAt++];
        first += strength * past[i];
        second += strength * past[i + inputs];
        third += strength * past[i + 2 * inputs];
        otherFirst += otherStrength * past[i];
        otherSecond += otherStrength * past[i + inputs];
        otherThird += otherStrength * past[i + 2 * inputs];
      }
    }
    this.#tell(output, first, second, third);
    this.#tell(other, otherFirst, otherSecond, otherThird);
  }

  /**
   * @param {number} output
   * @param {number} first
   * @param {number} second
   * @param {number} third
   */
  #tell(output, first, second, third) {
    const outputs = this.#bias.length;
    this.#made[output] = first;
    this.#made[outputs + output] = second;
    this.#made[2 * outputs + output] = third;
  }
}
