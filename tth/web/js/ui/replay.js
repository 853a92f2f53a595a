/** A recording that is played back: where it is, and what can be done with it. */

import { detail } from "../session/detail.js";

/** @typedef {import("../session/client.js").WireEvent} WireEvent */
/** @typedef {"playing" | "paused" | "over"} State */

const REFRESH_MS = 250;

/** Stands in the place of what one talks by; there only while the server plays a recording. */
export class Replay {
  #parts;
  #client;
  #atMs = 0;
  #lengthMs = 0;
  #toldMs = 0;
  /** @type {State} */
  #state = "paused";

  /**
   * @param {import("./page.js").Parts} parts
   * @param {import("../session/route.js").Link} client
   * @param {object} does
   * @param {() => void} does.again Play it from the beginning.
   * @param {() => void} does.skip Leave out the rest of what is being said.
   */
  constructor(parts, client, { again, skip }) {
    this.#parts = parts;
    this.#client = client;
    client.addEventListener("event", (event) => this.#take(detail(event)));
    parts.replayToggle.addEventListener("click", () => (this.#state === "over" ? again() : this.#toggle()));
    parts.replayAgain.addEventListener("click", again);
    parts.replaySkip.addEventListener("click", skip);
    setInterval(() => this.#show(), REFRESH_MS);
  }

  #toggle() {
    this.#client.send({ type: this.#state === "paused" ? "resume" : "hold" });
  }

  /** @param {WireEvent} event */
  #take({ type, at_ms: atMs, length_ms: lengthMs, state }) {
    if (type !== "replay") return;
    this.#atMs = atMs;
    this.#lengthMs = lengthMs;
    this.#state = state;
    this.#toldMs = performance.now();
    this.#parts.replay.hidden = false;
    this.#show();
  }

  #show() {
    const { replay, replayToggle, replaySkip, replayPlace, replayTold } = this.#parts;
    if (replay.hidden) return;
    const over = this.#state === "over";
    replay.dataset.state = this.#state;
    // While it is told nothing the recording waits for the page, or the page for the server.
    const fresh = this.#state === "playing" ? Math.min(performance.now() - this.#toldMs, REFRESH_MS) : 0;
    const atMs = Math.min(this.#atMs + fresh, this.#lengthMs);
    replayToggle.textContent = over ? "Play again" : this.#state === "paused" ? "Play" : "Pause";
    replaySkip.disabled = over;
    replayPlace.max = this.#lengthMs || 1;
    replayPlace.value = atMs;
    replayTold.textContent = `${clock(atMs)} / ${clock(this.#lengthMs)}`;
  }
}

/**
 * Minutes and seconds.
 *
 * @param {number} ms
 */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
