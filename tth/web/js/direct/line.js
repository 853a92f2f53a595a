/** Plays a voice that comes by itself, and knows of it what a `Player` knows: what is audible, and of which turn. */

import { MEDIA_RATE_HZ } from "../media/wire.js";
import { Leads } from "./leads.js";

/** @typedef {import("../media/player.js").Player} Player */
/** @typedef {import("../media/player.js").Position} Position */
/** @typedef {import("../lips/lips.js").LipTap | import("./tapped-face.js").TappedFace} Lips */

/** A pose needs so long from the audio thread to the screen. */
const SHOWN_S = 0.02;

/** Where the audio thread falls behind, as on a machine with too much to do, the voice waits longer for the lips. */
const MOST_S = 0.5;

/** What was sent last is so long in the browser's jitter buffer, about. */
const TAIL_S = 0.15;
const FADE_S = 0.008;

/**
 * One stream at a time; what goes to the speakers waits for the lips.
 *
 * Dispatches `change` as a player does, and `pose` ({turn, sample, weights}) with what the mouth does.
 */
export class Line extends EventTarget {
  #player;
  #context;
  #element = new Audio();
  #source;
  #delay;
  #gain;
  #lips;
  #leastS;
  #delayS;
  #leads = new Leads();
  #turn = 0;
  /** Times of the context at which the turn's first sample leaves for the speakers, and its last. */
  #beganS = -1;
  #endS = Infinity;
  #held = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Player} player Whose output it shares.
   * @param {MediaStream} stream
   * @param {Lips | null} lips Without any, the voice is heard and no mouth moves.
   */
  constructor(player, stream, lips) {
    super();
    const { context } = player;
    this.#player = player;
    this.#context = context;
    this.#lips = lips;
    this.#delayS = this.#leastS = lips ? lips.lagS + SHOWN_S : 0;
    // Chromium gives Web Audio the sound of a peer only while an element plays it, too.
    Object.assign(this.#element, { srcObject: stream, muted: true });
    void this.#element.play().catch(() => {});
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.#delay = new DelayNode(context, { delayTime: this.#delayS, maxDelayTime: 1 });
    this.#gain = new GainNode(context, { gain: 0 });
    player.join(this.#source.connect(this.#delay).connect(this.#gain));
    if (!lips) return;
    this.#source.connect(lips.node);
    lips.addEventListener("pose", (event) => this.#pose(/** @type {CustomEvent} */ (event).detail));
  }

  /** Nobody knows how much is to come. */
  get bufferedMs() {
    return Number.isFinite(this.#endS) ? Math.max(0, (this.#endS - this.#player.clock.heardS()) * 1000) : 0;
  }

  /**
   * Turn to the next turn's speech.
   *
   * @param {number} turn
   */
  begin(turn) {
    this.stop();
    this.#wait();
    this.#turn = turn;
    this.#fade(1);
  }

  /**
   * A frame without sound says when the sound begins, and the last one when it ends.
   *
   * @param {import("../media/wire.js").AudioFrame} frame
   */
  feed({ turn, last }) {
    if (turn !== this.#turn) return;
    const nowS = this.#context.currentTime + this.#delayS;
    if (last) {
      this.#endS = this.#beganS < 0 ? nowS : nowS + TAIL_S;
      this.#timer = setTimeout(() => this.#changed(), (this.#endS - this.#context.currentTime) * 1000 + 50);
    } else if (this.#beganS < 0) this.#beganS = nowS;
    this.#changed();
  }

  /** It goes on, and is not heard meanwhile. */
  hold() {
    this.#held = true;
    this.#fade(0);
  }

  resume() {
    if (!this.#held) return;
    this.#held = false;
    this.#fade(1);
  }

  /**
   * Fall silent at once and forget the turn.
   *
   * @returns {Position} Where the sound stopped.
   */
  stop() {
    const position = this.position();
    clearTimeout(this.#timer);
    this.#turn = 0;
    this.#beganS = -1;
    this.#endS = Infinity;
    this.#held = false;
    this.#fade(0);
    this.#lips?.reset();
    return position;
  }

  /**
   * What is audible.
   *
   * @param {number} [inMs] So much later than now.
   * @returns {Position}
   */
  position(inMs = 0) {
    if (!this.#turn) return { turn: 0, unit: 0, state: "idle" };
    const heardS = this.#player.clock.heardS(inMs);
    return { turn: this.#turn, unit: Math.floor(this.#unitAt(heardS)), state: this.#state(heardS >= this.#endS) };
  }

  /**
   * Media unit that is audible as the browser tells it.
   *
   * @param {number} inMs So much later than now.
   */
  toldUnit(inMs) {
    return this.#unitAt(this.#player.clock.toldS(inMs));
  }

  /** Be quiet for good. */
  close() {
    this.stop();
    this.#lips?.close();
    this.#source.disconnect();
    this.#delay.disconnect();
    this.#gain.disconnect();
    this.#element.srcObject = null;
  }

  /** @param {number} timeS */
  #unitAt(timeS) {
    if (this.#beganS < 0) return 0;
    return Math.max(0, Math.min(timeS, this.#endS) - this.#beganS) * MEDIA_RATE_HZ;
  }

  /**
   * @param {boolean} over
   * @returns {import("../media/player.js").PlayState}
   */
  #state(over) {
    if (over) return "ended";
    if (this.#held) return "held";
    return this.#player.blocked ? "blocked" : "playing";
  }

  /** @param {import("../lips/lips.js").HeardPose} pose */
  #pose({ timeS, weights }) {
    this.#leads.add(timeS + this.#delayS - this.#player.clock.heardS());
    if (this.#beganS < 0) return;
    if (this.#leads.missingS(0) > 0) this.#lengthen();
    const sample = Math.round((timeS + this.#delayS - this.#beganS) * MEDIA_RATE_HZ);
    if (sample < 0) return;
    this.dispatchEvent(new CustomEvent("pose", { detail: { turn: this.#turn, sample, weights } }));
  }

  /** Between two turns nobody hears that the voice waits longer, or less long. */
  #wait() {
    if (!this.#lips) return;
    this.#delayS = Math.max(this.#leastS, Math.min(MOST_S, this.#wantedS));
    this.#delay.delayTime.cancelScheduledValues(0);
    this.#delay.delayTime.value = this.#delayS;
    this.#leads.clear();
  }

  get #wantedS() {
    return this.#delayS + this.#leads.missingS(SHOWN_S);
  }

  /** Poses come too late to be shown at all: rather a short pause in the voice than no mouth. */
  #lengthen() {
    const moreS = Math.min(MOST_S, this.#wantedS) - this.#delayS;
    this.#leads.clear();
    if (moreS <= 0) return;
    const { gain } = this.#gain, atS = this.#context.currentTime + FADE_S;
    this.#delayS += moreS;
    this.#delay.delayTime.setValueAtTime(this.#delayS, atS);
    this.#beganS += moreS;
    this.#endS += moreS;
    if (this.#held) return;
    // What would be heard twice is not.
    this.#fade(0);
    gain.setTargetAtTime(1, atS + moreS, FADE_S / 3);
  }

  /** @param {number} level */
  #fade(level) {
    this.#gain.gain.cancelScheduledValues(0);
    this.#gain.gain.setTargetAtTime(level, this.#context.currentTime, FADE_S / 3);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
