/** When the lids fall and rise again. */

import { clamp, smooth } from "./ease.js";
import { between, logNormal } from "./random.js";

// Medians in seconds, by what the face is doing; people blink more while they speak.
const MEDIAN_S = { idle: 3.4, listening: 3, thinking: 2.9, speaking: 2.6, interrupted: 2.6 };
const SIGMA = 0.6;
const CLOSE_S = 0.07;
const HOLD_S = 0.04;
const OPEN_S = 0.15;
const DOUBLES = 0.13;

/** Blinks at log-normal intervals, some of them double. */
export class Blink {
  #random;
  #startS = Infinity;
  #nextS = 0;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
    this.#nextS = between(random, 0.8, 2.5);
  }

  /**
   * How far the lids are closed, 0 to 1.
   *
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   */
  at(nowS, mood) {
    if (nowS >= this.#nextS) this.#start(nowS, mood);
    const passed = nowS - this.#startS;
    if (passed < 0) return 0;
    if (passed < CLOSE_S) return smooth(passed / CLOSE_S);
    return 1 - smooth((passed - CLOSE_S - HOLD_S) / OPEN_S);
  }

  /**
   * Blink now, as people do when they look elsewhere.
   *
   * @param {number} nowS
   */
  soon(nowS) {
    if (nowS - this.#startS > 0.6 || this.#startS === Infinity) this.#nextS = Math.min(this.#nextS, nowS);
  }

  /**
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   */
  #start(nowS, mood) {
    this.#startS = nowS;
    const whole = CLOSE_S + HOLD_S + OPEN_S;
    const wait =
      this.#random() < DOUBLES
        ? whole + between(this.#random, 0.1, 0.35)
        : clamp(logNormal(this.#random, MEDIAN_S[mood], SIGMA), 0.6, 10);
    this.#nextS = nowS + wait;
  }
}
