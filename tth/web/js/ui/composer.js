/** The text box with its buttons and keys. */

/**
 * Enter sends, Shift+Enter breaks the line, Esc stops.
 *
 * @param {import("./page.js").Parts} parts
 * @param {object} does
 * @param {(text: string) => boolean} does.say Returns whether the text was taken.
 * @param {() => void} does.stop
 */
export function wireComposer({ composer, text, stop }, does) {
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (said && does.say(said)) text.value = "";
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    // While an input method composes, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  stop.addEventListener("click", () => {
    does.stop();
    text.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) does.stop();
  });
}
