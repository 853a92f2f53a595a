/** Whether the conversation is recorded: the sign that says so, and the button that asks for it. */

import { detail } from "../session/detail.js";
import { keep, recall } from "./kept.js";

const KEPT = "tth.record";

/** A conversation is recorded from its beginning or not at all: whoever asks for it begins another one. */
export class Recorded {
  #parts;
  /** What was chosen when the page was last open here: with it the session goes on. */
  #wished = recall("sessionStorage", KEPT) === "yes";
  #offered = false;

  /**
   * @param {import("./page.js").Parts} parts
   * @param {import("../session/route.js").Link} client
   * @param {() => void} open Begins another conversation.
   */
  constructor(parts, client, open) {
    this.#parts = parts;
    client.addEventListener("session", (event) => (parts.recorded.hidden = !detail(event).recorded));
    client.addEventListener("event", (event) => {
      const { type, code } = detail(event);
      if (type === "warning" && code === "recording_failed") parts.recorded.hidden = true;
    });
    parts.record.addEventListener("click", () => {
      this.#wished = !this.#wished;
      keep("sessionStorage", KEPT, this.#wished ? "yes" : "");
      this.#show();
      open();
    });
  }

  /** @param {boolean} may Whether the server records a session where it is asked to. */
  offer(may) {
    this.#offered = may;
    this.#show();
  }

  /** What a session is asked for with it. */
  get wish() {
    return this.#offered && this.#wished && { record: true };
  }

  #show() {
    const { record } = this.#parts;
    record.hidden = !this.#offered;
    record.ariaPressed = String(this.#wished);
    record.title = this.#wished ? "Begin a conversation that is not recorded" : "Begin a conversation that is recorded";
  }
}
