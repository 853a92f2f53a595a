/** Quiet notices: what went wrong and what helps. */

import { element } from "./page.js";

/** @typedef {import("../session/words.js").Notice} Notice */

const STAY_MS = { info: 5000, warning: 9000, error: 20_000 };
const MOST = 4;

/** A few notices at a time, one to a topic. */
export class Toasts {
  #box;
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#box = box;
  }

  /** @param {Notice} notice */
  show({ topic, level, message }) {
    this.over(topic);
    for (const oldest of [...this.#shown.keys()].slice(0, 1 - MOST)) this.over(oldest);
    const toast = element("div", `toast ${level}`);
    const close = element("button", "", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Dismiss");
    const remove = () => {
      if (this.#shown.get(topic) === toast) this.over(topic);
    };
    close.addEventListener("click", remove);
    toast.append(element("p", "", message), close);
    this.#box.append(toast);
    this.#shown.set(topic, toast);
    setTimeout(remove, STAY_MS[level]);
  }

  /**
   * The trouble is over: nobody needs to read of it any more.
   *
   * @param {string} topic
   */
  over(topic) {
    this.#shown.get(topic)?.remove();
    this.#shown.delete(topic);
  }
}
