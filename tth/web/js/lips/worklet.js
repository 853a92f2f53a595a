/** Reads lips on the audio thread: an AudioWorklet processor that hears a stream and posts a pose for each frame. */

import { LipReader } from "./reader.js";
import { LowPass } from "./resample.js";
import { HEARING, READER } from "./tables.js";

/** What stands in an audio worklet's global scope. */
const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));

/**
 * @typedef {object} Scope
 * @property {new () => {port: MessagePort}} AudioWorkletProcessor
 * @property {(name: string, processor: Function) => void} registerProcessor
 * @property {number} sampleRate
 * @property {number} currentFrame
 */

/** @typedef {{processorOptions: {model: import("./model.js").Model, live: boolean}}} Options */
/** @typedef {"reset" | "close"} Order */

/** Frames that a node is called with. */
const QUANTUM = 128;

class LipProcessor extends scope.AudioWorkletProcessor {
  #lowPass = new LowPass(scope.sampleRate, HEARING.rateHz);
  #mixed = new Float32Array(QUANTUM);
  #resampled = new Float32Array(this.#lowPass.most(QUANTUM));
  #reader;
  /** Samples at 16 kHz that were heard. */
  #heard = 0;
  /** Time of the context at which the first of them came. */
  #beganS = -1;
  #open = true;

  /** @param {Options} options */
  constructor({ processorOptions: { model, live } }) {
    super();
    this.#reader = new LipReader(model, { live });
    this.port.onmessage = ({ data }) => this.#obey(data);
  }

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean} Whether to go on.
   */
  process([channels]) {
    if (this.#beganS < 0) this.#beganS = scope.currentFrame / scope.sampleRate;
    this.#mix(channels);
    const count = this.#lowPass.push(this.#mixed, this.#resampled);
    this.#heard += count;
    for (const pose of this.#reader.feed(this.#resampled, count)) {
      this.port.postMessage({ ...pose, timeS: this.#beganS + pose.unit / READER.mediaRateHz });
    }
    return this.#open;
  }

  /**
   * All channels as one; none is silence.
   *
   * @param {Float32Array[]} channels
   */
  #mix(channels) {
    const mixed = this.#mixed.fill(0);
    for (const channel of channels) for (let i = 0; i < QUANTUM; i++) mixed[i] += channel[i] / channels.length;
  }

  /** @param {Order} order */
  #obey(order) {
    if (order === "close") this.#open = false;
    else this.#reader.reset(Math.ceil((this.#heard * READER.mediaRateHz) / HEARING.rateHz));
  }
}

scope.registerProcessor("lips", LipProcessor);
