/** Tells, on the audio thread, how loud each render quantum of a source is and where in the context's time it lies. */

const BATCH = 64;

class Tap extends AudioWorkletProcessor {
  #frame = 0;
  #loudness = [];

  process([channels]) {
    if (!this.#loudness.length) this.#frame = currentFrame;
    const samples = channels[0] ?? [];
    this.#loudness.push(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / 128));
    if (this.#loudness.length === BATCH) {
      this.port.postMessage({ frame: this.#frame, loudness: this.#loudness });
      this.#loudness = [];
    }
    return true;
  }
}

registerProcessor("tap", Tap);
