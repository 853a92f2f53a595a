/** A provider's answers as turns of the page: begun, spoken, broken off, complete. */

import { Answer } from "./answer.js";
import { fromBase64 } from "./pcm.js";

/** @typedef {{type: string, [field: string]: any}} ProviderEvent */
/** @typedef {import("../session/client.js").WireEvent} WireEvent */

/**
 * @typedef {object} Ends What is at either end.
 * @property {"track" | "deltas"} sound How the avatar's sound comes.
 * @property {(event: {type: string, [field: string]: unknown}) => void} tell The page.
 * @property {(frame: import("../media/wire.js").AudioFrame) => void} play The page as well.
 * @property {(event: ProviderEvent) => void} send The provider.
 */

const RATE_HZ = 24_000;
const NOTHING = new Int16Array();

/** What an error answers where nobody needs to know: what was to be ended was over already. */
const QUIET = "quiet";

/** What an error answers where too little was said: then nothing was. */
export const COMMIT = "commit";

/** Follows the answers of one session; the newest is the one that is shown. */
export class Turns {
  #ends;
  #count = 0;
  /** @type {Answer | null} */
  #now = null;
  /** @type {Map<string, Answer>} By the provider's name. */
  #known = new Map();
  /** @type {{id: string, item: string, text: string} | null} Words on their way. */
  #ask = null;
  /** The provider's name of what it is making. */
  #making = "";
  /** An answer is to be asked for as soon as none is being made. */
  #due = false;
  /** What the person said aloud, and has not been answered. */
  #spoken = "";

  /** @param {Ends} ends */
  constructor(ends) {
    this.#ends = ends;
  }

  /**
   * Words of the person, typed.
   *
   * @param {{turn_id: string, text: string}} message
   */
  ask({ turn_id: id, text }) {
    this.breakOff();
    const item = `ask-${++this.#count}`;
    this.#ask = { id, item, text };
    const content = [{ type: "input_text", text }];
    const made = { id: item, type: "message", role: "user", content };
    this.#ends.send({ type: "conversation.item.create", event_id: item, item: made });
  }

  /**
   * The person has said something aloud.
   *
   * @param {string} item
   * @param {boolean} asks Whether an answer must be asked for.
   */
  hear(item, asks) {
    this.#spoken = item;
    if (!asks) return;
    this.breakOff();
    this.#request();
  }

