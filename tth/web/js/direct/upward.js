/** The microphone's frames, as those take them who want sound at one rate. */

import { Resampler } from "../media/resample.js";
import { MEDIA_RATE_HZ } from "../media/wire.js";

const HEADER_BYTES = 20;
const PARAM = 2;

/** One microphone; its rate is brought up where it is lower. */
export class Upward {
  #rateHz = MEDIA_RATE_HZ;
  #resampler = new Resampler(MEDIA_RATE_HZ, MEDIA_RATE_HZ);

  /**
   * @param {ArrayBuffer} frame As `encodeSound` makes it.
   * @returns {Int16Array} PCM at 24 kHz.
   */
  take(frame) {
    const rateHz = new DataView(frame).getUint16(PARAM, true);
    const pcm = new Int16Array(frame, HEADER_BYTES);
    if (rateHz === MEDIA_RATE_HZ) return pcm;
    if (rateHz !== this.#rateHz) this.#resampler = new Resampler(rateHz, MEDIA_RATE_HZ);
    this.#rateHz = rateHz;
    const samples = this.#resampler.push(Float32Array.from(pcm, (value) => value / 32_768));
    return Int16Array.from(samples, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))));
  }
}
