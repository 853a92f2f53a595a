/** The text box with its buttons and keys. */

/** On other devices a focus opens a keyboard over half of the page. */
const KEYBOARD = "(hover: hover) and (pointer: fine)";

/** Enter sends, Shift+Enter breaks the line, Esc stops; arrow up in the empty box brings back what was sent last. */
export class Composer {
  #text;
  #sent = "";

  /**
   * @param {import("./page.js").Parts} parts
   * @param {object} does
   * @param {(text: string) => boolean} does.say Returns whether the text was taken.
   * @param {() => void} does.stop
   */
  constructor({ composer, text, stop }, does) {
    this.#text = text;
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = text.value.trim();
      if (said && does.say(said)) {
        this.#sent = said;
        text.value = "";
      }
      text.focus();
    });
    text.addEventListener("keydown", (event) => {
      // While an input method composes, its keys belong to it.
      if (event.isComposing) return;
      if (event.key === "ArrowUp" && !text.value) {
        event.preventDefault();
        text.value = this.#sent;
      }
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      composer.requestSubmit();
    });
    stop.addEventListener("click", () => {
      does.stop();
      this.focus();
    });
    document.addEventListener("keydown", (event) => {
      // An open panel closes first.
      if (event.key === "Escape" && !event.isComposing && !document.querySelector(":popover-open")) does.stop();
    });
    this.focus();
  }

  /** Be ready for typing, where there are keys to type on. */
  focus() {
    if (matchMedia(KEYBOARD).matches) this.#text.focus();
  }

  /**
   * Words that were not taken stand in the box again, unless there are new ones.
   *
   * @param {string} text
   */
  giveBack(text) {
    this.#sent = text;
    if (this.#text.value) return;
    this.#text.value = text;
    this.focus();
  }
}
