/** The mouth of the turn that is shown: its frames, drawn by what is heard when the picture is seen. */

import { Display } from "./display.js";
import { Offsets } from "./offsets.js";
import { Timeline } from "./timeline.js";
import { MEDIA_RATE_HZ } from "./wire.js";

/** @typedef {Pick<import("./player.js").Player, "position" | "toldUnit">} Playhead */

/** Turns come and go; what was measured stays. */
export class Mouth {
  /** @type {Playhead} What tells how far the sound has come. */
  player;
  #timeline = new Timeline();
  #display = new Display();
  #offsets = new Offsets();
  #unit = 0;
  #before = { late: 0, dropped: 0 };
  /** How long after its drawing began the last picture is seen. */
  seenInMs = 0;

  /** @param {Playhead} player */
  constructor(player) {
    this.player = player;
  }

  /** Another turn begins. */
  begin() {
    const { late, dropped } = this;
    this.#before = { late, dropped };
    this.#timeline = new Timeline();
    this.#unit = 0;
  }

  /** @param {import("./timeline.js").Pose} frame Of the turn that is shown. */
  add(frame) {
    this.#timeline.add(frame);
  }

  /** @param {boolean} held Whether the speech is held, and goes on later. */
  set held(held) {
    this.#timeline.held = held;
  }

  /** The speech is over or was broken off. */
  end() {
    this.#timeline.end();
  }

  /** Frames that came when their time was over. */
  get late() {
    return this.#before.late + this.#timeline.late;
  }

  /** Those of them that were too late to be of use. */
  get dropped() {
    return this.#before.dropped + this.#timeline.dropped;
  }

  /** Whether a pose of the turn is shown. */
  get posed() {
    return this.#timeline.shown !== null;
  }

  /** How far it was ahead of the sound of late. */
  get offset() {
    return this.#offsets.summary;
  }

  /**
   * The weights to be drawn.
   *
   * @param {number} pictureMs The picture's time, as `requestAnimationFrame` gives it.
   * @param {number} turn Number of the turn that is shown.
   * @param {number} [nowMs] When its drawing begins.
   * @returns {Float32Array} Valid until the next call.
   */
  weights(pictureMs, turn, nowMs = performance.now()) {
    const seenInMs = (this.seenInMs = this.#display.seenInMs(pictureMs, nowMs));
    const heard = this.player.position(seenInMs);
    const weights = this.#timeline.read(heard.turn === turn ? heard.unit : this.#unit, pictureMs);
    if (heard.turn === turn) this.#measure(heard, pictureMs, seenInMs);
    return weights;
  }

  /**
   * Where sound moves on and there is a pose for it, note how far the two are apart when the picture is seen.
   *
   * @param {import("./player.js").Position} heard
   * @param {number} pictureMs
   * @param {number} seenInMs
   */
  #measure({ unit, state }, pictureMs, seenInMs) {
    const { shown } = this.#timeline;
    if (state === "playing" && unit > this.#unit && shown !== null) {
      const offset = shown - this.player.toldUnit(seenInMs);
      this.#offsets.add(pictureMs, (offset * 1000) / MEDIA_RATE_HZ);
    }
    this.#unit = unit;
  }
}
