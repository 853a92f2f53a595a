/** The server's face for a voice that comes as a stream; to whoever plays that it is what a `LipTap` is. */

import { detail } from "../session/detail.js";
import { MEDIA_RATE_HZ } from "../media/wire.js";

/** @typedef {import("./server-face.js").ServerFace} ServerFace */

/** An avatar hears a quarter of a second of what follows a pose, and the way there and back takes its time. */
const LAG_S = 0.3;

/** After so much silence a speech is over. */
const SILENCE_S = 1;
const NOTHING = new Int16Array();

/** The server is told how far the voice was heard once in so much sound. */
const REPORT_UNITS = MEDIA_RATE_HZ / 10;

/** Dispatches `pose` ({timeS, weights}). */
export class TappedFace extends EventTarget {
  #face;
  #speech = 0;
  /** Time of the context at which the speech began; below 0 where none runs. */
  #beganS = -1;
  #sent = 0;
  #reported = 0;
  #silentS = 0;

  /** So much sound must follow a moment before its pose comes. */
  lagS = LAG_S;

  /** What a source is connected to. */
  node;

  /**
   * @param {AudioWorkletNode} node
   * @param {ServerFace} face
   */
  constructor(node, face) {
    super();
    this.node = node;
    this.#face = face;
    node.port.onmessage = ({ data }) => this.#take(data);
    face.addEventListener("face", (event) => this.#pose(detail(event)));
  }

  /**
   * @param {BaseAudioContext} context
   * @param {ServerFace} face
   */
  static async create(context, face) {
    await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "tap", {
      numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit", processorOptions: { rateHz: MEDIA_RATE_HZ },
    });
    return new TappedFace(node, face);
  }

  /** Forget the voice, as at an interruption. */
  reset() {
    if (this.#beganS < 0) return;
    this.#beganS = -1;
    this.#face.tell({ type: "interrupt" });
  }

  /** Listen no more. */
  close() {
    this.node.port.onmessage = null;
    this.node.port.postMessage("close");
    this.#face.close();
  }

  /** @param {{pcm: Int16Array, level: number, timeS: number}} chunk */
  #take({ pcm, level, timeS }) {
    if (this.#beganS < 0) {
      if (level === 0) return;
      this.#beganS = timeS;
      this.#speech++;
      this.#sent = this.#reported = this.#silentS = 0;
    }
    this.#silentS = level === 0 ? this.#silentS + pcm.length / MEDIA_RATE_HZ : 0;
    this.#send(pcm, false);
    this.#report();
    if (this.#silentS < SILENCE_S) return;
    this.#send(NOTHING, true);
    this.#beganS = -1;
  }

  /**
   * @param {Int16Array} pcm
   * @param {boolean} last
   */
  #send(pcm, last) {
    this.#face.take({ turn: this.#speech, sample: this.#sent, rateHz: MEDIA_RATE_HZ, last, pcm });
    this.#sent += pcm.length;
  }

  /** What is heard waits for the lips. */
  #report() {
    if (this.#sent - this.#reported < REPORT_UNITS) return;
    this.#reported = this.#sent;
    const sample = Math.max(0, this.#sent - Math.round(LAG_S * MEDIA_RATE_HZ));
    this.#face.tell({ type: "playhead", turn: this.#speech, sample, state: "playing" });
  }

  /** @param {import("../media/wire.js").FaceFrame} frame */
  #pose({ turn, sample, weights }) {
    if (turn !== this.#speech || this.#beganS < 0) return;
    const timeS = this.#beganS + sample / MEDIA_RATE_HZ;
    this.dispatchEvent(new CustomEvent("pose", { detail: { timeS, weights } }));
  }
}
