/** Closures from detectors: shut at once, held long enough to be seen, let go in a frame. */

import { CLOSING, MODEL } from "./tables.js";

const DETECTORS = MODEL.detectors.length;

/** How far the lips must meet, frame by frame. */
export class Closing {
  /** For how many frames they have met. */
  #held = 0;

  /** The last frame's closure, 0 to 1. */
  met = 0;

  /** For which viseme lips meet. */
  viseme = MODEL.detectors[0];

  /**
   * Go on to the next frame.
   *
   * @param {Float32Array} scores The detectors' log odds, step by step.
   * @param {number} from First of the steps around the frame.
   * @param {number} to The one after the last.
   */
  step(scores, from, to) {
    let [lips, teeth] = [-Infinity, -Infinity];
    for (let step = from; step + 1 < to; step++) {
      lips = Math.max(lips, (lipsAt(scores, step) + lipsAt(scores, step + 1)) / 2);
      teeth = Math.max(teeth, (teethAt(scores, step) + teethAt(scores, step + 1)) / 2);
    }
    const met = Math.min(1, Math.max(0, (Math.max(lips, teeth) - CLOSING.from) / (CLOSING.to - CLOSING.from)));
    if (met >= this.met) {
      this.viseme = MODEL.detectors[teeth > lips ? 1 : 0];
      this.#held = met === 1 ? this.#held + 1 : 0;
      this.met = met;
    } else if (this.#held > 0 && this.#held < CLOSING.holdFrames) this.#held++;
    else {
      this.#held = 0;
      this.met = Math.max(met, this.met - CLOSING.release);
    }
  }
}

/**
 * How surely lips meet in a step; what lip and teeth score beyond a mark counts against it.
 *
 * @param {Float32Array} scores
 * @param {number} step
 */
function lipsAt(scores, step) {
  return scores[step * DETECTORS] - Math.max(0, teethAt(scores, step) - CLOSING.rival);
}

/**
 * How surely lip and teeth meet in a step.
 *
 * @param {Float32Array} scores
 * @param {number} step
 */
function teethAt(scores, step) {
  return scores[step * DETECTORS + 1];
}
