/** How the head sways, nods, and goes along with the eyes. */

import { clamp, follow, smooth } from "./ease.js";
import { between, drift } from "./random.js";

/** @typedef {import("../face/renderer.js").Pose["head"]} Head */

const DEG = Math.PI / 180;

// Head postures by mood, in degrees; `sway` scales the aimless motion.
const POSTURE = {
  idle: { pitch: 0, roll: 1, sway: 1 },
  listening: { pitch: 1.6, roll: 3.6, sway: 0.7 },
  thinking: { pitch: -2.2, roll: -3, sway: 0.8 },
  speaking: { pitch: 0.3, roll: 0, sway: 1.35 },
  interrupted: { pitch: -0.8, roll: 0, sway: 0.4 },
};

/** Low-frequency sway, a posture for each mood, nods on what is stressed. */
export class HeadLife {
  #random;
  #yaw;
  #pitch;
  #roll;
  #nowS = 0;
  #posture = { pitch: 0, roll: 0, sway: 1, turn: 0, lift: 0 };
  #peak = 0;
  #level = 0;
  #nodS = -Infinity;
  #nodDeg = 0;
  #nodLastsS = 0.4;
  #nextNodS = 4;

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
    this.#yaw = drift(random, 0.06);
    this.#pitch = drift(random, 0.08);
    this.#roll = drift(random, 0.05);
  }

  /**
   * @param {number} nowS
   * @param {import("./life.js").Mood} mood
   * @param {number} level How loud the voice is, or how open the jaw, 0 to 1.
   * @param {import("./gaze.js").Gaze} gaze
   * @returns {Head}
   */
  at(nowS, mood, level, gaze) {
    const passed = clamp(nowS - this.#nowS, 0, 0.1);
    this.#nowS = nowS;
    this.#settle(passed, mood, gaze);
    this.#listen(nowS, passed, mood, level);
    const { pitch, roll, sway, turn, lift } = this.#posture;
    return {
      yaw: (this.#yaw(nowS) * 4.6 * sway + turn) * DEG,
      pitch: (this.#pitch(nowS) * 2 * sway + pitch - lift + this.#nod(nowS)) * DEG,
      roll: (this.#roll(nowS) * 2.1 * sway + roll) * DEG,
    };
  }

  /**
   * @param {number} passed
   * @param {import("./life.js").Mood} mood
   * @param {import("./gaze.js").Gaze} gaze
   */
  #settle(passed, mood, gaze) {
    const aim = POSTURE[mood];
    const now = this.#posture;
    now.pitch = follow(now.pitch, aim.pitch, passed, 0.35);
    now.roll = follow(now.roll, aim.roll, passed, 0.45);
    now.sway = follow(now.sway, aim.sway, passed, 0.5);
    // The eyes go first, the head comes after them.
    now.turn = follow(now.turn, gaze.x * 13, passed, 0.28);
    now.lift = follow(now.lift, gaze.y * 7, passed, 0.28);
  }

  /**
   * Nod where the voice is stressed, and slowly now and then while listening.
   *
   * @param {number} nowS
   * @param {number} passed
   * @param {import("./life.js").Mood} mood
   * @param {number} level
   */
  #listen(nowS, passed, mood, level) {
    const rising = level > this.#level + 0.002;
    this.#level = level;
    this.#peak *= 0.92 ** (passed * 60);
    if (mood === "speaking" && rising && level > this.#peak + 0.12 && nowS - this.#nodS > 0.6) {
      if (this.#random() < 0.55) this.#start(nowS, between(this.#random, 1.6, 3.6), between(this.#random, 0.3, 0.5));
    }
    this.#peak = Math.max(this.#peak, level);
    if (mood !== "listening") this.#nextNodS = nowS + between(this.#random, 1.5, 4);
    else if (nowS > this.#nextNodS) {
      this.#start(nowS, between(this.#random, 2.4, 4.2), between(this.#random, 0.7, 1));
      this.#nextNodS = nowS + between(this.#random, 3, 7);
    }
  }

  /**
   * @param {number} nowS
   * @param {number} deg
   * @param {number} lastsS
   */
  #start(nowS, deg, lastsS) {
    this.#nodS = nowS;
    this.#nodDeg = deg;
    this.#nodLastsS = lastsS;
  }

  /** @param {number} nowS */
  #nod(nowS) {
    const share = (nowS - this.#nodS) / this.#nodLastsS;
    if (share >= 1) return 0;
    return this.#nodDeg * (share < 0.4 ? smooth(share / 0.4) : 1 - smooth((share - 0.4) / 0.6));
  }
}
