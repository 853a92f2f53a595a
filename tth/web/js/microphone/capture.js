/** The microphone's sound, from the device to pieces of PCM16. */

import { SENT_HZ } from "./chunker.js";

/** @typedef {import("./chunker.js").Chunk} Chunk */

/** Who lets go with the last syllable is still heard: so much sound is on its way through the browser. */
const TAIL_CHUNKS = 4;

/** An audio thread that is stuck does not keep the microphone on. */
const TAIL_MS = 250;

/** What a browser says of a device that is not there. */
const GONE = ["OverconstrainedError", "NotFoundError"];

/**
 * One microphone at a time.
 *
 * Dispatches CustomEvents: `live` (boolean) at the moment at which the device begins or ceases to listen, `track` (the
 * MediaStreamTrack of another device that listens, `null` before it ceases), `chunk` (Chunk), `muted` when its own
 * switch or the system keeps it silent, and `gone` when it has been taken away.
 */
export class Capture extends EventTarget {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {Promise<void> | null} */
  #prepared = null;
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {AudioWorkletNode | null} */
  #node = null;
  /** Counts openings and closings, so that a device that comes too late is given back. */
  #attempt = 0;
  /** @type {(() => void) | null} Ends the tail before its time. */
  #cutTail = null;

  /** Whether a device listens. */
  get live() {
    return this.#stream !== null;
  }

  /** The device that listens, as the browser names it. */
  get device() {
    const [track] = this.#stream?.getAudioTracks() ?? [];
    return { id: track?.getSettings().deviceId ?? "", label: track?.label ?? "" };
  }

  /** Samples a second of what is dispatched. */
  get rateHz() {
    return Math.min(SENT_HZ, this.#context?.sampleRate ?? SENT_HZ);
  }

  /**
   * Listen, from the first sample on.
   *
   * @param {string} deviceId The browser's choice where it is empty or gone.
   * @returns {Promise<boolean>} False where it was closed meanwhile.
   * @throws {DOMException} There is no microphone to be had.
   */
  async open(deviceId) {
    this.close();
    const attempt = ++this.#attempt;
    const prepared = this.#prepare();
    // Where the device fails as well, that is what counts.
    prepared.catch(() => {});
    if (!(await this.#take(deviceId, attempt))) return false;
    try {
      await prepared;
    } catch (error) {
      this.close();
      throw error;
    }
    if (attempt !== this.#attempt) return false;
    this.#node = this.#tap();
    this.#connect();
    return true;
  }

  /**
   * Listen by another device, without a gap in the count.
   *
   * @param {string} deviceId
   * @returns {Promise<boolean>} False where it was closed meanwhile.
   * @throws {DOMException} It is not to be had; the one before goes on, if it still can.
   */
  async change(deviceId) {
    const taken = await this.#take(deviceId, this.#attempt);
    if (taken && this.#node) this.#connect();
    return taken;
  }

  /** Let the last syllable come, then close. A second call, or `close`, ends it at once. */
  async finish() {
    if (!this.#node || this.#cutTail) return this.close();
    const tail = new Promise((resolve) => {
      this.#cutTail = () => resolve(undefined);
      setTimeout(resolve, TAIL_MS);
    });
    this.#node.port.postMessage(TAIL_CHUNKS);
    const attempt = this.#attempt;
    await tail;
    if (attempt === this.#attempt) this.close();
  }

  /** Listen no more; the device is given back at once. */
  close() {
    this.#attempt++;
    this.#cutTail?.();
    this.#cutTail = null;
    if (this.#stream) this.#tell("track", null);
    this.#release(this.#stream);
    this.#source?.disconnect();
    if (this.#node) {
      this.#node.port.onmessage = null;
      this.#node.port.postMessage(0);
    }
    this.#source = this.#node = null;
    const was = this.#stream;
    this.#stream = null;
    if (was) this.#tell("live", false);
    void this.#context?.suspend();
  }

  /** Give everything back; it cannot be opened again. */
  async destroy() {
    this.close();
    await this.#context?.close();
  }

  /** The audio thread is made ready while the person is asked. */
  async #prepare() {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    // Where the browser waits for a gesture, it is answered with that.
    void this.#context.resume();
    this.#prepared ??= this.#context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
    await this.#prepared;
  }

  /**
   * @param {string} deviceId
   * @param {number} attempt
   */
  async #take(deviceId, attempt) {
    const stream = await ask(deviceId);
    if (attempt !== this.#attempt) {
      this.#release(stream);
      return false;
    }
    const [track] = stream.getAudioTracks();
    for (const [happens, type] of [["ended", "gone"], ["mute", "muted"]]) {
      track.addEventListener(happens, () => {
        if (stream === this.#stream) this.#tell(type, null);
      });
    }
    const before = this.#stream;
    this.#stream = stream;
    this.#tell("track", track);
    if (before) this.#release(before);
    else this.#tell("live", true);
    return true;
  }

  #connect() {
    const context = /** @type {AudioContext} */ (this.#context);
    this.#source?.disconnect();
    this.#source = new MediaStreamAudioSourceNode(context, {
      mediaStream: /** @type {MediaStream} */ (this.#stream),
    });
    this.#source.connect(/** @type {AudioWorkletNode} */ (this.#node));
  }

  #tap() {
    const node = new AudioWorkletNode(/** @type {AudioContext} */ (this.#context), "microphone", {
      numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit", processorOptions: { rateHz: this.rateHz },
    });
    node.port.onmessage = ({ data }) => (data ? this.#tell("chunk", data) : this.#cutTail?.());
    return node;
  }

  /** @param {MediaStream | null} stream */
  #release(stream) {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * Ask the browser for a device; one that is gone gives way to the browser's choice.
 *
 * @param {string} deviceId
 * @returns {Promise<MediaStream>}
 */
async function ask(deviceId) {
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const { mediaDevices } = navigator;
  if (!deviceId) return mediaDevices.getUserMedia({ audio });
  try {
    // A device that is merely wished for is passed over by some browsers, though it is there.
    return await mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
  } catch (error) {
    if (error instanceof DOMException && !GONE.includes(error.name)) throw error;
    return mediaDevices.getUserMedia({ audio });
  }
}
