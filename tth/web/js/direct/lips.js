/** Lips read from the pieces of sound of an answer, before they are played. */

import { loadModel } from "../lips/lips.js";
import { LipReader } from "../lips/reader.js";
import { LowPass } from "../lips/resample.js";
import { HEARING } from "../lips/tables.js";

/** @typedef {import("../media/wire.js").AudioFrame} AudioFrame */
/** @typedef {import("../media/wire.js").FaceFrame} FaceFrame */

/** Frames beyond the last sound, in which the mouth comes to rest. */
const TAIL = 6;

/** One voice; each turn is read from its first sample on. */
export class Lips {
  #reader;
  #turn = 0;
  /** @type {LowPass | null} */
  #lowPass = null;
  #resampled = new Float32Array();

  /** @param {import("../lips/model.js").Model} model */
  constructor(model) {
    this.#reader = new LipReader(model);
  }

  /** @throws {Error} There is no model. */
  static async load() {
    return new Lips(await loadModel());
  }

  /**
   * Take the next piece of a turn.
   *
   * @param {AudioFrame} frame
   * @returns {FaceFrame[]} What is known of the mouth with that.
   */
  take({ turn, rateHz, pcm, last }) {
    if (turn !== this.#turn) this.#begin(turn, rateHz);
    const lowPass = /** @type {LowPass} */ (this.#lowPass);
    const most = lowPass.most(pcm.length);
    if (this.#resampled.length < most) this.#resampled = new Float32Array(most);
    const count = lowPass.push(Float32Array.from(pcm, (value) => value / 32_768), this.#resampled);
    const read = [...this.#reader.feed(this.#resampled, count), ...(last ? this.#reader.flush(TAIL) : [])];
    return read.map(({ unit, weights }) => ({ kind: "face", generation: 0, turn, sample: unit, weights }));
  }

  /**
   * @param {number} turn
   * @param {number} rateHz
   */
  #begin(turn, rateHz) {
    this.#turn = turn;
    this.#lowPass = new LowPass(rateHz, HEARING.rateHz);
    this.#reader.reset();
  }
}
