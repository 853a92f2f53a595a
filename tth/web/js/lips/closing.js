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
    let strongest = 0;
    let best = -Infinity;
    for (let detector = 0; detector < DETECTORS; detector++) {
      for (let step = from; step < to; step++) {
        const score = scores[step * DETECTORS + detector];
        if (score <= best) continue;
        best = score;
        strongest = detector;
      }
    }
    const met = Math.min(1, Math.max(0, (best - CLOSING.from) / (CLOSING.to - CLOSING.from)));
    if (met >= this.met) {
      this.viseme = MODEL.detectors[strongest];
      this.#held = met === 1 ? this.#held + 1 : 0;
      this.met = met;
    } else if (this.#held > 0 && this.#held < CLOSING.holdFrames) this.#held++;
    else {
      this.#held = 0;
      this.met = Math.max(met, this.met - CLOSING.release);
    }
  }
}
