/** Why there is no session, and what the person can do about it. */

/** Stands in the caption's place until there is a session, or another try for one. */
export class Trouble {
  #box;
  #reason;
  #elsewhere;
  #profile;
  #gone;

  /**
   * @param {import("./page.js").Parts} parts
   * @param {object} does
   * @param {() => void} does.again Try once more.
   * @param {() => void} does.gone The focus needs another place.
   */
  constructor({ trouble, reason, again, elsewhere, profile }, does) {
    this.#box = trouble;
    this.#reason = reason;
    this.#elsewhere = elsewhere;
    this.#profile = profile;
    this.#gone = does.gone;
    again.addEventListener("click", does.again);
    elsewhere.addEventListener("click", () => this.#choose());
  }

  /** @param {string} message */
  show(message) {
    // The same words again are no news, and would be read out.
    if (this.#reason.textContent !== message) this.#reason.textContent = message;
    this.#elsewhere.hidden = this.#profile.options.length < 2;
    this.#box.hidden = false;
  }

  over() {
    const focused = this.#box.contains(document.activeElement);
    this.#box.hidden = true;
    this.#reason.textContent = "";
    if (focused) this.#gone();
  }

  #choose() {
    this.#profile.focus();
    // Older browsers open no list for a script; it has the focus all the same.
    if ("showPicker" in this.#profile) this.#profile.showPicker();
  }
}
