/** Hands on the sound that passes, on the audio thread: an AudioWorklet processor that posts pieces of PCM16. */

import { LowPass } from "../lips/resample.js";
import { Chunker } from "../microphone/chunker.js";

/** What stands in an audio worklet's global scope. */
const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));

/**
 * @typedef {object} Scope
 * @property {new () => {port: MessagePort}} AudioWorkletProcessor
 * @property {(name: string, processor: Function) => void} registerProcessor
 * @property {number} sampleRate
 * @property {number} currentFrame
 */

/** Frames that a node is called with. */
const QUANTUM = 128;

class TapProcessor extends scope.AudioWorkletProcessor {
  #rateHz;
  #lowPass;
  #resampled;
  #chunker;
  #silence = new Float32Array(QUANTUM);
  #beganS = -1;
  #posted = 0;
  #open = true;

  /** @param {{processorOptions: {rateHz: number}}} options */
  constructor({ processorOptions: { rateHz } }) {
    super();
    this.#rateHz = rateHz;
    this.#lowPass = new LowPass(scope.sampleRate, rateHz);
    this.#resampled = new Float32Array(this.#lowPass.most(QUANTUM));
    this.#chunker = new Chunker(rateHz);
    this.port.onmessage = () => (this.#open = false);
  }

  /**
   * @param {Float32Array[][]} inputs One channel; none while nothing comes.
   * @returns {boolean} Whether to go on.
   */
  process([[samples = this.#silence]]) {
    if (this.#beganS < 0) this.#beganS = scope.currentFrame / scope.sampleRate;
    const count = this.#lowPass.push(samples, this.#resampled);
    for (const { pcm, level } of this.#chunker.push(this.#resampled, count)) {
      const timeS = this.#beganS + this.#posted / this.#rateHz;
      this.#posted += pcm.length;
      this.port.postMessage({ pcm, level, timeS }, { transfer: [pcm.buffer] });
    }
    return this.#open;
  }
}

scope.registerProcessor("tap", TapProcessor);
