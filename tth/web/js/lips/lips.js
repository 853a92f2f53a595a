/** Lips from any sound that passes through the page, such as a voice that comes by WebRTC. */

import { readModel } from "./model.js";
import { lookAheadMs } from "./reader.js";
import { heldMs } from "./resample.js";
import { HEARING } from "./tables.js";

/** @typedef {import("./reader.js").MouthPose & {timeS: number}} HeardPose */

/**
 * Fetch the model that the server ships.
 *
 * @param {URL} [address]
 * @throws {Error} There is none, or it is of another format.
 */
export async function loadModel(address = new URL("../../lips.npz", import.meta.url)) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status} ${answer.statusText}`);
  return readModel(await answer.arrayBuffer());
}

/**
 * Listens to a stream of sound and tells what the mouth does.
 *
 * Dispatches `pose` with a `HeardPose` thirty times a second: `unit` counts from where the tap began to listen, `timeS`
 * is the context's time at which that sound passed. Dispatches `error` if the audio thread could not go on.
 */
export class LipTap extends EventTarget {
  #node;
  #lagS;

  /**
   * @param {AudioWorkletNode} node
   * @param {number} lagS
   */
  constructor(node, lagS) {
    super();
    this.#node = node;
    this.#lagS = lagS;
    node.port.onmessage = ({ data }) => this.dispatchEvent(new CustomEvent("pose", { detail: data }));
    node.onprocessorerror = () => this.dispatchEvent(new Event("error"));
  }

  /**
   * @param {BaseAudioContext} context Of any rate.
   * @param {object} [how]
   * @param {boolean} [how.live] Hear 65 ms of what follows a pose at most, instead of 115 ms.
   * @param {import("./model.js").Model | Promise<import("./model.js").Model>} [how.model] Where several taps share one.
   */
  static async create(context, { live = true, model = loadModel() } = {}) {
    const worklet = new URL("./worklet.js", import.meta.url);
    const [loaded] = await Promise.all([model, context.audioWorklet.addModule(worklet)]);
    const processorOptions = { model: loaded, live };
    const node = new AudioWorkletNode(context, "lips", { numberOfOutputs: 0, processorOptions });
    const lagMs = lookAheadMs(live ? loaded.live : loaded.buffered) + heldMs(context.sampleRate, HEARING.rateHz);
    return new LipTap(node, lagMs / 1000);
  }

  /** What the sound is connected to. It has no output: the sound goes to the speakers by its own way. */
  get node() {
    return this.#node;
  }

  /** So much sound must follow a moment before its pose comes: delay what is heard by it, and the mouth is in time. */
  get lagS() {
    return this.#lagS;
  }

  /** Forget the voice, as at an interruption; `unit` counts on. */
  reset() {
    this.#node.port.postMessage("reset");
  }

  /** Listen no more. */
  close() {
    this.#node.port.postMessage("close");
    this.#node.port.onmessage = null;
  }
}
