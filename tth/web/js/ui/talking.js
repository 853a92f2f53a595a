/** Button and key to talk by, and the way that was chosen. */

import { detail } from "../session/detail.js";
import { Talk, isTyped } from "../session/talk.js";
import { keep, recall } from "./kept.js";

/** @typedef {import("../session/talk.js").Way} Way */
/** @typedef {{code: string, label: string}} Key */
/** @typedef {{way: Way, key: Key, device: string}} Choice */

const KEPT = "tth.talk";

/** @type {Choice} */
const USUAL = { way: "text", key: { code: "F4", label: "F4" }, device: "" };

/** Dispatches `change` when something else is to be shown, and `refused` (message) when there is no microphone. */
export class Talking extends EventTarget {
  #avatar;
  #talk;
  #choice;

  /**
   * @param {HTMLButtonElement} button
   * @param {import("../avatar.js").Avatar} avatar
   */
  constructor(button, avatar) {
    super();
    this.#avatar = avatar;
    this.#choice = remembered();
    avatar.ear.device = this.#choice.device;
    this.#talk = new Talk(this.#choice.way, (ear, discard) => this.#ask(ear, discard));
    avatar.ear.addEventListener("failed", (event) => this.#fail(detail(event)));
    this.#watchButton(button);
    this.#watchKey();
  }

  /** @returns {Readonly<Choice>} */
  get choice() {
    return this.#choice;
  }

  /** What the microphone is asked to do. */
  get ear() {
    return this.#talk.ear;
  }

  /** @param {Way} way */
  choose(way) {
    this.#talk.choose(way);
    if (way === "push") this.#avatar.ear.ask();
    this.#keep({ way });
  }

  /** @param {Key} key To hold in order to talk. */
  set key(key) {
    this.#keep({ key });
  }

  /** @param {string} device To listen by. */
  set device(device) {
    this.#avatar.ear.device = device;
    this.#keep({ device });
  }

  /** @param {HTMLButtonElement} button */
  #watchButton(button) {
    button.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && this.#press()) button.setPointerCapture(event.pointerId);
    });
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      button.addEventListener(type, () => this.#release());
    }
    // A finger that rests on the button asks for no menu.
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", ({ detail: clicks }) => {
      if (this.#choice.way !== "push") this.#click();
      // A screen reader clicks without a pointer: once to begin, once to end.
      else if (clicks === 0) this.#hold(this.ear !== "held");
    });
    for (const type of ["keydown", "keyup"]) {
      button.addEventListener(type, (event) => {
        const { code, repeat } = /** @type {KeyboardEvent} */ (event);
        if (this.#choice.way !== "push" || (code !== "Space" && code !== "Enter")) return;
        event.preventDefault();
        if (!repeat) this.#hold(type === "keydown");
      });
    }
  }

  #watchKey() {
    document.addEventListener("keydown", (event) => {
      const { code, repeat, target, altKey, ctrlKey, metaKey, isComposing } = event;
      if (code !== this.#choice.key.code || altKey || ctrlKey || metaKey || isComposing) return;
      if (target instanceof Element && isTyped(target, code)) return;
      if (repeat ? this.ear === "held" : this.#press()) event.preventDefault();
    });
    document.addEventListener("keyup", ({ code }) => {
      if (code === this.#choice.key.code) this.#release();
    });
    // Whoever leaves the page lets go where the page does not see it.
    addEventListener("blur", () => this.#release());
    addEventListener("pagehide", () => this.#release());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#release();
    });
  }

  #click() {
    this.#talk.click();
    this.#keep({ way: this.#talk.way });
  }

  /** @param {boolean} down */
  #hold(down) {
    if (down) this.#press();
    else this.#release();
  }

  #press() {
    return this.#talk.press(performance.now());
  }

  #release() {
    this.#talk.release(performance.now());
  }

  /**
   * @param {import("../session/talk.js").Ear} ear
   * @param {boolean} discard
   */
  #ask(ear, discard) {
    if (ear === "off") this.#avatar.mute(discard);
    else this.#avatar.listen(ear);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} message */
  #fail(message) {
    this.#talk.failed();
    this.dispatchEvent(new Event("change"));
    this.dispatchEvent(new CustomEvent("refused", { detail: message }));
  }

  /** @param {Partial<Choice>} choice */
  #keep(choice) {
    Object.assign(this.#choice, choice);
    keep("localStorage", KEPT, JSON.stringify(this.#choice));
    this.dispatchEvent(new Event("change"));
  }
}

/** @returns {Choice} The way that was chosen last; it does not switch the microphone on. */
function remembered() {
  try {
    const { way, key, device } = { ...USUAL, ...JSON.parse(recall("localStorage", KEPT) ?? "{}") };
    const known = ["text", "open", "push"].includes(way) && typeof key?.code === "string" && typeof device === "string";
    return known ? { way, key, device } : { ...USUAL };
  } catch {
    return { ...USUAL };
  }
}
