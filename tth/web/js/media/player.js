/** Plays the speech of turns through WebAudio, and says what is audible now. */

import { AudioClock } from "./clock.js";
import { readOutput } from "./output.js";
import { Schedule } from "./schedule.js";
import { CLOCK_RATE_HZ, Speech } from "./speech.js";
import { MEDIA_RATE_HZ } from "./wire.js";

/** @typedef {import("./speech.js").Piece} Piece */
/** @typedef {{slot: import("./schedule.js").Slot, samples: Float32Array<ArrayBuffer>}} Laid */
/** @typedef {"begin" | "feed" | "hold" | "resume" | "stop" | "position" | "toldUnit" | "bufferedMs"} Played */
/** @typedef {EventTarget & Pick<Player, Played>} Voice What plays the sound of turns; a player is one. */
/** @typedef {"idle" | "playing" | "blocked" | "held" | "ended"} PlayState */

/**
 * @typedef {object} Position What is audible now.
 * @property {number} turn Number of the turn; 0 before the first.
 * @property {number} unit Media unit within the turn's speech.
 * @property {PlayState} state
 */

const FADE_S = 0.008;

/** The audio thread is ahead: a pause begins so much later than it is asked for, and then fades for so long. */
const PAUSE_LEAD_S = 0.006;
const PAUSE_FADE_S = 0.02;

/**
 * One turn's speech at a time, scheduled piece by piece on the audio clock.
 *
 * Dispatches `change` when its state may have changed: sound came, a piece ended, the audio was unblocked.
 */
export class Player extends EventTarget {
  /** @type {AudioContext} */
  #context;
  #master;
  /** @type {Speech | null} */
  #speech = null;
  #schedule = new Schedule(CLOCK_RATE_HZ);
  /** @type {GainNode | null} */
  #output = null;
  /** @type {Map<AudioBufferSourceNode, Laid>} In the order in which they are heard. */
  #sources = new Map();
  #held = false;
  /** @type {Piece[]} What was laid and is yet to be heard when a pause is over. */
  #kept = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {import("./schedule.js").Slot[] | null} */
  #log = null;

  /** What is audible, by the context's output; sound itself is laid by the context's own time. */
  clock;

