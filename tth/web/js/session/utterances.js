/** What the person says aloud, as the server hears it. */

/** @typedef {import("./client.js").WireEvent} WireEvent */

/**
 * @typedef {object} Utterance
 * @property {string} id Empty where the voice does not know it yet.
 * @property {string} text What was understood of it so far.
 * @property {boolean} final Nothing will be added to the text.
 * @property {boolean} speaking The person still speaks.
 * @property {number} endedMs When the person stopped, on the page's clock.
 * @property {boolean} settled It was answered, or needs no answer.
 */

/** So many are remembered: of those before nothing is told any more. */
const REMEMBERED = 16;

/** An answer that has not begun so long after the end of the words, or after they were understood, does not come. */
const ANSWER_MS = 12_000;
const UNDERSTOOD_MS = 2000;

/** Keeps the last utterances, and knows whether somebody speaks, or waits for an answer. */
export class Utterances {
  /** @type {Map<string, Utterance>} */
  #known = new Map();
  #dueMs = -Infinity;

  /** Whether the person speaks. */
  get speaking() {
    return [...this.#known.values()].some(({ speaking }) => speaking);
  }

  /**
   * Whether the person has said something that may yet be answered.
   *
   * @param {number} nowMs
   */
  waiting(nowMs) {
    if (nowMs > this.#dueMs) return false;
    return [...this.#known.values()].some(({ speaking, settled }) => !speaking && !settled);
  }

  /**
   * Follow an event of the server.
   *
   * @param {WireEvent} event
   * @param {number} nowMs
   * @returns {Utterance | null} What it is about, where it is about one.
   */
  take(event, nowMs) {
    switch (event.type) {
      case "user_speech_started":
        return Object.assign(this.#at(event.item_id), fresh(event.item_id), { speaking: true });
      case "user_speech_stopped":
        return this.#stop(this.#at(event.item_id), nowMs);
      case "user_transcript":
        return this.#understand(this.#at(event.item_id), event, nowMs);
      case "turn_started":
        this.settle();
        return event.item_id ? this.#answer(this.#at(event.item_id), event.text, nowMs) : null;
      default:
        return null;
    }
  }

  /** What was said needs no answer, or has one. */
  settle() {
    for (const utterance of this.#known.values()) utterance.settled ||= !utterance.speaking;
  }

  /** Another session begins, which has heard nothing. */
  clear() {
    this.#known.clear();
  }

  /**
   * @param {string} id
   * @returns {Utterance}
   */
  #at(id) {
    const known = this.#known.get(id);
    if (known) return known;
    const nameless = this.#known.get("");
    const made = nameless && !nameless.settled ? Object.assign(nameless, { id }) : fresh(id);
    this.#known.delete("");
    this.#known.set(id, made);
    for (const old of [...this.#known.keys()].slice(0, -REMEMBERED)) this.#known.delete(old);
    return made;
  }

  /**
   * @param {Utterance} utterance
   * @param {number} nowMs
   */
  #stop(utterance, nowMs) {
    utterance.speaking = false;
    utterance.endedMs ||= nowMs;
    this.#dueMs = nowMs + ANSWER_MS;
    return utterance;
  }

  /**
   * @param {Utterance} utterance
   * @param {WireEvent} event
   * @param {number} nowMs
   */
  #understand(utterance, { text, final }, nowMs) {
    utterance.text = text;
    utterance.final = final;
    if (!final) return utterance;
    this.#stop(utterance, nowMs);
    if (!text) utterance.settled = true;
    this.#dueMs = nowMs + UNDERSTOOD_MS;
    return utterance;
  }

  /**
   * @param {Utterance} utterance
   * @param {string} text
   * @param {number} nowMs
   */
  #answer(utterance, text, nowMs) {
    this.#stop(utterance, nowMs);
    utterance.settled = true;
    if (text && !utterance.text) Object.assign(utterance, { text, final: true });
    return utterance;
  }
}

/**
 * @param {string} id
 * @returns {Utterance} One of which nothing is known yet.
 */
function fresh(id) {
  return { id, text: "", final: false, speaking: false, endedMs: 0, settled: false };
}
