/** What the network hears: log-mel spectra, three for each frame of the face, each band against its running mean. */

import { Fourier } from "./fourier.js";
import { HEARING } from "./tables.js";

const { rateHz, steps, stepsASecond, window: WINDOW, bands: BANDS, size: SIZE } = HEARING;

/**
 * The sample at the middle of a step's window.
 *
 * @param {number} step
 */
export function centre(step) {
  return Math.floor((step * rateHz) / stepsASecond);
}

/** Spectra of windows of sound. */
export class Ear {
  #fourier = new Fourier(SIZE);
  #hann = Float32Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (WINDOW + 1)));
  #bank = bank();
  #real = new Float64Array(SIZE);
  #imaginary = new Float64Array(SIZE);

  /**
   * The natural log of power in each band.
   *
   * @param {Float32Array} sound Full scale 1.
   * @param {number} start The sample before the window.
   * @param {Float32Array} into
   * @param {number} row Where in `into` the bands go, in steps.
   */
  hear(sound, start, into, row) {
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let i = 0; i < WINDOW; i++) {
      real[i] = (sound[start + i + 1] - HEARING.emphasis * sound[start + i]) * this.#hann[i];
    }
    real.fill(0, WINDOW);
    imaginary.fill(0);
    this.#fourier.transform(real, imaginary);
    for (let band = 0; band < BANDS; band++) {
      const { first, weights } = this.#bank[band];
      let power = HEARING.floor;
      for (let i = 0; i < weights.length; i++) {
        const bin = first + i;
        power += weights[i] * (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]);
      }
      into[row * BANDS + band] = Math.log(power);
    }
  }
}

/** What a voice in its room sounds like on average, band by band; taken away, what is left is speech. */
export class RunningMean {
  #mean;
  #steps = HEARING.priorSteps;
  #peak = -Infinity;
  #levels = new Float64Array(steps);

  /** @param {Float32Array} prior The mean to begin with. */
  constructor(prior) {
    this.#mean = Float32Array.from(prior);
  }

  /**
   * Take the mean, which the block moves, off a block of three spectra.
   *
   * @param {Float32Array} block
   */
  remove(block) {
    const levels = this.#levels.fill(0);
    for (let i = 0; i < block.length; i++) levels[Math.floor(i / BANDS)] += block[i] / BANDS;
    this.#peak -= steps * HEARING.fall;
    for (const level of levels) this.#peak = Math.max(this.#peak, level);
    const threshold = Math.max(this.#peak - HEARING.speechDb, HEARING.quiet);
    let heard = 0;
    for (const level of levels) if (level > threshold) heard++;
    if (heard) this.#move(block, threshold, heard);
    for (let i = 0; i < block.length; i++) block[i] -= this.#mean[i % BANDS];
  }

  /**
   * @param {Float32Array} block
   * @param {number} threshold
   * @param {number} heard How many of its spectra are louder.
   */
  #move(block, threshold, heard) {
    this.#steps = Math.min(this.#steps + heard, HEARING.memorySteps);
    for (let band = 0; band < BANDS; band++) {
      let moved = -heard * this.#mean[band];
      for (let step = 0; step < steps; step++) if (this.#levels[step] > threshold) moved += block[step * BANDS + band];
      this.#mean[band] += moved / this.#steps;
    }
  }
}

/** @typedef {{first: number, weights: Float32Array}} Band What a band takes of each bin from `first` on. */

/**
 * Triangles of equal width on the mel scale.
 *
 * @returns {Band[]}
 */
function bank() {
  const [low, high] = [mel(HEARING.lowHz), mel(HEARING.highHz)];
  const edges = Array.from({ length: BANDS + 2 }, (_, i) => hertz(low + ((high - low) * i) / (BANDS + 1)));
  return Array.from({ length: BANDS }, (_, band) => {
    const [from, middle, to] = edges.slice(band, band + 3);
    const weights = Float32Array.from({ length: SIZE / 2 + 1 }, (_, bin) => {
      const at = (bin * rateHz) / SIZE;
      return Math.max(0, Math.min((at - from) / (middle - from), (to - at) / (to - middle)));
    });
    const first = weights.findIndex((weight) => weight > 0);
    const last = weights.findLastIndex((weight) => weight > 0);
    return { first, weights: weights.slice(first, last + 1) };
  });
}

/** @param {number} frequency */
function mel(frequency) {
  return 2595 * Math.log10(1 + frequency / 700);
}

/** @param {number} mels */
function hertz(mels) {
  return 700 * (10 ** (mels / 2595) - 1);
}
