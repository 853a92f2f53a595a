/** Quiet notices: what went wrong and what helps. */

import { element } from "./page.js";

const STAY_MS = { info: 5000, warning: 9000, error: 20_000 };
const MOST = 4;

/** A few notices at a time; the same one is not shown twice. */
export class Toasts {
  #box;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#box = box;
  }

  /**
   * @param {"info" | "warning" | "error"} level
   * @param {string} message
   */
  show(level, message) {
    for (const child of this.#box.children) if (child.firstChild?.textContent === message) return;
    const toast = element("div", `toast ${level}`);
    const close = element("button", "", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Dismiss");
    close.addEventListener("click", () => toast.remove());
    toast.append(element("p", "", message), close);
    this.#box.append(toast);
    while (this.#box.children.length > MOST) this.#box.firstElementChild?.remove();
    setTimeout(() => toast.remove(), STAY_MS[level]);
  }
}
