/** What is known around the next pose of a voice, and the pose that it makes. */

import { Closing } from "./closing.js";
import { mouthOf } from "./dominance.js";
import { RunningMean, centre } from "./hearing.js";
import { NetworkStream, aheadOf } from "./network.js";
import { CLOSING, GROUPS, HEARING, MODEL, PULLS, READER, VISEMES } from "./tables.js";

const { steps: STEPS, window: WINDOW, bands: BANDS } = HEARING;
const { quietPower, quietSteps } = READER;
const DETECTORS = MODEL.detectors.length;
const SIL = VISEMES.indexOf("sil");
const LIPS = GROUPS.indexOf("lips");

/** Steps whose visemes pull a pose. */
export const KEPT = READER.behind + 1 + READER.ahead;

/**
 * @typedef {object} Mouth
 * @property {Float32Array<ArrayBuffer>} weights The 52 weights of a pose of the mouth.
 * @property {number} speaking How far speech has the mouth, 0 to 1.
 * @property {number} closure How far the lips must meet, 0 to 1.
 */

/** Steps are heard three at a time; after each three, the pose is the next frame's. */
export class Surroundings {
  #ear;
  #mean;
  #stream;
  #ahead;
  #closing = new Closing();
  #block = new Float32Array(STEPS * BANDS);
  #visemes = new Float32Array(KEPT * VISEMES.length);
  #detected = new Float32Array(KEPT * DETECTORS);
  #pulls = new Float32Array(VISEMES.length * GROUPS.length);
  #powers;

  /**
   * @param {import("./hearing.js").Ear} ear
   * @param {Float32Array} mean What speech sounds like on average.
   * @param {import("./model.js").Network} network
   */
  constructor(ear, mean, network) {
    this.#ear = ear;
    this.#mean = new RunningMean(mean);
    this.#stream = new NetworkStream(network);
    this.#ahead = aheadOf(network);
    this.#powers = new Float32Array(this.#ahead + READER.ahead + KEPT + quietSteps);
    for (let step = 0; step < KEPT; step++) this.#hush(step);
  }

  /**
   * Hear three steps more; the visemes of three, as far back as the network looks ahead, become known.
   *
   * @param {Float32Array} sound
   * @param {number} base Sample at which it begins.
   * @param {number} step The first of the three.
   */
  listen(sound, base, step) {
    this.#powers.copyWithin(0, STEPS);
    for (let number = 0; number < STEPS; number++) {
      const start = centre(step + number) - WINDOW / 2 - 1 - base;
      this.#ear.hear(sound, start, this.#block, number);
      this.#powers[this.#powers.length - STEPS + number] = power(sound, start);
    }
    this.#mean.remove(this.#block);
    const scores = this.#stream.step(this.#block);
    this.#visemes.copyWithin(0, STEPS * VISEMES.length);
    this.#detected.copyWithin(0, STEPS * DETECTORS);
    for (let number = 0; number < STEPS; number++) {
      const kept = KEPT - STEPS + number;
      if (this.#silent(this.#ahead + STEPS - 1 - number)) this.#hush(kept);
      else this.#know(kept, scores, number * (VISEMES.length + DETECTORS));
    }
  }

  /** @returns {Mouth} */
  pose() {
    this.#closing.step(this.#detected, READER.nearFrom, READER.nearTo);
    const { met: closure, viseme } = this.#closing;
    const pulls = this.#pulls;
    let spoken = 0;
    for (let i = 0; i < pulls.length; i++) {
      const group = i % GROUPS.length;
      const viseme = (i - group) / GROUPS.length;
      let sum = 0;
      for (let step = 0; step < KEPT; step++) sum += PULLS[group][step] * this.#visemes[step * VISEMES.length + viseme];
      pulls[i] = sum;
      if (group === LIPS && viseme !== SIL) spoken += sum;
    }
    return { weights: mouthOf(pulls, this.#opening(), closure, viseme), speaking: Math.min(1, spoken), closure };
  }

  /**
   * Turn a step's scores into how likely each viseme is, and keep those of the closures.
   *
   * @param {number} kept
   * @param {Float32Array} scores
   * @param {number} from
   */
  #know(kept, scores, from) {
    const to = kept * VISEMES.length;
    let highest = -Infinity;
    for (let i = 0; i < VISEMES.length; i++) highest = Math.max(highest, scores[from + i]);
    let sum = 0;
    for (let i = 0; i < VISEMES.length; i++) sum += this.#visemes[to + i] = Math.exp(scores[from + i] - highest);
    for (let i = 0; i < VISEMES.length; i++) this.#visemes[to + i] /= sum;
    for (let i = 0; i < DETECTORS; i++) this.#detected[kept * DETECTORS + i] = scores[from + VISEMES.length + i];
  }

  /** @param {number} kept Step in which nothing is said. */
  #hush(kept) {
    const from = kept * VISEMES.length;
    this.#visemes.fill(0, from, from + VISEMES.length);
    this.#visemes[from + SIL] = 1;
    this.#detected.fill(CLOSING.apart, kept * DETECTORS, (kept + 1) * DETECTORS);
  }

  /**
   * Whether the step so many before the newest lies in silence.
   *
   * @param {number} back
   */
  #silent(back) {
    const last = this.#powers.length - Math.max(0, back - Math.floor(quietSteps / 2));
    for (let i = last - quietSteps; i < last; i++) if (this.#powers[i] >= quietPower) return false;
    return true;
  }

  /** How far loudness lets the mouth open, by five steps around the pose. */
  #opening() {
    const here = this.#powers.length - this.#ahead - READER.ahead;
    let sum = 0;
    for (let i = here - 3; i < here + 2; i++) sum += this.#powers[i];
    if (sum / 5 < quietPower) return READER.least;
    const level = (10 * Math.log10(sum / 5) - READER.quietDb) / (READER.loudDb - READER.quietDb);
    return READER.least + READER.more * Math.min(1, level);
  }
}

/**
 * Mean power of a window and the sample before it.
 *
 * @param {Float32Array} sound
 * @param {number} start
 */
function power(sound, start) {
  let sum = 0;
  for (let i = start; i <= start + WINDOW; i++) sum += sound[i] * sound[i];
  return sum / (WINDOW + 1);
}
