/** Which voice speaks: the one that the person chose, where there is a choice. */

import { detail } from "../session/detail.js";
import { keep, recall } from "./kept.js";
import { fill } from "./pickers.js";

/** @typedef {import("../session/client.js").WireEvent} WireEvent */
/** @typedef {import("../session/route.js").Link} Link */

const KEPT = "tth.voice";
const OWN = "";

/** The choice of a voice. The browser keeps it, also while the session's adapter does not have that one. */
export class Voices {
  #select;
  #client;
  #wish = recall("localStorage", KEPT) ?? OWN;
  /** What there was to choose from when the list was made. */
  #offered = "";

  /**
   * @param {HTMLSelectElement} select Hidden while it is empty.
   * @param {Link} client
   */
  constructor(select, client) {
    this.#select = select;
    this.#client = client;
    client.addEventListener("event", (event) => this.#take(detail(event)));
    client.addEventListener("session", () => this.#show("", []));
    select.addEventListener("change", () => this.#choose());
  }

  /** What a session is asked for with it. */
  get wish() {
    return this.#wish && { voice: this.#wish };
  }

  #choose() {
    this.#wish = this.#select.value;
    keep("localStorage", KEPT, this.#wish);
    this.#tell();
  }

  #tell() {
    this.#client.send({ type: "voice_update", voice: this.#wish || null });
  }

  /** @param {WireEvent} event */
  #take({ type, voice, voices = [], voice_wish: begun, wish = begun }) {
    if (type !== "session_ready" && type !== "voice_changed") return;
    this.#show(voice, voices);
    // It was chosen while nobody could be told, or before this session was gone on with.
    if (type === "session_ready" && voices.length && (wish ?? OWN) !== this.#wish) this.#tell();
  }

  /**
   * @param {string} voice The one that speaks.
   * @param {string[]} voices
   */
  #show(voice, voices) {
    const offered = voices.length > 1 ? voices.join("\n") : "";
    if (offered !== this.#offered) {
      const named = voices.map((name) => ({ label: name, value: name }));
      fill(this.#select, offered ? [{ label: "", value: OWN }, ...named] : [], OWN);
      this.#offered = offered;
    }
    if (!offered) return;
    this.#select.value = voices.includes(this.#wish) ? this.#wish : OWN;
    const own = this.#select.value === OWN && voice ? `Its own: ${voice}` : "Its own";
    this.#select.options[0].textContent = own;
  }
}
