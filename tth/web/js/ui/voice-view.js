/** Shows whether the microphone is on, how loud it is there, and what is heard. */

import { element } from "./page.js";

/** @typedef {import("../session/utterances.js").Utterance} Utterance */
/** @typedef {import("./talking.js").Talking} Talking */

/** Words that were understood stand there so long, where no answer begins. */
const STAY_MS = 6000;

/** The button, the mark that stands there exactly while a device listens, and the person's own words. */
export class VoiceView {
  #parts;
  #talking;
  #hearing;
  #line = element("span", "");
  #live = false;
  /** @type {Utterance | null} */
  #words = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #going;

  /**
   * @param {import("./page.js").Parts} parts
   * @param {Talking} talking
   * @param {import("../session/hearing.js").Hearing} hearing
   */
  constructor(parts, talking, hearing) {
    this.#parts = parts;
    this.#talking = talking;
    this.#hearing = hearing;
    parts.heard.append(this.#line);
    talking.addEventListener("change", () => this.#show());
    hearing.addEventListener("change", () => this.#show());
    this.#show();
  }

  /** @param {boolean} live Whether a device listens. */
  set live(live) {
    this.#live = live;
    this.level = 0;
    this.#show();
  }

  /** @param {number} level From 0 to 1. */
  set level(level) {
    this.#parts.talk.style.setProperty("--level", level.toFixed(2));
  }

  /** @param {Utterance} utterance What is heard of it so far. */
  hear(utterance) {
    clearTimeout(this.#going);
    this.#words = utterance.final && !utterance.text ? null : utterance;
    if (utterance.final) this.#going = setTimeout(() => this.answer(), STAY_MS);
    this.#show();
  }

  /** The answer begins, or there is none: the words have had their time. */
  answer() {
    if (!this.#words?.speaking) this.renew();
  }

  /** Another session begins, which has heard nothing. */
  renew() {
    this.#words = null;
    this.#show();
  }

  #show() {
    const { live, talk, voice, heard, text } = this.#parts;
    const { choice, ear } = this.#talking;
    const { hears = true, why = "" } = this.#hearing.now ?? {};
    live.hidden = !this.#live;
    talk.dataset.live = String(this.#live);
    talk.dataset.way = choice.way;
    talk.ariaPressed = String(ear !== "off");
    talk.ariaDisabled = String(!hears);
    talk.title = hears ? named(choice, ear) : why;
    talk.ariaLabel = talk.title;
    const words = this.#words?.text;
    this.#line.textContent = words || this.#hint();
    heard.dataset.kind = !words ? "hint" : this.#words?.final ? "final" : "partial";
    voice.hidden = !hears || (ear === "off" && !this.#live && !words && choice.way !== "push");
    heard.dataset.long = String(this.#line.offsetWidth > heard.clientWidth);
    text.placeholder = this.#live && choice.way === "open" ? "Speak, or type" : "Say something";
  }

  #hint() {
    const { choice, ear } = this.#talking;
    if (ear !== "off" && !this.#live) return "The browser is asked for the microphone …";
    if (ear === "held") return "Speak, and let go when you are done";
    if (this.#words?.speaking) return "You are heard …";
    if (ear === "open") return "Speak whenever you like";
    return `Hold the button or ${choice.key.label} to talk`;
  }
}

/**
 * What the button does.
 *
 * @param {import("./talking.js").Choice} choice
 * @param {import("../session/talk.js").Ear} ear
 */
function named({ way, key }, ear) {
  if (way === "push") return `Hold to talk (${key.label})`;
  return ear === "open" ? "Switch the microphone off" : "Switch the microphone on";
}
