/** Which way the conversation takes, and what becomes of it where that one fails. */

import { detail } from "../session/detail.js";
import { keep, recall } from "./kept.js";

/** @typedef {import("../direct/link.js").Kind} Kind */
/** @typedef {"server" | Kind} Choice */

const KEPT = "tth.route";
const BACK = "You talk through the server now.";
const SIGNS = new Map([["webrtc", "Straight · WebRTC"], ["websocket", "Straight · WebSocket"]]);

/**
 * Through the server, or straight to the provider. A straight way that cannot be had, or that ends, is given up for the
 * server's, and the person is told why.
 *
 * Dispatches `notice` (Notice), and `over` (its topic).
 */
export class Routes extends EventTarget {
  #field;
  #sign;
  #avatar;
  #wish;
  /** @type {Choice} */
  #choice = "server";
  /** Counts what was chosen, so that a call that fails too late is nobody's concern. */
  #asked = 0;

  /**
   * @param {import("./page.js").Parts} parts
   * @param {import("../avatar.js").Avatar} avatar
   * @param {() => import("../session/client.js").Wish} wish
   */
  constructor({ routes, route }, avatar, wish) {
    super();
    this.#field = routes;
    this.#sign = route;
    this.#avatar = avatar;
    this.#wish = wish;
    for (const input of this.#inputs) {
      if (input.value === "webrtc" && !("RTCPeerConnection" in window)) input.closest("label")?.remove();
    }
    routes.addEventListener("change", () => this.#choose());
    avatar.addEventListener("lost", (event) => this.#fallBack(detail(event)));
    this.#show();
  }

  /** Open a session the way that is chosen. */
  open() {
    if (this.#choice === "server") this.#avatar.open(this.#wish());
    else void this.#call(this.#choice);
  }

  /** Go by what the person chose when the page was last open here, once there is a session. */
  recall() {
    if (this.#choice !== "server") return;
    const kept = recall("sessionStorage", KEPT);
    const known = this.#inputs.find(({ value }) => value === kept && value !== "server");
    if (known) void this.#call(/** @type {Kind} */ (known.value));
  }

  get #inputs() {
    return [...this.#field.querySelectorAll("input")];
  }

  #choose() {
    const chosen = /** @type {Choice} */ (this.#inputs.find(({ checked }) => checked)?.value ?? "server");
    this.dispatchEvent(new CustomEvent("over", { detail: "route" }));
    if (chosen !== "server") return void this.#call(chosen);
    this.#settle("server");
    this.#avatar.open(this.#wish());
  }

  /** @param {Kind} kind */
  async #call(kind) {
    const asked = ++this.#asked;
    this.#choice = kind;
    this.#show(true);
    try {
      if (await this.#avatar.call(kind, this.#wish())) this.#settle(kind);
    } catch (error) {
      if (asked === this.#asked) this.#fallBack(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} why */
  #fallBack(why) {
    this.#settle("server");
    const message = `${why} ${BACK}`;
    this.dispatchEvent(new CustomEvent("notice", { detail: { topic: "route", level: "warning", message } }));
    // The session that there was goes on where the call never came about.
    if (!this.#avatar.client.served || this.#avatar.client.state === "closed") this.#avatar.open(this.#wish());
  }

  /** @param {Choice} choice */
  #settle(choice) {
    this.#asked++;
    this.#choice = choice;
    keep("sessionStorage", KEPT, choice);
    this.#show();
  }

  /** @param {boolean} [busy] It is not so yet. */
  #show(busy = false) {
    for (const input of this.#inputs) input.checked = input.value === this.#choice;
    this.#field.ariaBusy = String(busy);
    this.#sign.hidden = this.#choice === "server";
    this.#sign.textContent = busy ? "Calling …" : SIGNS.get(this.#choice) ?? "";
  }
}
