/** Where each piece of sound lies on the audio clock, and which media unit is heard at a given moment. */

import { MEDIA_RATE_HZ } from "./wire.js";

/**
 * @typedef {object} Slot A piece of sound on the audio clock.
 * @property {number} frame First frame of the clock that plays it.
 * @property {number} frames How many frames it lasts.
 * @property {number} unit Media unit of its first frame.
 */

const SAFETY_MS = 6;
const LEAD_MS = 20;
const KEEP_MS = 2000;

/** Lays pieces of one turn's speech end to end, in whole frames of the audio clock. */
export class Schedule {
  #rateHz;
  #unitsPerFrame;
  /** @type {Slot[]} */
  #slots = [];
  #ranDry = 0;
  #cut = false;

  /** @param {number} rateHz Rate of the audio clock. */
  constructor(rateHz) {
    this.#rateHz = rateHz;
    this.#unitsPerFrame = MEDIA_RATE_HZ / rateHz;
  }

  /** How often a piece came too late to follow its forerunner at once. */
  get underruns() {
    return this.#ranDry;
  }

  /** First media unit after what was laid. */
  get endUnit() {
    const last = this.#slots.at(-1);
    return last ? last.unit + last.frames * this.#unitsPerFrame : 0;
  }

  /** First frame of the clock after what was laid. */
  get endFrame() {
    const last = this.#slots.at(-1);
    return last ? last.frame + last.frames : 0;
  }

  /**
   * Whether a piece laid at `now` would still follow its forerunner without a gap.
   *
   * @param {number} now Frame that the clock shows.
   */
  flows(now) {
    return this.#slots.length > 0 && this.endFrame >= now + this.#frames(SAFETY_MS);
  }

  /**
   * Lay the next piece: right after its forerunner, or a little ahead of the clock where that is over.
   *
   * @param {number} unit Media unit of its first frame.
   * @param {number} frames How many frames it has.
   * @param {number} now Frame that the clock shows.
   * @returns {Slot}
   */
  place(unit, frames, now) {
    const flows = this.flows(now);
    if (!flows && this.#slots.length && !this.#cut) this.#ranDry++;
    this.#cut = false;
    const slot = { frame: flows ? this.endFrame : now + this.#frames(LEAD_MS), frames, unit };
    this.#slots.push(slot);
    while (this.#slots[0].frame + this.#slots[0].frames < now - this.#frames(KEEP_MS)) this.#slots.shift();
    return slot;
  }

  /**
   * Take back what was laid from a frame on; what is laid next follows it later, and is not late.
   *
   * @param {number} frame
   */
  cut(frame) {
    this.#slots = this.#slots.filter((slot) => slot.frame < frame);
    const last = this.#slots.at(-1);
    if (last) last.frames = Math.min(last.frames, frame - last.frame);
    this.#cut = true;
  }

  /**
   * Media unit heard at a frame of the clock; it holds before the first piece, in gaps, and after the last.
   *
   * @param {number} frame May lie between two frames.
   */
  unitAt(frame) {
    let unit = this.#slots[0]?.unit ?? 0;
    for (const slot of this.#slots) {
      if (frame < slot.frame) break;
      unit = slot.unit + Math.min(frame - slot.frame, slot.frames) * this.#unitsPerFrame;
    }
    return unit;
  }

  /**
   * How much sound lies ahead.
   *
   * @param {number} frame
   */
  aheadMs(frame) {
    return (Math.max(0, this.endUnit - this.unitAt(frame)) * 1000) / MEDIA_RATE_HZ;
  }

  /** @param {number} ms */
  #frames(ms) {
    return Math.ceil((ms * this.#rateHz) / 1000);
  }
}
