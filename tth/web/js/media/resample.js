/** A streaming resampler whose output does not depend on how its input is cut. */

const HALF_TAPS = 16;

/**
 * Raises the rate of a stream by windowed-sinc interpolation, 32 taps a sample.
 *
 * Output frame k stands at input position k·from/to: nothing is delayed, the newest 16 input samples are held back
 * until what follows them is known. Where a frame falls on an input sample, it is that sample, bit for bit.
 */
export class Resampler {
  #step;
  #phases;
  #kernels;
  /** Samples from `#base - HALF_TAPS + 1` on: enough to the left of the next output frame, and all that came after. */
  #held = new Float32Array(HALF_TAPS - 1);
  #base = 0;
  #phase = 0;
  #received = 0;

  /**
   * @param {number} fromHz
   * @param {number} toHz At least `fromHz`.
   */
  constructor(fromHz, toHz) {
    if (fromHz > toHz) throw new RangeError(`${fromHz} Hz is more than the ${toHz} Hz of the output`);
    const common = gcd(fromHz, toHz);
    this.#step = fromHz / common;
    this.#phases = toHz / common;
    this.#kernels = this.#phases === 1 ? [] : kernels(this.#phases);
  }

  /**
   * Take more input and give the output that is complete with it.
   *
   * @param {Float32Array<ArrayBuffer>} samples
   * @returns {Float32Array<ArrayBuffer>}
   */
  push(samples) {
    this.#received += samples.length;
    if (this.#phases === 1) return samples;
    this.#append(samples);
    return this.#take(this.#received - HALF_TAPS);
  }

  /**
   * Give the rest: what follows the input is taken to be silence.
   *
   * @returns {Float32Array<ArrayBuffer>}
   */
  flush() {
    if (this.#phases === 1) return new Float32Array(0);
    this.#append(new Float32Array(HALF_TAPS));
    return this.#take(this.#received);
  }

  /** @param {Float32Array} samples */
  #append(samples) {
    const joined = new Float32Array(this.#held.length + samples.length);
    joined.set(this.#held);
    joined.set(samples, this.#held.length);
    this.#held = joined;
  }

  /**
   * All frames at positions before input sample `until`.
   *
   * @param {number} until
   */
  #take(until) {
    const ahead = (until - this.#base) * this.#phases - this.#phase;
    const output = new Float32Array(Math.max(0, Math.ceil(ahead / this.#step)));
    let at = 0;
    for (let frame = 0; frame < output.length; frame++) {
      const kernel = this.#kernels[this.#phase];
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap] * this.#held[at + tap];
      output[frame] = sum;
      this.#phase += this.#step;
      while (this.#phase >= this.#phases) {
        this.#phase -= this.#phases;
        at++;
      }
    }
    this.#base += at;
    this.#held = this.#held.slice(at);
    return output;
  }
}

/**
 * One kernel for each place between two input samples.
 *
 * @param {number} phases
 */
function kernels(phases) {
  return Array.from({ length: phases }, (_, phase) => {
    const kernel = new Float32Array(2 * HALF_TAPS);
    let sum = 0;
    for (let tap = 0; tap < kernel.length; tap++) {
      const distance = tap - (HALF_TAPS - 1) - phase / phases;
      const window = Math.cos((Math.PI / 2) * (distance / (HALF_TAPS + 0.5))) ** 2;
      kernel[tap] = phase === 0 ? Number(distance === 0) : sinc(distance) * window;
      sum += kernel[tap];
    }
    return kernel.map((value) => value / sum);
  });
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}
