/** Takes the microphone's sound on the audio thread: an AudioWorklet processor that posts pieces of PCM16. */

import { LowPass } from "../lips/resample.js";
import { Chunker } from "./chunker.js";

/** What stands in an audio worklet's global scope. */
const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));

/**
 * @typedef {object} Scope
 * @property {new () => {port: MessagePort}} AudioWorkletProcessor
 * @property {(name: string, processor: Function) => void} registerProcessor
 * @property {number} sampleRate
 */

/** Frames that a node is called with. */
const QUANTUM = 128;

class MicrophoneProcessor extends scope.AudioWorkletProcessor {
  #lowPass;
  #resampled;
  #chunker;
  #silence = new Float32Array(QUANTUM);
  /** So many pieces are still wanted. */
  #left = Infinity;

  /** @param {{processorOptions: {rateHz: number}}} options */
  constructor({ processorOptions: { rateHz } }) {
    super();
    this.#lowPass = new LowPass(scope.sampleRate, rateHz);
    this.#resampled = new Float32Array(this.#lowPass.most(QUANTUM));
    this.#chunker = new Chunker(rateHz);
    this.port.onmessage = ({ data }) => (this.#left = data);
  }

  /**
   * @param {Float32Array[][]} inputs One channel; none while one microphone takes another's place.
   * @returns {boolean} Whether to go on.
   */
  process([[samples = this.#silence]]) {
    const count = this.#lowPass.push(samples, this.#resampled);
    for (const chunk of this.#chunker.push(this.#resampled, count)) {
      if (this.#left > 0) this.port.postMessage(chunk, { transfer: [chunk.pcm.buffer] });
      this.#left--;
    }
    if (this.#left > 0) return true;
    this.port.postMessage(null);
    return false;
  }
}

scope.registerProcessor("microphone", MicrophoneProcessor);
