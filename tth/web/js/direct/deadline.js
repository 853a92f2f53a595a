/** Waiting, but not for ever. */

import { NoWay } from "./token.js";

/**
 * @template T
 * @param {Promise<T>} wanted
 * @param {number} ms
 * @param {string} message What a person is told where it did not come.
 * @returns {Promise<T>}
 * @throws {NoWay} It did not come.
 */
export async function within(wanted, ms, message) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, refuse) => (timer = setTimeout(() => refuse(new NoWay(message)), ms)));
  try {
    return await Promise.race([wanted, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
