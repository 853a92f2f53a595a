/** When the steps from a question to a moving mouth came about, all on the page's own clock. */

import { MEDIA_RATE_HZ } from "../media/wire.js";

/** @typedef {import("./client.js").WireEvent} WireEvent */
/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {"transcript" | "text" | "sound" | "heard" | "mouth"} Step */
/** @typedef {{step: Step, fromMs: number, ms: number}} Part Whole milliseconds since the person asked. */

/** What ends each part. */
export const STEPS = /** @type {const} */ (["transcript", "text", "sound", "heard", "mouth"]);

/** Jaw, lips and tongue; not what a smile or a thought moves. */
const SPEAKING = [17, 18, 19, 20, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 51];

/** A weight that has changed by so much is seen to have moved. */
const MOVED = 0.03;

/** Of so many utterances it is known when they were understood: of some before the turn that answers them begins. */
const REMEMBERED = 16;

/** Those of the last turn that was asked for. */
export class Moments {
  /** @type {Turn | null} */
  #turn = null;
  #itemId = "";
  /** @type {Map<Step, number>} */
  #at = new Map();
  /** @type {Map<string, number>} When each utterance was understood. */
  #understood = new Map();
  /** @type {number[]} The mouth before the turn moved it. */
  #rest = SPEAKING.map(() => 0);
  /** @type {Map<string, number>} What the server has measured of the turn, in milliseconds since it began it. */
  measured = new Map();

  /** @param {Turn} turn It begins. */
  begin(turn) {
    this.#turn = turn;
    this.#itemId = "";
    this.#at.clear();
    this.measured.clear();
  }

  /** @param {{turnId: string, itemId: string}} said What began a turn. */
  said({ turnId, itemId }) {
    if (turnId === this.#turn?.id) this.#itemId = itemId;
  }

  /**
   * @param {WireEvent} event
   * @param {number} nowMs
   */
  take(event, nowMs) {
    const understood = event.type === "user_transcript" && event.final && event.text;
    if (understood && event.item_id) this.#understand(event.item_id, nowMs);
    if (!this.#turn || event.turn_id !== this.#turn.id) return;
    if (event.type === "text_delta") this.#note("text", nowMs);
    if (event.type === "measure") this.measured.set(event.name, event.value);
  }

  /**
   * @param {{kind: string, turn: number}} frame
   * @param {number} nowMs
   */
  feed({ kind, turn }, nowMs) {
    if (kind === "audio" && turn === this.#turn?.number) this.#note("sound", nowMs);
  }

  /**
   * A picture is drawn.
   *
   * @param {ArrayLike<number>} weights
   * @param {boolean} posed Whether the mouth has been given a pose of the turn.
   * @param {number} nowMs
   * @param {number} [seenInMs] So long it takes until it is seen.
   */
  look(weights, posed, nowMs, seenInMs = 0) {
    const unit = this.#turn?.unit ?? 0;
    // How far it is heard tells when that began more exactly than pictures do, which come sixty times a second.
    if (unit > 0) this.#note("heard", nowMs - (unit * 1000) / MEDIA_RATE_HZ);
    const mouth = SPEAKING.map((place) => weights[place]);
    if (!posed) this.#rest = mouth;
    const moved = posed && mouth.some((weight, i) => Math.abs(weight - this.#rest[i]) > MOVED);
    if (moved && this.#turn) this.#note("mouth", nowMs + seenInMs);
  }

  /**
   * What there was, in the order in which it came about: each part begins where the one before ended. What did not
   * happen is left out.
   *
   * @returns {Part[]}
   */
  get parts() {
    const turn = this.#turn;
    if (!turn) return [];
    const understood = this.#understood.get(this.#itemId);
    const moments = new Map(understood === undefined ? this.#at : [["transcript", understood], ...this.#at]);
    const ends = STEPS.filter((step) => moments.has(step))
      .map((step) => ({ step, ms: Math.max(0, Math.round(/** @type {number} */ (moments.get(step)) - turn.askedMs)) }))
      .toSorted((one, other) => one.ms - other.ms);
    return ends.map(({ step, ms }, i) => {
      const fromMs = i ? ends[i - 1].ms : 0;
      return { step, fromMs, ms: ms - fromMs };
    });
  }

  /**
   * @param {string} itemId
   * @param {number} nowMs
   */
  #understand(itemId, nowMs) {
    this.#understood.set(itemId, nowMs);
    for (const old of [...this.#understood.keys()].slice(0, -REMEMBERED)) this.#understood.delete(old);
  }

  /**
   * @param {Step} step
   * @param {number} ms
   */
  #note(step, ms) {
    if (!this.#at.has(step)) this.#at.set(step, ms);
  }
}
