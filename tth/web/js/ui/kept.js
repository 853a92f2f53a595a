/** What the browser keeps for the page; where it keeps nothing, the page goes on without. */

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @returns {string | null}
 */
export function recall(where, name) {
  try {
    return window[where].getItem(name);
  } catch {
    return null;
  }
}

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @param {string} value
 */
export function keep(where, name, value) {
  try {
    window[where].setItem(name, value);
  } catch {
    // Full, or forbidden by the person.
  }
}
