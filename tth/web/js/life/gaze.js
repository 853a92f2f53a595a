/** Where the eyes look: at the person, or away for a moment. */

import { clamp, easeOut, mix } from "./ease.js";
import { between } from "./random.js";

/** @typedef {{x: number, y: number}} Gaze 1 is as far as the eyes turn; x to the character's left, y up. */

/** Degrees that 1 stands for. */
export const REACH_DEG = { x: 32, y: 27 };

// Share of time that the eyes rest on the person.
const CONTACT = { idle: 0.62, listening: 0.78, thinking: 0.15, speaking: 0.58, interrupted: 1 };

/** Saccades between the person and elsewhere, with small restless steps while they rest. */
export class GazeLife {
  #random;
  /** @type {Gaze} */
  #from = { x: 0, y: 0 };
  /** @type {Gaze} */
  #to = { x: 0, y: 0 };
  #startS = 0;
  #lastsS = 0.03;
  #nextS = 0;
  #tinyS = 0;
  /** @type {Gaze} */
  #tiny = { x: 0, y: 0 };
  /** @type {import("./life.js").Mood} */
  #mood = "idle";

  /** Size of the latest saccade, in degrees. */
  shiftDeg = 0;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  /** Whether the eyes rest on the person. */
  get contact() {
    return this.#to.x === 0 && this.#to.y === 0;
  }

  /**
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   * @returns {Gaze} Relative to the person, not to the head.
   */
  at(nowS, mood) {
    this.shiftDeg = 0;
    if (nowS >= this.#nextS || mood !== this.#mood) this.#turn(nowS, mood);
    if (nowS >= this.#tinyS) {
      this.#tinyS = nowS + between(this.#random, 0.4, 1.1);
      this.#tiny = { x: between(this.#random, -0.012, 0.012), y: between(this.#random, -0.01, 0.01) };
    }
    const share = easeOut((nowS - this.#startS) / this.#lastsS);
    return {
      x: mix(this.#from.x, this.#to.x, share) + this.#tiny.x,
      y: mix(this.#from.y, this.#to.y, share) + this.#tiny.y,
    };
  }

  /**
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   */
  #turn(nowS, mood) {
    const share = easeOut((nowS - this.#startS) / this.#lastsS);
    this.#from = { x: mix(this.#from.x, this.#to.x, share), y: mix(this.#from.y, this.#to.y, share) };
    this.#to = this.#random() < CONTACT[mood] ? { x: 0, y: 0 } : this.#elsewhere(mood);
    this.#mood = mood;
    const shift = { x: this.#to.x - this.#from.x, y: this.#to.y - this.#from.y };
    this.shiftDeg = Math.hypot(shift.x * REACH_DEG.x, shift.y * REACH_DEG.y);
    // 21 ms and 2.2 ms for each degree: the main sequence of saccades.
    this.#lastsS = 0.021 + 0.0022 * this.shiftDeg;
    this.#startS = nowS;
    this.#nextS = nowS + this.#rest(mood);
  }

  /** @param {import("./life.js").Mood} mood */
  #elsewhere(mood) {
    const side = this.#random() < 0.5 ? -1 : 1;
    if (mood === "thinking") return { x: side * between(this.#random, 0.3, 0.55), y: between(this.#random, 0.22, 0.5) };
    return { x: side * between(this.#random, 0.1, 0.42), y: clamp(between(this.#random, -0.26, 0.2), -0.26, 0.16) };
  }

  /** @param {import("./life.js").Mood} mood */
  #rest(mood) {
    if (mood === "thinking") return between(this.#random, 0.9, 2.2);
    return this.contact ? between(this.#random, 1.4, 4.2) : between(this.#random, 0.5, 1.5);
  }
}
