/** How early poses come, of late: what the voice that waits for them must wait longer, or need not wait. */

/** Poses over which that is judged: three seconds. */
const KEPT = 90;

/** Fewer say nothing. */
const ENOUGH = 8;

/** The share of poses that may come later than asked. */
const LATE = 0.1;

export class Leads {
  /** @type {number[]} */
  #leads = [];

  /** @param {number} leadS How long a pose came before its sound is heard. */
  add(leadS) {
    this.#leads.push(leadS);
    if (this.#leads.length > KEPT) this.#leads.shift();
  }

  /**
   * What is missing for nine poses of ten to come so early.
   *
   * @param {number} wantedS
   * @returns {number} Below 0 where there is more than that.
   */
  missingS(wantedS) {
    if (this.#leads.length < ENOUGH) return 0;
    return wantedS - this.#leads.toSorted((a, b) => a - b)[Math.floor(LATE * this.#leads.length)];
  }

  /** The voice waits otherwise from now on. */
  clear() {
    this.#leads = [];
  }
}
