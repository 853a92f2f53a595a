/** The discrete Fourier transform of blocks of one size. */

/** A radix-2 transform; its tables are made once, a call allocates nothing. */
export class Fourier {
  #size;
  #order;
  #cos;
  #sin;

  /** @param {number} size A power of two. */
  constructor(size) {
    this.#size = size;
    this.#order = reversed(size);
    const turns = Float64Array.from({ length: size / 2 }, (_, i) => (2 * Math.PI * i) / size);
    this.#cos = turns.map(Math.cos);
    this.#sin = turns.map(Math.sin);
  }

  /**
   * Transform a block in place.
   *
   * @param {Float64Array} real
   * @param {Float64Array} imaginary
   */
  transform(real, imaginary) {
    const size = this.#size;
    for (let i = 0; i < size; i++) {
      const other = this.#order[i];
      if (other <= i) continue;
      let kept = real[i];
      real[i] = real[other];
      real[other] = kept;
      kept = imaginary[i];
      imaginary[i] = imaginary[other];
      imaginary[other] = kept;
    }
    for (let half = 1; half < size; half *= 2) this.#join(real, imaginary, half);
  }

  /**
   * Make each two neighbouring transforms of `half` values one of twice as many.
   *
   * @param {Float64Array} real
   * @param {Float64Array} imaginary
   * @param {number} half
   */
  #join(real, imaginary, half) {
    const stride = this.#size / (2 * half);
    for (let start = 0; start < this.#size; start += 2 * half) {
      for (let i = 0; i < half; i++) {
        const cos = this.#cos[i * stride];
        const sin = this.#sin[i * stride];
        const even = start + i;
        const odd = even + half;
        const turnedReal = cos * real[odd] + sin * imaginary[odd];
        const turnedImaginary = cos * imaginary[odd] - sin * real[odd];
        real[odd] = real[even] - turnedReal;
        imaginary[odd] = imaginary[even] - turnedImaginary;
        real[even] += turnedReal;
        imaginary[even] += turnedImaginary;
      }
    }
  }
}

/**
 * Where each value goes so that halves of halves lie side by side: its place with the bits in reverse.
 *
 * @param {number} size
 */
function reversed(size) {
  const order = new Uint16Array(size);
  for (let i = 1; i < size; i++) order[i] = (order[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  return order;
}
