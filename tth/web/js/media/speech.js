/** The sound of one turn on its way from the wire to the audio clock: resampled, put in order, released in time. */

import { Resampler } from "./resample.js";
import { MEDIA_RATE_HZ } from "./wire.js";

/** The rate everything is played at: the common multiple of what voices use. */
export const CLOCK_RATE_HZ = 48_000;

/** Playing starts with this much sound in hand, or when it was waited for as long: what jitter may take away. */
export const CUSHION_MS = 200;

/** Positions of voices whose rate does not divide the media clock's are rounded by their senders. */
const ROUNDING_UNITS = 3;

/** @typedef {{unit: number, samples: Float32Array<ArrayBuffer>}} Piece Sound at the clock's rate. */

/** Collects the audio frames of a turn; `release` gives what shall be played now. */
export class Speech {
  /** @type {Resampler | null} */
  #resampler = null;
  #rateHz = 0;
  #nextUnit = 0;
  #outUnit = 0;
  /** @type {Piece[]} */
  #waiting = [];
  #waitingFrames = 0;
  #since = 0;
  #whole = false;
  #flowing = false;

  /** @param {number} turn */
  constructor(turn) {
    this.turn = turn;
  }

  /** Whether the last sample has come. */
  get whole() {
    return this.#whole;
  }

  /** How much sound has come and not been released. */
  get waitingMs() {
    return (this.#waitingFrames * 1000) / CLOCK_RATE_HZ;
  }

  /**
   * Take an audio frame. What was sent before is cut off; a jump ahead moves the position and plays on at once.
   *
   * @param {import("./wire.js").AudioFrame} frame
   * @param {number} nowMs
   */
  add(frame, nowMs) {
    const unitsPerSample = MEDIA_RATE_HZ / frame.rateHz;
    const overlap = this.#nextUnit - frame.sample;
    const known = overlap > ROUNDING_UNITS ? Math.round(overlap / unitsPerSample) : 0;
    const pcm = frame.pcm.subarray(known);
    const jumps = overlap < -ROUNDING_UNITS;
    if (pcm.length && (!this.#resampler || frame.rateHz !== this.#rateHz || jumps)) this.#begin(frame, nowMs);
    if (pcm.length) {
      this.#nextUnit = frame.sample + frame.pcm.length * unitsPerSample;
      this.#put(/** @type {Resampler} */ (this.#resampler).push(toFloat(pcm)), nowMs);
    }
    if (frame.last) {
      this.#whole = true;
      if (this.#resampler) this.#put(this.#resampler.flush(), nowMs);
    }
  }

  /**
   * The pieces to be played now.
   *
   * @param {boolean} flowing Whether what was released before is still being played.
   * @param {number} nowMs
   * @returns {Piece[]}
   */
  release(flowing, nowMs) {
    if (this.#flowing && !flowing) this.#since = nowMs;
    this.#flowing = flowing;
    if (!flowing && this.waitMs(nowMs) > 0) return [];
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingFrames = 0;
    if (pieces.length) this.#flowing = true;
    return pieces;
  }

  /**
   * How long playing should still wait for more sound; 0 when it can start.
   *
   * @param {number} nowMs
   */
  waitMs(nowMs) {
    if (this.#whole || this.waitingMs >= CUSHION_MS) return 0;
    return Math.max(0, this.#since + CUSHION_MS - nowMs);
  }

  /**
   * @param {import("./wire.js").AudioFrame} frame
   * @param {number} nowMs
   */
  #begin(frame, nowMs) {
    if (this.#resampler) this.#put(this.#resampler.flush(), nowMs);
    this.#resampler = new Resampler(frame.rateHz, CLOCK_RATE_HZ);
    this.#rateHz = frame.rateHz;
    this.#outUnit = Math.max(frame.sample, this.#nextUnit);
  }

  /**
   * @param {Float32Array<ArrayBuffer>} samples
   * @param {number} nowMs
   */
  #put(samples, nowMs) {
    if (!samples.length) return;
    if (!this.#waiting.length && !this.#flowing) this.#since = nowMs;
    this.#waiting.push({ unit: this.#outUnit, samples });
    this.#waitingFrames += samples.length;
    this.#outUnit += (samples.length * MEDIA_RATE_HZ) / CLOCK_RATE_HZ;
  }
}

/** @param {Int16Array} pcm */
function toFloat(pcm) {
  return Float32Array.from(pcm, (value) => value / 32_768);
}
