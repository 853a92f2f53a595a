/** Words on their way: sent, and not yet said by the server whether they begin a turn. */

/** @typedef {{text: string, askedMs: number, wanted: boolean}} Ask */

export class Asks {
  /** @type {Map<string, Ask>} */
  #open = new Map();
  #count = 0;
  /** A session that outlives its page knows the turns of the page before. */
  #page = Math.random().toString(36).slice(2, 8);

  /** Whether the person waits for an answer to one of them. */
  get waiting() {
    return [...this.#open.values()].some(({ wanted }) => wanted);
  }

  /**
   * Words are about to be sent.
   *
   * @param {string} text
   * @param {number} nowMs
   * @returns {string} The id of the turn that they shall begin.
   */
  add(text, nowMs) {
    const turnId = `page-${this.#page}-${++this.#count}`;
    this.#open.set(turnId, { text, askedMs: nowMs, wanted: true });
    return turnId;
  }

  /**
   * The server has begun a turn with them, or refused them: they are no longer on their way.
   *
   * @param {string} turnId
   * @returns {Ask | undefined} Nothing for a turn that was not asked for here.
   */
  take(turnId) {
    const ask = this.#open.get(turnId);
    this.#open.delete(turnId);
    return ask;
  }

  /** The person broke off: nobody waits for what is on its way. */
  breakOff() {
    for (const ask of this.#open.values()) ask.wanted = false;
  }

  /**
   * There is no session any more that could take them.
   *
   * @returns {Ask[]} What was on its way.
   */
  clear() {
    const left = [...this.#open.values()];
    this.#open.clear();
    return left;
  }
}
