/** Cuts sound into pieces of one length, as PCM16. */

/** The most that is sent a second: speech has nothing above that a recogniser would miss. */
export const SENT_HZ = 24_000;
const CHUNK_MS = 20;

/** @typedef {{pcm: Int16Array<ArrayBuffer>, level: number}} Chunk `level`: its loudness, from 0 to 1. */

/** Takes samples as they come. */
export class Chunker {
  #pcm;
  #length;
  #filled = 0;
  #power = 0;

  /** @param {number} rateHz */
  constructor(rateHz) {
    this.#length = Math.round((rateHz * CHUNK_MS) / 1000);
    this.#pcm = new Int16Array(this.#length);
  }

  /**
   * Take more.
   *
   * @param {Float32Array} samples
   * @param {number} count So many of them.
   * @returns {Chunk[]} What has become whole with that.
   */
  push(samples, count) {
    const whole = [];
    for (let i = 0; i < count; i++) {
      const value = samples[i];
      this.#pcm[this.#filled++] = Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768)));
      this.#power += value * value;
      if (this.#filled === this.#length) whole.push(this.#finish());
    }
    return whole;
  }

  #finish() {
    const chunk = { pcm: this.#pcm, level: loudness(this.#power / this.#length) };
    this.#pcm = new Int16Array(this.#length);
    this.#filled = this.#power = 0;
    return chunk;
  }
}

const QUIETEST_DB = -54;
const LOUDEST_DB = -12;

/**
 * How loud it is to a person: 0 for a quiet room, 1 for somebody who speaks up.
 *
 * @param {number} power Mean of the squares.
 */
export function loudness(power) {
  const db = 10 * Math.log10(power + 1e-12);
  return Math.min(1, Math.max(0, (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
}
