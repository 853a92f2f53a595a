/** How the chest rises and falls. */

import { clamp, easeOut, mix, smooth } from "./ease.js";

const CYCLE_S = 4.3;
const INHALE = 0.4;
const GASP_S = 0.32;

/** About fourteen breaths a minute, and a quick one before speaking. */
export class Breath {
  #phase = 0;
  #nowS = 0;
  #from = 0;
  #gaspS = -Infinity;
  /** @type {import("./life.js").Mood} */
  #mood = "idle";

  /**
   * How full the lungs are, 0 to 1.
   *
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   */
  at(nowS, mood) {
    this.#phase = (this.#phase + clamp(nowS - this.#nowS, 0, 0.1) / CYCLE_S) % 1;
    this.#nowS = nowS;
    if (mood !== this.#mood) {
      if (mood === "speaking") this.#gasp(nowS);
      this.#mood = mood;
    }
    const passed = nowS - this.#gaspS;
    if (passed < GASP_S) return mix(this.#from, 1, easeOut(passed / GASP_S));
    return this.#depth();
  }

  /** @param {number} nowS */
  #gasp(nowS) {
    this.#from = this.#depth();
    this.#gaspS = nowS;
    this.#phase = INHALE;
  }

  #depth() {
    const phase = this.#phase;
    return phase < INHALE ? smooth(phase / INHALE) : 1 - smooth((phase - INHALE) / (1 - INHALE));
  }
}
