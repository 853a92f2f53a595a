/** How the server listens: whether it hears at all, and what it takes for speech. */

import { detail } from "./detail.js";

/** @typedef {import("./route.js").Link} Client */
/** @typedef {"hold" | "stop" | "off"} BargeIn What becomes of the answer when somebody speaks over it. */

/**
 * @typedef {object} Listening
 * @property {boolean} hears
 * @property {string} why Where it does not.
 * @property {string} detector What finds speech: silero, energy or voice.
 * @property {number} threshold From 0 to 1.
 * @property {number} silence_ms So much silence ends what was said.
 * @property {BargeIn} barge_in
 */

/** @typedef {Partial<Pick<Listening, "threshold" | "silence_ms" | "barge_in">>} Wish */

/** Dispatches `change` when the server has told something new. What the person chose is asked of each new session. */
export class Hearing extends EventTarget {
  #client;
  /** @type {Wish} */
  #wish = {};
  /** The detector for which the threshold was chosen: to another it means something else. */
  #chosenFor = "";

  /** @type {Listening | null} Nothing before the server has said. */
  now = null;

  /** @param {Client} client */
  constructor(client) {
    super();
    this.#client = client;
    client.addEventListener("event", (event) => {
      const told = detail(event);
      if (told.type === "session_ready") this.now = null;
      if (told.type === "listening") this.#take(told);
    });
  }

  /**
   * Ask for something else; it is in effect as soon as the server has it.
   *
   * @param {Wish} wish
   */
  choose(wish) {
    if (wish.threshold !== undefined) this.#chosenFor = this.now?.detector ?? "";
    Object.assign(this.#wish, wish);
    this.#client.send({ type: "listening_update", listening: wish });
  }

  /** @param {Listening} told */
  #take({ hears, why, detector, threshold, silence_ms, barge_in }) {
    const first = !this.now;
    this.now = { hears, why, detector, threshold, silence_ms, barge_in };
    if (first) this.#insist();
    this.dispatchEvent(new Event("change"));
  }

  /** A session begins with settings of its own. */
  #insist() {
    const now = /** @type {Listening} */ (this.now);
    // It may be named only when the microphone is first used.
    if (now.detector && this.#chosenFor && now.detector !== this.#chosenFor) delete this.#wish.threshold;
    const names = /** @type {(keyof Wish)[]} */ (Object.keys(this.#wish));
    if (now.hears && names.some((name) => this.#wish[name] !== now[name])) this.choose(this.#wish);
  }
}
