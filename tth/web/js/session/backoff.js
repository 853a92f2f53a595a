/** How long to wait before trying again. */

const FIRST_MS = 400;
const MOST_MS = 10_000;

/** Doubling waits with some chance in them, so that many pages do not come back at the same moment. */
export class Backoff {
  #random;
  #firstMs;
  #mostMs;
  #tries = 0;

  /**
   * @param {() => number} [random] From 0 to 1.
   * @param {number} [firstMs] The first wait at most.
   * @param {number} [mostMs] Any wait at most.
   */
  constructor(random = Math.random, firstMs = FIRST_MS, mostMs = MOST_MS) {
    this.#random = random;
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** The next wait, in ms: half to all of the first, of its double, and so on; usually of 0.4, 0.8, 1.6 … 10 s. */
  next() {
    const most = Math.min(this.#mostMs, this.#firstMs * 2 ** this.#tries++);
    return most * (0.5 + 0.5 * this.#random());
  }

  /** It worked: begin again with the shortest wait. */
  reset() {
    this.#tries = 0;
  }
}
