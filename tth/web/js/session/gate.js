/** Which turns still count: what arrives of a turn that was broken off is dropped. */

export class Gate {
  /** @type {Map<string, number>} */
  #numbers = new Map();
  #floor = 0;
  #latest = 0;
  #asked = 0;
  #unwanted = 0;

  /** A request was sent that will start a turn. */
  asked() {
    this.#asked++;
  }

  /**
   * A turn begins.
   *
   * @param {string} turnId
   * @param {number} turn
   * @returns {boolean} Whether it is wanted.
   */
  started(turnId, turn) {
    this.#numbers.set(turnId, turn);
    this.#latest = Math.max(this.#latest, turn);
    if (this.#asked > 0) this.#asked--;
    if (this.#unwanted > 0) {
      this.#unwanted--;
      this.#floor = Math.max(this.#floor, turn);
    }
    return this.wants(turn);
  }

  /** The person broke off: every turn up to now is unwanted, also one that was asked for and has not begun. */
  breakOff() {
    this.#floor = this.#latest;
    this.#unwanted = this.#asked;
  }

  /**
   * A turn is over, in whatever way.
   *
   * @param {string} turnId
   */
  ended(turnId) {
    this.#numbers.delete(turnId);
  }

  /**
   * A turn was broken off by the server.
   *
   * @param {number} turn
   */
  drop(turn) {
    this.#floor = Math.max(this.#floor, turn);
  }

  /**
   * Number of a turn that is going on; 0 for one that is unknown or over.
   *
   * @param {string} turnId
   */
  number(turnId) {
    return this.#numbers.get(turnId) ?? 0;
  }

  /** @param {number} turn */
  wants(turn) {
    return turn > this.#floor;
  }
}
