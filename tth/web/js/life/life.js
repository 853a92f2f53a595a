/** What moves in a face that says nothing, and under everything it says. */

import { INDEX } from "../face/arkit.js";
import { Blink } from "./blink.js";
import { Breath } from "./breath.js";
import { clamp, follow, mix, smooth } from "./ease.js";
import { GazeLife, REACH_DEG } from "./gaze.js";
import { HeadLife } from "./head.js";
import { drift, seeded } from "./random.js";

/** @typedef {"idle" | "listening" | "thinking" | "speaking" | "interrupted"} Mood */
/** @typedef {import("../face/renderer.js").Pose} Pose */

const FAR_DEG = 12;
const FAR_BLINKS = 0.6;
const PHRASE_BLINKS = 0.4;
const STARTLE_S = 0.3;

/** A mouth that shuts for so long in the midst of speech has come to the end of a phrase. */
const PAUSE_S = 0.16;
const SHUT = 0.05;

/** Blink, gaze, head and breath, laid over the weights of the frames. The same seed and times give the same life. */
export class Life {
  #random;
  #blink;
  #gaze;
  #head;
  #breath = new Breath();
  #small;
  #nowS = 0;
  #listening = 0;
  #thinking = 0;
  #side = 1;
  #startledS = -Infinity;
  #openS = -Infinity;
  #inPhrase = false;
  /** @type {Mood} */
  #mood = "idle";

  /**
   * @param {object} [options]
   * @param {number} [options.seed]
   * @param {boolean} [options.still] Keep blink and gaze only, for people who asked for less motion.
   */
  constructor({ seed = 1, still = false } = {}) {
    this.#random = seeded(seed);
    this.#blink = new Blink(this.#random);
    this.#gaze = new GazeLife(this.#random);
    this.#head = new HeadLife(this.#random);
    this.#small = Array.from({ length: 4 }, () => drift(this.#random, 0.11));
    this.still = still;
  }

  /**
   * The pose at a moment. Call it with rising times.
   *
   * @param {number} nowS
   * @param {Mood} mood
   * @param {Float32Array} weights Mouth and emotion; not changed.
   * @returns {Pose}
   */
  at(nowS, mood, weights) {
    this.#enter(nowS, mood);
    const aim = this.#gaze.at(nowS, mood);
    this.#phrase(nowS, mood, weights[INDEX.jawOpen]);
    if (this.#gaze.shiftDeg > FAR_DEG && this.#random() < FAR_BLINKS) this.#blink.soon(nowS);
    const swaying = this.#head.at(nowS, mood, weights[INDEX.jawOpen], aim);
    const head = this.still ? { yaw: 0, pitch: 0, roll: 0 } : swaying;
    const living = Float32Array.from(weights);
    this.#colour(nowS, living);
    this.#close(living, this.#blink.at(nowS, mood));
    const breath = this.#breath.at(nowS, mood);
    return { weights: living, head, gaze: counter(aim, head), breath: this.still ? 0.5 : breath };
  }

  /**
   * @param {number} nowS
   * @param {Mood} mood
   */
  #enter(nowS, mood) {
    const passed = clamp(nowS - this.#nowS, 0, 0.1);
    this.#nowS = nowS;
    if (mood !== this.#mood) {
      if (mood === "interrupted") this.#startledS = nowS;
      if (mood === "thinking") this.#side = this.#random() < 0.5 ? -1 : 1;
      this.#mood = mood;
    }
    this.#listening = follow(this.#listening, Number(mood === "listening"), passed, 0.25);
    this.#thinking = follow(this.#thinking, Number(mood === "thinking"), passed, 0.3);
  }

  /**
   * People blink where a phrase ends.
   *
   * @param {number} nowS
   * @param {Mood} mood
   * @param {number} jaw
   */
  #phrase(nowS, mood, jaw) {
    if (jaw > SHUT) {
      this.#openS = nowS;
      this.#inPhrase = mood === "speaking";
    } else if (this.#inPhrase && nowS - this.#openS > PAUSE_S) {
      this.#inPhrase = false;
      if (this.#random() < PHRASE_BLINKS) this.#blink.soon(nowS);
    }
  }

  /**
   * Small motion of brows, lids and lips, and what the mood adds.
   *
   * @param {number} nowS
   * @param {Float32Array} weights
   */
  #colour(nowS, weights) {
    const [brow, lid, lips, tilt] = this.#small.map((motion) => motion(nowS));
    const startle = 0.3 * smooth(1 - Math.abs((nowS - this.#startledS) / STARTLE_S - 0.4));
    const lift = 0.1 * this.#listening + startle;
    add(weights, INDEX.browInnerUp, 0.05 * (1 + brow) + lift);
    add(weights, INDEX.browOuterUpLeft, 0.04 * (1 + tilt) + lift + 0.2 * this.#thinking * Number(this.#side > 0));
    add(weights, INDEX.browOuterUpRight, 0.04 * (1 - tilt) + lift + 0.2 * this.#thinking * Number(this.#side < 0));
    add(weights, INDEX.eyeSquintLeft, 0.05 * (1 + lid) + 0.08 * this.#thinking);
    add(weights, INDEX.eyeSquintRight, 0.05 * (1 + lid * 0.9) + 0.08 * this.#thinking);
    add(weights, INDEX.mouthSmileLeft, 0.035 * (1 + lips));
    add(weights, INDEX.mouthSmileRight, 0.035 * (1 + 0.8 * lips));
    add(weights, INDEX.mouthLeft, 0.12 * this.#thinking * Number(this.#side > 0));
    add(weights, INDEX.mouthRight, 0.12 * this.#thinking * Number(this.#side < 0));
  }

  /**
   * @param {Float32Array} weights
   * @param {number} lids
   */
  #close(weights, lids) {
    for (const index of [INDEX.eyeBlinkLeft, INDEX.eyeBlinkRight]) weights[index] = mix(weights[index], 1, lids);
    for (const index of [INDEX.eyeWideLeft, INDEX.eyeWideRight]) weights[index] *= 1 - lids;
  }
}

/**
 * Eyes that hold their aim while the head moves.
 *
 * @param {import("./gaze.js").Gaze} aim
 * @param {import("./head.js").Head} head
 */
function counter(aim, head) {
  const deg = 180 / Math.PI;
  return {
    x: clamp(aim.x - (head.yaw * deg) / REACH_DEG.x, -0.9, 0.9),
    y: clamp(aim.y + (head.pitch * deg) / REACH_DEG.y, -0.9, 0.9),
  };
}

/**
 * @param {Float32Array} weights
 * @param {number} index
 * @param {number} amount
 */
function add(weights, index, amount) {
  weights[index] = clamp(weights[index] + amount);
}
