/** The microphone as the page knows it: what it is made of is loaded when it is first used. */

import { detail } from "./detail.js";

/** @typedef {import("../microphone/microphone.js").Microphone} Microphone */

const FORWARDED = ["level", "track", "devices", "failed", "notice"];

/**
 * Dispatches CustomEvents: `live` (boolean) at the moment at which a device begins or ceases to listen, `track` (the
 * MediaStreamTrack that listens now, or `null`), `level` (0 to 1), `devices` ({devices, device}), `failed` (message: it
 * is off, and why) and `notice` (Notice).
 */
export class Ear extends EventTarget {
  #client;
  #hearing;
  /** @type {Promise<Microphone> | null} */
  #microphone = null;
  #device = "";

  /** Whether a device listens. */
  live = false;

  /** @type {MediaStreamTrack | null} What it listens by. */
  track = null;

  /**
   * @param {import("./route.js").Link} client
   * @param {import("./hearing.js").Hearing} hearing
   */
  constructor(client, hearing) {
    super();
    this.#client = client;
    this.#hearing = hearing;
    hearing.addEventListener("change", () => {
      if (this.live) this.#able();
    });
    // Nobody would hear what is said to a session that is not coming back.
    client.addEventListener("state", (event) => {
      if (this.live && detail(event).state === "error") this.#stop("There is no session: the microphone is off.");
    });
  }

  /**
   * Listen; within the handling of a click or a key.
   *
   * @param {"open" | "held"} how `open`: to all that is said; `held`: what is said until `mute` is one utterance.
   * @returns {boolean} False where the server does not hear.
   */
  listen(how) {
    if (!this.#able()) return false;
    this.#with((microphone) => microphone.listen(how));
    return true;
  }

  /**
   * Listen no more.
   *
   * @param {boolean} [discard] Forget what was said since it listened.
   */
  mute(discard = false) {
    if (this.#microphone) this.#with((microphone) => microphone.mute(discard));
  }

  /** Ask the person for the microphone, without listening. */
  ask() {
    if (this.#able()) this.#with((microphone) => microphone.ask());
  }

  /** Tell which devices there are. */
  look() {
    this.#with((microphone) => microphone.look());
  }

  /** @param {string} device The one to listen by; empty is the browser's choice. */
  set device(device) {
    this.#device = device;
    if (this.#microphone) this.#with((microphone) => microphone.choose(device));
  }

  /** Give everything back. */
  async close() {
    await (await this.#microphone?.catch(() => null))?.close();
  }

  /** Whether the server hears; where it does not, that is told. */
  #able() {
    const { hears = true, why = "" } = this.#hearing.now ?? {};
    if (!hears) this.#stop(why || "This profile does not hear.");
    return hears;
  }

  /** @param {string} why */
  #stop(why) {
    this.mute(true);
    this.#tell("failed", why);
  }

  /** @param {(microphone: Microphone) => Promise<void>} act In the order in which they were asked for. */
  #with(act) {
    this.#microphone ??= this.#load();
    this.#microphone.then(act).catch((error) => {
      this.#tell("failed", `The microphone cannot be used: ${error instanceof Error ? error.message : error}`);
    });
  }

  async #load() {
    const { Microphone } = await import("../microphone/microphone.js").catch((error) => {
      // It may be there when it is asked for again.
      this.#microphone = null;
      throw error;
    });
    const microphone = new Microphone(this.#client);
    for (const type of FORWARDED) microphone.addEventListener(type, (event) => this.#tell(type, detail(event)));
    microphone.addEventListener("track", (event) => (this.track = detail(event)));
    microphone.addEventListener("live", (event) => {
      this.live = detail(event);
      this.#tell("live", this.live);
    });
    if (this.#device) await microphone.choose(this.#device);
    return microphone;
  }

  /**
   * @param {string} type
   * @param {unknown} value
   */
  #tell(type, value) {
    this.dispatchEvent(new CustomEvent(type, { detail: value }));
  }
}