  /** The answer that is being made or heard ends here and now. */
  breakOff() {
    this.#due = false;
    const now = this.#now;
    if (!now || now.over) return;
    this.#end(now, "turn_interrupted", { reason: "client" });
    if (this.#making) this.#ends.send({ type: "response.cancel", event_id: QUIET, response_id: this.#making });
    if (this.#ends.sound === "track") this.#ends.send({ type: "output_audio_buffer.clear", event_id: QUIET });
  }

  /** The provider ends it, since the person speaks. */
  overheard() {
    if (this.#now && !this.#now.over) this.#end(this.#now, "turn_interrupted", { reason: "user" });
  }

  /**
   * How far the page has come.
   *
   * @param {{turn: number, state: string}} report
   */
  played({ turn, state }) {
    const now = this.#now;
    if (now?.number !== turn || state !== "ended") return;
    now.played = true;
    this.#finish(now);
  }

  /**
   * The page fell silent: what was not heard is forgotten.
   *
   * @param {{turn: number, sample: number}} where
   */
  flushed({ turn, sample }) {
    if (this.#ends.sound === "track") return;
    const answer = [...this.#known.values()].find(({ number }) => number === turn);
    for (const { id, part, from, units } of answer?.items ?? []) {
      if (sample >= from + units) continue;
      const heardMs = Math.floor(((sample - from) * 1000) / RATE_HZ);
      const place = { item_id: id, content_index: part, audio_end_ms: heardMs };
      const forget = heardMs > 0 ? { type: "conversation.item.truncate", ...place } : { type: DELETE, item_id: id };
      this.#ends.send({ ...forget, event_id: QUIET });
    }
  }

  /**
   * Follow an event of the provider.
   *
   * @param {ProviderEvent} event Under today's name.
   */
  take(event) {
    const answer = this.#known.get(event.response_id);
    switch (event.type) {
      case "conversation.item.added":
        return this.#accept(event.item.id);
      case "response.created":
        return this.#begin(event.response.id);
      case "response.output_audio_transcript.delta":
        if (answer) answer.voiced = true;
      // falls through: words are words
      case "response.output_text.delta":
        return this.#say(answer, event);
      case "response.output_audio.delta":
        return this.#sound(answer, event);
      case "response.done":
        return this.#made(event.response);
      case "output_audio_buffer.started":
        return this.#start(answer);
      case "output_audio_buffer.stopped":
        return this.#sent(answer);
      case "output_audio_buffer.cleared":
        if (answer && !answer.over) this.#end(answer, "turn_interrupted", { reason: "provider" });
        return;
      case "error":
        return this.#refused(event.error ?? {});
    }
  }

  /** @param {string} item */
  #accept(item) {
    const ask = this.#ask;
    if (ask?.item !== item) return;
    this.#ask = null;
    this.#open(ask.id, "", ask.text);
    this.#request();
  }

  /** Ask for an answer, once the one before is made or cancelled. */
  #request() {
    this.#due = this.#making !== "";
    if (!this.#due) this.#ends.send({ type: "response.create", event_id: "answer" });
  }

  /**
   * @param {string} id
   * @param {string} item
   * @param {string} text
   */
  #open(id, item, text) {
    if (this.#now && !this.#now.over) this.#end(this.#now, "turn_interrupted", { reason: "new_turn" });
    const answer = (this.#now = new Answer(id, ++this.#count));
    this.#ends.tell({ type: "turn_started", turn_id: id, turn: answer.number, item_id: item, text });
    this.#ends.tell({ type: "turn_state", turn_id: id, state: "thinking" });
    return answer;
  }

  /** @param {string} response */
  #begin(response) {
    this.#making = response;
    let answer = this.#now;
    if (!answer || answer.response) {
      answer = this.#open(`call-${this.#count + 1}`, this.#spoken, "");
      this.#spoken = "";
    }
    answer.response = response;
    this.#known.set(response, answer);
    for (const old of [...this.#known.keys()].slice(0, -8)) this.#known.delete(old);
    // Nobody waits for it any more.
    if (answer.over) this.#ends.send({ type: "response.cancel", event_id: QUIET, response_id: response });
  }

  /**
   * @param {Answer | undefined} answer
   * @param {ProviderEvent} event
   */
  #say(answer, { item_id, delta }) {
    if (!answer || answer.over) return;
    this.#ends.tell({ type: "text_delta", turn_id: answer.id, item_id, token: delta });
  }

  /**
   * @param {Answer | undefined} answer
   * @param {ProviderEvent} event
   */
  #sound(answer, { item_id, content_index = 0, delta }) {
    if (!answer || answer.over) return;
    const pcm = fromBase64(delta);
    const sample = answer.add(item_id, content_index, pcm.length);
    this.#ends.play(frame(answer, sample, pcm));
    this.#speak(answer);
  }

  /** @param {Answer | undefined} answer */
  #start(answer) {
    if (!answer || answer.over) return;
    answer.voiced = true;
    this.#ends.play(frame(answer, 0, NOTHING));
    this.#speak(answer);
  }

  /** @param {Answer} answer */
  #speak(answer) {
    if (answer.sounds) return;
    answer.sounds = true;
    this.#ends.tell({ type: "turn_state", turn_id: answer.id, state: "speaking" });
  }

  /** @param {Answer | undefined} answer All of its sound is on its way to the page. */
  #sent(answer) {
    if (!answer || answer.over || answer.sent) return;
    answer.sent = true;
    this.#ends.play(frame(answer, answer.units, NOTHING, true));
  }

  /** @param {Record<string, any>} response */
  #made({ id, status, status_details }) {
    if (id === this.#making) this.#making = "";
    const answer = this.#known.get(id);
    if (answer && !answer.over) {
      answer.made = true;
      if (status === "failed") this.#end(answer, "turn_failed", { message: causeOf(status_details) });
      else if (status === "cancelled") this.#end(answer, "turn_interrupted", { reason: "provider" });
      else {
        if (this.#ends.sound === "deltas" || !answer.voiced) this.#sent(answer);
        this.#finish(answer);
      }
    }
    if (this.#due) this.#request();
  }

  /** @param {Answer} answer */
  #finish(answer) {
    if (answer.made && answer.sent && answer.played) this.#end(answer, "turn_complete", { status: "completed" });
  }

  /**
   * @param {Answer} answer
   * @param {string} type
   * @param {object} why
   */
  #end(answer, type, why) {
    answer.over = true;
    this.#ends.tell({ type, turn_id: answer.id, ...why });
  }

  /** @param {Record<string, string>} error */
  #refused({ event_id, code = "", message = "" }) {
    if (event_id === QUIET || event_id === COMMIT) return;
    const ask = this.#ask;
    if (ask && event_id === ask.item) {
      this.#ask = null;
      this.#ends.tell({ type: "error", turn_id: ask.id, code, message, decision: "ignore" });
    } else if (event_id === "answer" && this.#now && !this.#now.over) {
      this.#end(this.#now, "turn_failed", { message });
    } else this.#ends.tell({ type: "error", turn_id: "", code, message, decision: "ignore" });
  }
}

const DELETE = "conversation.item.delete";

/**
 * @param {Answer} answer
 * @param {number} sample
 * @param {Int16Array} pcm
 * @param {boolean} [last]
 * @returns {import("../media/wire.js").AudioFrame}
 */
function frame({ number: turn }, sample, pcm, last = false) {
  return { kind: "audio", generation: 0, turn, sample, rateHz: RATE_HZ, last, pcm };
}

/** @param {{error?: {message?: string, code?: string}, reason?: string} | null | undefined} details */
function causeOf(details) {
  const { error = {}, reason = "the provider says no more" } = details ?? {};
  return `The answer failed: ${error.message || error.code || reason}.`;
}
