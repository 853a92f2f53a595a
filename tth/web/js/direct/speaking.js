/** What the person says aloud, on its way to a provider and as the provider hears it. */

import { MEDIA_RATE_HZ } from "../media/wire.js";
import { USUAL, detectionOf, listeningOf, wished } from "./listening.js";
import { toBase64 } from "./pcm.js";
import { COMMIT } from "./turns.js";

/** @typedef {import("./turns.js").Ends} Ends */
/** @typedef {import("./turns.js").ProviderEvent} ProviderEvent */

/** The end of what was held goes by another path than the word that it is over, and is a little longer on its way. */
const LAST_SOUND_MS = 120;

/** Silence after which a provider that listens by itself takes it that all was said, beyond what it is set to. */
const MORE_SILENCE_MS = 300;

/** Switches the provider's own listening as the person talks, and follows what it hears. */
export class Speaking {
  #ends;
  #turns;
  /** @type {"off" | "open" | "held"} */
  #ear = "off";
  /** How the provider shall listen while the microphone is open. */
  #detection = USUAL;
  /** Whether it listens by itself. */
  #detects = false;
  /** What was held was handed in. */
  #handedIn = false;
  /** @type {Map<string, string>} What was understood so far of each item. */
  #texts = new Map();

  /**
   * @param {Ends} ends
   * @param {import("./turns.js").Turns} turns
   */
  constructor(ends, turns) {
    this.#ends = ends;
    this.#turns = turns;
  }

  /**
   * What the microphone does now.
   *
   * @param {{state: "off" | "open" | "held", discard?: boolean}} message
   */
  switch({ state, discard = false }) {
    const before = this.#ear;
    this.#ear = state;
    if (before === "held") this.#letGo(discard);
    if (before === "open" && state === "off") this.#fallSilent(discard);
    if (state === "open") this.#detect(true);
    if (state === "held") {
      this.#detect(false);
      // Silence that came before is none of it.
      this.#ends.send({ type: "input_audio_buffer.clear" });
      this.#turns.breakOff();
      this.#tell("user_speech_started", { item_id: "" });
    }
  }

  /** @param {Int16Array} pcm At 24 kHz. */
  send(pcm) {
    this.#ends.send({ type: "input_audio_buffer.append", audio: toBase64(pcm) });
  }

  /** @param {import("../session/hearing.js").Wish} wish */
  choose(wish) {
    this.#detection = wished(this.#detection, wish);
    if (this.#detects) this.#configure(this.#detection);
    else this.#tell("listening", listeningOf(this.#detection));
  }

  /**
   * Follow an event of the provider.
   *
   * @param {ProviderEvent} event
   */
  take(event) {
    const { type, item_id = "" } = event;
    switch (type) {
      case "session.created":
      case "session.updated":
        return this.#know(detectionOf(event.session));
      case "input_audio_buffer.speech_started":
        this.#tell("user_speech_started", { item_id });
        if (this.#detection.interrupt_response !== false) this.#turns.overheard();
        return;
      case "input_audio_buffer.speech_stopped":
        return this.#tell("user_speech_stopped", { item_id });
      case "input_audio_buffer.committed":
        return this.#committed(item_id);
      case "conversation.item.input_audio_transcription.delta":
        return this.#understand(item_id, (this.#texts.get(item_id) ?? "") + (event.delta ?? ""), false);
      case "conversation.item.input_audio_transcription.completed":
        return this.#understand(item_id, event.transcript, true);
      case "conversation.item.input_audio_transcription.failed":
        return this.#understand(item_id, this.#texts.get(item_id) ?? "", true);
      case "error":
        if (event.error?.event_id === COMMIT) this.#forget();
    }
  }

  /** @param {import("./listening.js").Detection | null} detection */
  #know(detection) {
    this.#detects = detection !== null;
    this.#detection = detection ?? this.#detection;
    this.#tell("listening", listeningOf(this.#detection));
  }

  /** @param {boolean} detects */
  #detect(detects) {
    if (detects === this.#detects) return;
    this.#detects = detects;
    this.#configure(detects ? this.#detection : null);
  }

  /** @param {import("./listening.js").Detection | null} turn_detection */
  #configure(turn_detection) {
    this.#ends.send({ type: "session.update", session: { type: "realtime", audio: { input: { turn_detection } } } });
  }

  /** @param {boolean} discard */
  #letGo(discard) {
    if (discard) {
      this.#ends.send({ type: "input_audio_buffer.clear" });
      return this.#forget();
    }
    this.#handedIn = true;
    this.#tell("user_speech_stopped", { item_id: "" });
    const commit = () => this.#ends.send({ type: "input_audio_buffer.commit", event_id: COMMIT });
    if (this.#ends.sound === "track") setTimeout(commit, LAST_SOUND_MS);
    else commit();
  }

  /** Nothing was said. */
  #forget() {
    this.#handedIn = false;
    this.#tell("user_transcript", { item_id: "", text: "", final: true });
  }

  /**
   * A provider that hears no more would wait for ever for the end of what was said.
   *
   * @param {boolean} discard
   */
  #fallSilent(discard) {
    if (discard) this.#ends.send({ type: "input_audio_buffer.clear" });
    if (this.#ends.sound === "track") return;
    const { silence_ms } = listeningOf(this.#detection);
    this.send(new Int16Array(Math.round(((silence_ms + MORE_SILENCE_MS) * MEDIA_RATE_HZ) / 1000)));
  }

  /** @param {string} item */
  #committed(item) {
    const asks = this.#handedIn;
    this.#handedIn = false;
    if (asks) this.#tell("user_speech_stopped", { item_id: item });
    this.#turns.hear(item, asks);
  }

  /**
   * @param {string} item_id
   * @param {string} text
   * @param {boolean} final
   */
  #understand(item_id, text, final) {
    if (final) this.#texts.delete(item_id);
    else this.#texts.set(item_id, text);
    this.#tell("user_transcript", { item_id, text, final });
  }

  /**
   * @param {string} type
   * @param {object} fields
   */
  #tell(type, fields) {
    this.#ends.tell({ type, turn_id: "", ...fields });
  }
}
