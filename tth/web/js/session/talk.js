/** How the person talks: what a press, a release, a click or another way of talking asks of the microphone. */

/** @typedef {"text" | "open" | "push"} Way Typed, with the microphone open, or while a button or key is held. */
/** @typedef {"off" | "open" | "held"} Ear What the microphone is asked to do. */

/** Whoever lets go sooner has said nothing. */
export const EMPTY_MS = 200;

/** Tells by `ask` what the microphone shall do, each time that changes. */
export class Talk {
  #ask;
  #pressedMs = 0;
  /** @type {Way} */
  #way;
  /** @type {Ear} */
  #ear = "off";

  /**
   * @param {Way} way
   * @param {(ear: Ear, discard: boolean) => void} ask With `discard`, what was said since the press is forgotten.
   */
  constructor(way, ask) {
    this.#way = way;
    this.#ask = ask;
  }

  get way() {
    return this.#way;
  }

  get ear() {
    return this.#ear;
  }

  /**
   * Talk in another way: an open microphone listens from now on, the others do not.
   *
   * @param {Way} way
   */
  choose(way) {
    if (this.#ear === "held") this.#turn("off", true);
    this.#way = way;
    this.#turn(way === "open" ? "open" : "off");
  }

  /** The button was clicked: an open microphone is switched on or off, and who has typed so far opens it. */
  click() {
    if (this.#way === "push") return;
    this.#way = "open";
    this.#turn(this.#ear === "open" ? "off" : "open");
  }

  /**
   * Button or key go down.
   *
   * @param {number} nowMs
   * @returns {boolean} Whether that means anything.
   */
  press(nowMs) {
    if (this.#way !== "push") return false;
    if (this.#ear === "off") this.#pressedMs = nowMs;
    this.#turn("held");
    return true;
  }

  /**
   * They go up, or nobody can tell any more whether they are down.
   *
   * @param {number} nowMs
   */
  release(nowMs) {
    if (this.#ear === "held") this.#turn("off", nowMs - this.#pressedMs < EMPTY_MS);
  }

  /** The microphone has gone off by itself. */
  failed() {
    this.#ear = "off";
  }

  /**
   * @param {Ear} ear
   * @param {boolean} [discard]
   */
  #turn(ear, discard = false) {
    if (ear === this.#ear) return;
    this.#ear = ear;
    this.#ask(ear, discard);
  }
}

/**
 * Whether a key that goes down somewhere means to type or to press something there, and not to talk.
 *
 * @param {{matches(selectors: string): boolean}} target
 * @param {string} code As in `KeyboardEvent.code`.
 */
export function isTyped(target, code) {
  if (/^F\d+$/.test(code)) return false;
  if (target.matches("input:not([type=range], [type=radio]), textarea, [contenteditable]")) return true;
  const presses = /^(Space|Enter|Arrow\w+|Home|End|Page\w+|Tab|Escape)$/.test(code);
  return presses && target.matches("button, a, select, summary, input");
}
