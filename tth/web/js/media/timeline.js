/** Face frames on the media clock: which pose belongs to what is audible now. */

import { MEDIA_RATE_HZ, WEIGHTS } from "./wire.js";

/** @typedef {{sample: number, weights: Float32Array}} Pose */

const UNITS_PER_MS = MEDIA_RATE_HZ / 1000;

/** The face may show what will be heard this much later: a mouth ahead of its sound is forgiven, one behind is not. */
export const AHEAD_MS = 20;

const TOO_LATE_MS = 100;

/** A frame stands for the time until its follower: this long nothing is missing. */
const FRAME_MS = 40;

const HOLD_MS = 80;
const CLOSE_MS = 150;
const REOPEN_MS = 60;
const SHUT_MS = 60;
const PAUSE_MS = 120;

/** First and last of jaw and mouth in Apple's order; the tongue stands apart. */
const MOUTH = /** @type {const} */ ([14, 40]);
const TONGUE = 51;

/** Frames of one turn's speech, read by the media position. */
export class Timeline {
  /** @type {Pose[]} */
  #frames = [];
  #weights = new Float32Array(WEIGHTS);
  #unit = -1;
  #movedMs = 0;
  #closed = 0;
  #readMs = 0;
  #over = false;

  /** The speech is held: the mouth closes over 120 ms, and opens when the sound goes on. */
  held = false;

  /** Frames that came when their time was over; those that came in time for nothing are dropped as well. */
  late = 0;
  dropped = 0;

  /** @type {number | null} Media position of the pose shown; nothing without one, or once the mouth is shut. */
  shown = null;

  /**
   * Take a frame; one that is due more than 100 ms before the last position read is dropped.
   *
   * @param {Pose} frame
   */
  add(frame) {
    if (frame.sample < this.#unit - TOO_LATE_MS * UNITS_PER_MS) {
      this.late++;
      this.dropped++;
      return;
    }
    if (frame.sample < this.#unit) this.late++;
    let at = this.#frames.length;
    while (at > 0 && this.#frames[at - 1].sample > frame.sample) at--;
    const twin = at > 0 && this.#frames[at - 1].sample === frame.sample;
    this.#frames.splice(twin ? at - 1 : at, twin ? 1 : 0, frame);
  }

  /** The speech is over or was broken off: the mouth closes from the next reading on, without holding. */
  end() {
    this.#over = true;
  }

  /**
   * The pose for a position: between two frames their linear mean. Where frames or sound fail to come, the last pose is
   * held for 80 ms, then the mouth closes over 150 ms.
   *
   * @param {number} unit Media position that is audible when the pose is seen.
   * @param {number} nowMs Wall clock; it only times the closing.
   * @returns {Float32Array} Valid until the next call.
   */
  read(unit, nowMs) {
    const due = unit + AHEAD_MS * UNITS_PER_MS;
    while (this.#frames.length > 1 && this.#frames[1].sample <= due) this.#frames.shift();
    const [from, to] = this.#frames;
    const covered = from !== undefined && (to !== undefined || due - from.sample <= FRAME_MS * UNITS_PER_MS);
    if (unit !== this.#unit && covered) this.#movedMs = nowMs;
    this.#unit = unit;
    this.#close(nowMs);
    const shown = to ? Math.max(due, from.sample) : Math.min(due, from?.sample ?? 0);
    this.shown = from && this.#closed < 1 ? shown : null;
    if (from) this.#mix(from, to, due);
    return this.#weights;
  }

  /** @param {number} nowMs */
  #close(nowMs) {
    const passed = this.#readMs ? nowMs - this.#readMs : 0;
    this.#readMs = nowMs;
    if (this.#over) this.#closed += passed / SHUT_MS;
    else if (this.held) this.#closed += passed / PAUSE_MS;
    else if (nowMs - this.#movedMs > HOLD_MS) this.#closed += passed / CLOSE_MS;
    else this.#closed -= passed / REOPEN_MS;
    this.#closed = Math.min(1, Math.max(0, this.#closed));
  }

  /**
   * @param {Pose} from
   * @param {Pose | undefined} to
   * @param {number} due
   */
  #mix(from, to, due) {
    const share = to ? Math.min(1, Math.max(0, (due - from.sample) / (to.sample - from.sample))) : 0;
    for (let i = 0; i < WEIGHTS; i++) {
      const weight = to ? from.weights[i] + (to.weights[i] - from.weights[i]) * share : from.weights[i];
      this.#weights[i] = isMouth(i) ? weight * (1 - this.#closed) : weight;
    }
  }
}

/**
 * Whether a weight belongs to jaw, mouth or tongue.
 *
 * @param {number} index
 */
export function isMouth(index) {
  return (index >= MOUTH[0] && index <= MOUTH[1]) || index === TONGUE;
}