  /**
   * @param {object} [options]
   * @param {AudioContext} [options.context]
   * @param {number | null} [options.latencyMs] From the context to the ear, in place of what the browser tells.
   */
  constructor({ context = usualContext(), latencyMs = null } = {}) {
    super();
    this.#context = context;
    this.clock = new AudioClock(() => readOutput(context, latencyMs));
    this.#master = new GainNode(context);
    this.#master.connect(context.destination);
    context.addEventListener("statechange", () => this.#changed());
  }

  /** What it plays by; whoever else makes sound on the page shares it. */
  get context() {
    return this.#context;
  }

  /** Whether the browser waits for a click or a key before it lets sound out. */
  get blocked() {
    return this.#context.state !== "running";
  }

  /** How much sound lies ahead of what is audible, in ms. */
  get bufferedMs() {
    const keptFrames = this.#kept.reduce((sum, { samples }) => sum + samples.length, 0);
    const laidMs = this.#schedule.aheadMs(this.#audibleFrame());
    return laidMs + (keptFrames * 1000) / CLOCK_RATE_HZ + (this.#speech?.waitingMs ?? 0);
  }

  /** How long sound takes from the context to the ear. */
  get latencyMs() {
    return Math.max(0, this.#context.currentTime - this.clock.heardS()) * 1000;
  }

  /** How often the sound ran out within a turn. */
  get underruns() {
    return this.#schedule.underruns;
  }

  /**
   * Keep a list of every slot laid from now on, for tests.
   *
   * @returns {import("./schedule.js").Slot[]}
   */
  record() {
    return (this.#log ??= []);
  }

  /** A meter on what is played, for tests. */
  meter() {
    const meter = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#master.connect(meter);
    return meter;
  }

  /**
   * Let a sound that comes by itself be heard as well.
   *
   * @param {AudioNode} node
   */
  join(node) {
    node.connect(this.#master);
  }

  /** Let sound out; works within the handling of a click or a key. */
  async unblock() {
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** Give the sound's output back; nothing is played afterwards. */
  async close() {
    this.stop();
    if (this.#context.state !== "closed") await this.#context.close();
  }

  /** Fade out from the sample that is playing, and keep everything from there on. */
  hold() {
    if (this.#held) return;
    this.#held = true;
    const frame = Math.ceil((this.#context.currentTime + PAUSE_LEAD_S) * CLOCK_RATE_HZ);
    this.#kept = [...this.#sources.values()].flatMap((laid) => rest(laid, frame));
    this.#schedule.cut(frame);
    this.#silence(frame / CLOCK_RATE_HZ, PAUSE_FADE_S);
  }

  /** Go on after `hold`, from exactly that sample, faded in. */
  resume() {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#speech) return;
    const output = this.#open();
    const frame = Math.ceil(this.#context.currentTime * CLOCK_RATE_HZ);
    const [first] = this.#kept.splice(0).map((piece) => this.#play(piece, frame));
    if (first) {
      const startS = first.frame / CLOCK_RATE_HZ;
      output.gain.value = 0;
      output.gain.setValueAtTime(0, startS);
      output.gain.linearRampToValueAtTime(1, startS + PAUSE_FADE_S);
    }
    this.#pump();
    this.#changed();
  }

  /**
   * Turn to the next turn's speech; what is left of the one before falls silent.
   *
   * @param {number} turn
   */
  begin(turn) {
    this.stop();
    this.#speech = new Speech(turn);
    this.#schedule = new Schedule(CLOCK_RATE_HZ);
    this.#open();
  }

  /**
   * Take an audio frame of the current turn; those of others are dropped.
   *
   * @param {import("./wire.js").AudioFrame} frame
   */
  feed(frame) {
    if (frame.turn !== this.#speech?.turn) return;
    this.#speech.add(frame, performance.now());
    this.#pump();
    this.#changed();
  }

  /**
   * Fall silent at once and forget the turn.
   *
   * @returns {Position} Where the sound stopped.
   */
  stop() {
    const position = this.position();
    clearTimeout(this.#timer);
    if (!this.#held) this.#silence(this.#context.currentTime, FADE_S);
    this.#kept = [];
    this.#held = false;
    this.#speech = null;
    return position;
  }

  /**
   * What is audible.
   *
   * @param {number} [inMs] So much later than now, if all goes on as it does.
   * @returns {Position}
   */
  position(inMs = 0) {
    if (!this.#speech) return { turn: 0, unit: 0, state: "idle" };
    const frame = this.#audibleFrame(inMs);
    const laid = this.#speech.whole && this.#speech.waitingMs === 0 && !this.#kept.length;
    const over = laid && frame >= this.#schedule.endFrame;
    return { turn: this.#speech.turn, unit: Math.floor(this.#schedule.unitAt(frame)), state: this.#state(over) };
  }

  /**
   * Media unit that is audible as the browser tells it, which `position` only comes round to.
   *
   * @param {number} inMs So much later than now.
   */
  toldUnit(inMs) {
    return this.#schedule.unitAt(this.clock.toldS(inMs) * CLOCK_RATE_HZ);
  }

  /**
   * @param {boolean} over
   * @returns {PlayState}
   */
  #state(over) {
    if (over) return "ended";
    if (this.#held) return "held";
    return this.blocked ? "blocked" : "playing";
  }

  /**
   * Frame of the context that reaches the ear.
   *
   * @param {number} [inMs]
   */
  #audibleFrame(inMs = 0) {
    return this.clock.heardS(inMs) * CLOCK_RATE_HZ;
  }

  #pump() {
    if (!this.#speech || this.#held) return;
    const now = performance.now();
    const frame = Math.ceil(this.#context.currentTime * CLOCK_RATE_HZ);
    for (const piece of this.#speech.release(this.#schedule.flows(frame), now)) this.#play(piece, frame);
    clearTimeout(this.#timer);
    const wait = this.#speech.waitingMs > 0 ? this.#speech.waitMs(now) : 0;
    if (wait > 0) this.#timer = setTimeout(() => this.#pump(), wait);
  }

  /** Another way to the speakers: what goes on the one before can fade by itself. */
  #open() {
    this.#output = new GainNode(this.#context);
    this.#output.connect(this.#master);
    return this.#output;
  }

  /**
   * Fade out what is laid, and take it away.
   *
   * @param {number} fromS
   * @param {number} fadeS
   */
  #silence(fromS, fadeS) {
    this.#output?.gain.setValueAtTime(1, fromS);
    this.#output?.gain.linearRampToValueAtTime(0, fromS + fadeS);
    for (const source of this.#sources.keys()) source.stop(fromS + fadeS);
    this.#sources.clear();
  }

  /**
   * @param {Piece} piece
   * @param {number} frame
   */
  #play({ unit, samples }, frame) {
    const slot = this.#schedule.place(unit, samples.length, frame);
    this.#log?.push(slot);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: CLOCK_RATE_HZ });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(/** @type {GainNode} */ (this.#output));
    source.addEventListener("ended", () => {
      this.#sources.delete(source);
      source.disconnect();
      this.#changed();
    });
    this.#sources.set(source, { slot, samples });
    source.start(slot.frame / CLOCK_RATE_HZ);
    return slot;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * What of a piece is heard from a frame on.
 *
 * @param {Laid} laid
 * @param {number} frame
 * @returns {Piece[]} One, or none.
 */
function rest({ slot, samples }, frame) {
  const passed = Math.max(0, frame - slot.frame);
  if (passed >= samples.length) return [];
  return [{ unit: slot.unit + (passed * MEDIA_RATE_HZ) / CLOCK_RATE_HZ, samples: samples.subarray(passed) }];
}

function usualContext() {
  return new AudioContext({ sampleRate: CLOCK_RATE_HZ, latencyHint: "interactive" });
}
