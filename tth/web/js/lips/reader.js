/** Lips read from a stream of sound, thirty poses a second: the same network, the same poses as on the server. */

import { Ear, centre } from "./hearing.js";
import { aheadOf, reachOf } from "./network.js";
import { KEPT, Surroundings } from "./surroundings.js";
import { HEARING, READER } from "./tables.js";

const { rateHz, steps: STEPS, window: WINDOW } = HEARING;
/** Samples of sound held at once; three steps need less than half of it. */
const ROOM = 2048;

/** @typedef {import("./surroundings.js").Mouth & {unit: number}} MouthPose A mouth and the media unit it is due at. */

/** @type {readonly MouthPose[]} */
const NONE = Object.freeze([]);

/**
 * Sound that must be there beyond the moment of a pose.
 *
 * @param {import("./model.js").Network} network
 */
export function lookAheadMs(network) {
  return (1000 * (centre(aheadOf(network) + READER.ahead) + WINDOW / 2)) / rateHz;
}

/** Sound at 16 kHz, mono, in any pieces becomes poses; between two poses, nothing is allocated. */
export class LipReader {
  #model;
  #network;
  #ahead;
  #ear = new Ear();
  #sound = new Float32Array(ROOM);
  #around;
  /** Sample at which the sound held begins, how much of it there is, and the number of the next pose. */
  #at = 0;
  #held = 0;
  #frame = 0;
  #origin = 0;
  #skip = 0;
  #fed = 0;

  /**
   * @param {import("./model.js").Model} model Shared, never changed.
   * @param {{live?: boolean, startUnit?: number}} [how] `live` hears less of what follows a pose; `startUnit` is the
   *     media unit of the first sample, 24,000 a second: what lies before the next frame is left out.
   */
  constructor(model, { live = false, startUnit = 0 } = {}) {
    this.#model = model;
    this.#network = live ? model.live : model.buffered;
    this.#ahead = aheadOf(this.#network) + READER.ahead;
    this.#around = new Surroundings(this.#ear, model.mean, this.#network);
    this.#begin(startUnit);
  }

  /**
   * Forget everything; the next sound begins at media unit `startUnit`, spoken by a new voice.
   *
   * @param {number} [startUnit]
   */
  reset(startUnit = 0) {
    this.#around = new Surroundings(this.#ear, this.#model.mean, this.#network);
    this.#begin(startUnit);
  }

  /**
   * The poses whose surroundings are known now.
   *
   * @param {Float32Array} samples Full scale 1.
   * @param {number} [count] How many of them there are.
   * @returns {readonly MouthPose[]}
   */
  feed(samples, count = samples.length) {
    const leftOut = Math.min(this.#skip, count);
    this.#skip -= leftOut;
    this.#fed += count - leftOut;
    return this.#take(samples, leftOut, count);
  }

  /**
   * The rest, silence assumed after it; afterwards a new speech may begin.
   *
   * @param {number} [tailFrames] How many poses to give beyond the last sound, in which the mouth comes to rest.
   * @returns {readonly MouthPose[]}
   */
  flush(tailFrames = 0) {
    const last = Math.ceil((this.#fed * READER.framesASecond) / rateHz) + tailFrames;
    const missing = Math.floor((Math.max(0, last - this.#frame) * rateHz) / READER.framesASecond);
    const made = this.#hush(missing + centre(this.#ahead) + 2 * WINDOW);
    const kept = Math.max(0, made.length - (this.#frame - last));
    this.reset();
    return made.slice(0, kept);
  }

  /** @param {number} startUnit */
  #begin(startUnit) {
    this.#origin = Math.ceil(startUnit / READER.frameUnits) * READER.frameUnits;
    this.#skip = Math.floor(((this.#origin - startUnit) * rateHz) / READER.mediaRateHz);
    this.#fed = 0;
    // Silence before the first frame, as much as the first pose can depend on.
    this.#frame = -(Math.floor((reachOf(this.#network) + KEPT) / STEPS) + 2);
    this.#at = centre(this.#firstStep()) - WINDOW / 2 - 1;
    this.#held = 0;
    this.#hush(-this.#at);
  }

  /** @param {number} count Samples of silence to take. */
  #hush(count) {
    return this.#take(new Float32Array(count), 0, count);
  }

  /**
   * @param {Float32Array} samples
   * @param {number} from
   * @param {number} to
   */
  #take(samples, from, to) {
    let made = NONE;
    while (from < to) {
      for (; from < to && this.#held < ROOM; from++) this.#sound[this.#held++] = samples[from];
      made = this.#make(made);
    }
    return made;
  }

  /** The first of the three steps that the next frame waits for. */
  #firstStep() {
    return STEPS * this.#frame + this.#ahead - STEPS + 1;
  }

  /**
   * Every pose that the sound is there for, behind those made before; drops the sound that is no longer needed.
   *
   * @param {readonly MouthPose[]} made
   */
  #make(made) {
    for (;;) {
      const step = this.#firstStep();
      const start = centre(step) - WINDOW / 2 - 1;
      if (centre(step + STEPS - 1) + WINDOW / 2 > this.#at + this.#held) {
        this.#drop(start - this.#at);
        return made;
      }
      this.#around.listen(this.#sound, this.#at, step);
      if (this.#frame >= 0) made = [...made, this.#pose()];
      this.#frame++;
    }
  }

  #pose() {
    return { unit: this.#origin + this.#frame * READER.frameUnits, ...this.#around.pose() };
  }

  /** @param {number} count */
  #drop(count) {
    if (count <= 0) return;
    this.#sound.copyWithin(0, count, this.#held);
    this.#held -= count;
    this.#at += count;
  }
}
