/** Functions that are told events, each with its own way to be told no more. */

/** @typedef {(event: any) => void} Listener */

export class Listeners {
  /** @type {Map<string, Set<Listener>>} */
  #some = new Map();
  /** @type {Set<Listener>} */
  #all = new Set();

  /**
   * @param {string} type
   * @param {Listener} listener
   * @returns {() => void} Takes it away.
   */
  add(type, listener) {
    const among = this.#some.get(type) ?? new Set();
    this.#some.set(type, among);
    return put(among, listener);
  }

  /**
   * @param {Listener} listener Told every event of the wire.
   * @returns {() => void} Takes it away.
   */
  addAny(listener) {
    return put(this.#all, listener);
  }

  /**
   * Tell an event of the wire.
   *
   * @param {{type: string}} event
   */
  tell(event) {
    for (const listener of [...this.#all]) call(listener, event);
    this.say(event.type, event);
  }

  /**
   * Tell something of the client's own.
   *
   * @param {string} type
   * @param {unknown} detail
   */
  say(type, detail) {
    for (const listener of [...(this.#some.get(type) ?? [])]) call(listener, detail);
  }

  clear() {
    this.#some.clear();
    this.#all.clear();
  }
}

/**
 * @param {Set<Listener>} among
 * @param {Listener} listener
 */
function put(among, listener) {
  // The same function may be there twice, and is then taken away once at a time.
  const own = (/** @type {unknown} */ event) => listener(event);
  among.add(own);
  return () => void among.delete(own);
}

/**
 * One that throws keeps nothing from the others.
 *
 * @param {Listener} listener
 * @param {unknown} event
 */
function call(listener, event) {
  try {
    listener(event);
  } catch (error) {
    reportError(error);
  }
}
