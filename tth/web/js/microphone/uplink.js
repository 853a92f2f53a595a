/** What the person says on its way to the server, also over a connection that is lost and made again. */

import { encodeSound } from "../media/wire.js";
import { detail } from "../session/detail.js";
import { Reel } from "./reel.js";

/** @typedef {import("../session/route.js").Link} Client */
/** @typedef {import("../session/client.js").WireEvent} WireEvent */

/** Sound that was kept is sent in pieces as long as may be. */
const PIECE_MS = 40;

/** A network that cannot keep up loses sound rather than memory: so much may wait to be sent. */
const MOST_BYTES = 1_500_000;

/** Of what a session that waits has not heard, so many pieces are kept: half a minute. */
const MISSED = 1500;

/** @typedef {{pieces: Int16Array[], over: boolean, discard: boolean}} Missed */

/** Words that were understood and brought no turn so soon after will bring none. */
const UNDERSTOOD_MS = 2000;

/** Tells the server when the microphone is on, and what it hears. */
export class Uplink {
  #client;
  #reel = new Reel();
  /** @type {"off" | "open" | "held"} */
  #ear = "off";
  #rateHz = 0;
  #sent = 0;
  /** The session knows that the microphone is on. */
  #known = false;
  /** @type {Missed | null} What a session that waits has not heard. */
  #missed = null;
  /** The utterance that the server is hearing, where it has a name yet. */
  #item = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #over = new AbortController();

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
    const { signal } = this.#over;
    client.addEventListener("state", (event) => this.#linked(detail(event)), { signal });
    client.addEventListener("event", (event) => this.#hear(detail(event)), { signal });
  }

  /**
   * The microphone is on.
   *
   * @param {"open" | "held"} ear
   * @param {number} rateHz
   */
  begin(ear, rateHz) {
    this.#ear = ear;
    this.#rateHz = rateHz;
    this.#sent = 0;
    this.#reel.begin(ear, rateHz);
    this.#known = this.#ready && this.#client.send({ type: "microphone", state: ear });
    this.#settle(this.#known);
  }

  /** @param {Int16Array} pcm */
  take(pcm) {
    this.#reel.add(pcm);
    if (this.#known) this.#send(this.#rateHz, pcm);
    else if (this.#missed && !this.#missed.over) this.#missed.pieces = [...this.#missed.pieces.slice(1 - MISSED), pcm];
  }

  /**
   * The microphone is off.
   *
   * @param {boolean} discard What was said since it was on is forgotten.
   */
  end(discard) {
    if (this.#ear === "off") return;
    this.#ear = "off";
    if (this.#known) this.#client.send({ type: "microphone", state: "off", ...(discard && { discard }) });
    this.#reel.end(this.#known || discard);
    if (this.#missed && !this.#missed.over) Object.assign(this.#missed, { over: true, discard });
    this.#known = false;
  }

  /** Hear of the session no more. */
  close() {
    this.end(true);
    clearTimeout(this.#settling);
    this.#over.abort();
  }

  get #ready() {
    return this.#client.state === "ready";
  }

  /** @param {{state: import("../session/client.js").LinkState, resumed: boolean}} link */
  #linked({ state, resumed }) {
    if (state === "ready") {
      if (resumed && this.#missed) this.#goOn(this.#missed);
      else this.#catchUp(this.#reel.rewind());
      this.#missed = null;
      return;
    }
    if (state === "resuming") this.#missed ??= this.#known ? { pieces: [], over: false, discard: false } : null;
    else this.#missed = null;
    this.#known = false;
    this.#settle(false);
  }

  /**
   * The session has heard the beginning already.
   *
   * @param {Missed} missed
   */
  #goOn({ pieces, over, discard }) {
    for (const piece of pieces) this.#send(this.#rateHz, piece);
    if (!over) {
      this.#known = true;
      return;
    }
    this.#client.send({ type: "microphone", state: "off", ...(discard && { discard }) });
    const left = this.#reel.rewind();
    this.#catchUp(discard ? left : left.slice(1));
  }

  /**
   * A session that has heard nothing hears what was said meanwhile.
   *
   * @param {import("./reel.js").Take[]} takes
   */
  #catchUp(takes) {
    for (const { ear, rateHz, pieces, over } of takes) {
      this.#client.send({ type: "microphone", state: ear });
      this.#sent = 0;
      for (const piece of cut(pieces, Math.round((rateHz * PIECE_MS) / 1000))) this.#send(rateHz, piece);
      if (over) this.#client.send({ type: "microphone", state: "off" });
    }
    this.#known = this.#ear !== "off";
    this.#settle(true);
  }

  /**
   * @param {number} rateHz
   * @param {Int16Array} pcm
   */
  #send(rateHz, pcm) {
    this.#client.sendFrame(encodeSound({ rateHz, sample: this.#sent, pcm }), MOST_BYTES);
    this.#sent += pcm.length;
  }

  /**
   * What is said is kept until it was answered, or needs no answer.
   *
   * @param {WireEvent} event
   */
  #hear({ type, item_id, text, final, state }) {
    if (type === "user_speech_started") {
      this.#item = item_id;
      this.#settle(false);
    } else if (type === "turn_started" || (type === "turn_state" && state === "speaking")) this.#settle(true);
    else if (type === "user_transcript" && final && (!this.#item || item_id === this.#item)) {
      if (text) this.#settling = setTimeout(() => this.#settle(true), UNDERSTOOD_MS);
      else this.#settle(true);
    }
  }

  /** @param {boolean} settled */
  #settle(settled) {
    clearTimeout(this.#settling);
    this.#reel.unsettled = !settled;
  }
}

/**
 * The same sound in pieces of one length; the last may be shorter.
 *
 * @param {Int16Array[]} pieces
 * @param {number} length
 */
function* cut(pieces, length) {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  for (let from = 0; from < all.length; from += length) yield all.subarray(from, from + length);
}
