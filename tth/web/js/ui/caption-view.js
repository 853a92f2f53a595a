/** The caption on the page: words come in one by one. */

import { element } from "./page.js";

/** Shows a text that grows; only what is new is added, so that it can be read out and faded in. */
export class CaptionView {
  #box;
  #line = element("span", "");
  #shown = "";

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#box = box;
    const lines = element("span", "lines");
    lines.append(this.#line);
    box.append(lines);
  }

  /** @param {string} text */
  show(text) {
    this.#box.classList.remove("greeting");
    if (!text.startsWith(this.#shown)) this.#clear();
    const more = text.slice(this.#shown.length);
    if (more) this.#line.append(element("span", "word", more));
    this.#shown = text;
    this.#box.hidden = text === "";
  }

  /**
   * Stand there from the start, before anything was said.
   *
   * @param {string} text
   */
  greet(text) {
    this.#clear();
    this.show(text);
    this.#box.classList.add("greeting");
  }

  #clear() {
    this.#line.replaceChildren();
    this.#shown = "";
  }
}
