/** Numbers about playing and drawing, and hooks for tests; there only where the address asks with `?debug=1`. */

import { element } from "./page.js";

const REFRESH_MS = 250;

/**
 * @param {HTMLDListElement} list
 * @param {() => Record<string, string>} read
 */
export function showNumbers(list, read) {
  list.hidden = false;
  setInterval(() => {
    const rows = Object.entries(read()).flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]);
    list.replaceChildren(...rows);
  }, REFRESH_MS);
}
