/** A streaming low-pass resampler, whose output does not depend on how its input is cut. */

/** Samples of the lower rate, on either side, that one of the output hears. */
const REACH = 32;
/** Share of the lower rate that is kept; what lies above half of it would come back as another tone. */
const CUTOFF = 0.475;

/**
 * Brings sound to another rate by windowed-sinc interpolation.
 *
 * Output sample k stands at input position k·from/to: nothing is delayed, the newest 32 samples of the lower rate are
 * held back until what follows them is known. Sound at the output's own rate stays as it is, bit for bit.
 */
export class LowPass {
  #step;
  #phases;
  /** @type {Float32Array[]} */
  #kernels;
  #taps;
  /** The input that is still needed, twice: a window that would run over the end goes on in the copy. */
  #ring;
  #next = 0;
  /** How many input samples are missing for the next output sample, and where between two of them it stands. */
  #missing;
  #phase = 0;

  /**
   * @param {number} fromHz
   * @param {number} toHz
   */
  constructor(fromHz, toHz) {
    const common = divisor(fromHz, toHz);
    this.#step = fromHz / common;
    this.#phases = toHz / common;
    const half = fromHz === toHz ? 0 : Math.ceil(REACH * Math.max(1, fromHz / toHz));
    this.#taps = half ? 2 * half : 1;
    const cutoff = 2 * CUTOFF * Math.min(1, toHz / fromHz);
    this.#kernels = half ? kernels(this.#phases, half, cutoff) : [Float32Array.of(1)];
    this.#ring = new Float32Array(2 * this.#taps);
    this.#missing = half + 1;
  }

  /**
   * The most that comes out of so many input samples.
   *
   * @param {number} count
   */
  most(count) {
    return Math.ceil((count * this.#phases) / this.#step);
  }

  /**
   * Take more input and write the output that is complete with it.
   *
   * @param {Float32Array} input
   * @param {Float32Array} output At least `most(input.length)` long.
   * @returns {number} How many samples were written.
   */
  push(input, output) {
    const taps = this.#taps;
    let made = 0;
    for (let i = 0; i < input.length; i++) {
      this.#ring[this.#next] = this.#ring[this.#next + taps] = input[i];
      this.#next = (this.#next + 1) % taps;
      for (this.#missing--; this.#missing === 0; this.#advance()) output[made++] = this.#sum();
    }
    return made;
  }

  /** The output sample for which the ring holds the input. */
  #sum() {
    const kernel = this.#kernels[this.#phase];
    const ring = this.#ring;
    const next = this.#next;
    const half = kernel.length >> 1;
    if (!half) return ring[next];
    // Two sums that do not wait for each other.
    let before = 0;
    let after = 0;
    for (let tap = 0; tap < half; tap++) {
      before += kernel[tap] * ring[next + tap];
      after += kernel[half + tap] * ring[next + half + tap];
    }
    return before + after;
  }

  #advance() {
    this.#phase += this.#step;
    this.#missing = Math.floor(this.#phase / this.#phases);
    this.#phase %= this.#phases;
  }
}

/**
 * Sound that is held back.
 *
 * @param {number} fromHz
 * @param {number} toHz
 */
export function heldMs(fromHz, toHz) {
  return fromHz === toHz ? 0 : (1000 * REACH) / Math.min(fromHz, toHz);
}

/**
 * One kernel for each place between two input samples.
 *
 * @param {number} phases
 * @param {number} half Input samples on either side.
 * @param {number} cutoff Share of the input's bandwidth that is kept.
 */
function kernels(phases, half, cutoff) {
  return Array.from({ length: phases }, (_, phase) => {
    const kernel = Float64Array.from({ length: 2 * half }, (_, tap) => {
      const distance = tap - (half - 1) - phase / phases;
      return sinc(cutoff * distance) * Math.cos((Math.PI / 2) * (distance / (half + 0.5))) ** 2;
    });
    const sum = kernel.reduce((total, value) => total + value, 0);
    return Float32Array.from(kernel, (value) => value / sum);
  });
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * The greatest common one.
 *
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function divisor(a, b) {
  return b === 0 ? a : divisor(b, a % b);
}
