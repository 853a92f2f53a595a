/** The person's voice: a device that listens when it is asked to, and a server that is told what it hears. */

import { detail } from "../session/detail.js";
import { Capture } from "./capture.js";
import { explain } from "./refusal.js";
import { Uplink } from "./uplink.js";

/** @typedef {{id: string, label: string}} Device */

const MUTED = "The microphone is muted by its own switch or by the system: nothing is heard.";

/**
 * Dispatches CustomEvents: `live` (boolean) at the moment at which a device begins or ceases to listen, `level` (0 to
 * 1, fifty times a second), `track` (MediaStreamTrack that listens now, or `null`), `devices` ({devices, device}),
 * `failed` (message: it is off, and why), `notice` (Notice).
 */
export class Microphone extends EventTarget {
  #capture = new Capture();
  #uplink;
  /** @type {"off" | "open" | "held"} */
  #ear = "off";
  #device = "";
  #over = new AbortController();
  /** Counts what was asked for, so that an answer that comes too late is told apart. */
  #asked = 0;

  /** @param {import("../session/route.js").Link} client */
  constructor(client) {
    super();
    this.#uplink = new Uplink(client);
    const { signal } = this.#over;
    this.#capture.addEventListener("live", (event) => this.#tell("live", detail(event)), { signal });
    this.#capture.addEventListener("track", (event) => this.#tell("track", detail(event)), { signal });
    this.#capture.addEventListener("chunk", (event) => this.#take(detail(event)), { signal });
    this.#capture.addEventListener("gone", () => void this.#replace(), { signal });
    this.#capture.addEventListener("muted", () => this.#warn(MUTED), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.look(), { signal });
  }

  /** Whether a device listens. */
  get live() {
    return this.#capture.live;
  }

  /**
   * Listen, or listen in another way; `failed` tells where that cannot be.
   *
   * @param {"open" | "held"} ear
   */
  async listen(ear) {
    if (ear === this.#ear) return;
    const asked = ++this.#asked;
    this.#uplink.end(false);
    this.#ear = ear;
    try {
      if (!(await this.#capture.open(this.#device))) return;
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
      return;
    }
    this.#uplink.begin(ear, this.#capture.rateHz);
    void this.look();
  }

  /**
   * Listen no more. What was held is heard to its last syllable.
   *
   * @param {boolean} [discard] Forget what was said since it listened.
   */
  async mute(discard = false) {
    const held = this.#ear === "held";
    const asked = ++this.#asked;
    this.#ear = "off";
    if (held && !discard && this.live) await this.#capture.finish();
    // Somebody may have pressed again, and with that ended what was held.
    if (asked !== this.#asked) return;
    this.#capture.close();
    this.#uplink.end(discard);
  }

  /** Ask for the microphone without listening, so that a press later need not wait for the person's leave. */
  async ask() {
    try {
      const { state } = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") });
      if (state === "granted") return void this.look();
    } catch {
      // Browsers that do not tell are asked.
    }
    if (this.#ear !== "off") return;
    const asked = ++this.#asked;
    try {
      if (await this.#capture.open(this.#device)) this.#capture.close();
      void this.look();
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
  }

  /**
   * Listen by another device, from now on.
   *
   * @param {string} id Empty: the browser's choice.
   */
  async choose(id) {
    this.#device = id;
    if (!this.live) return;
    try {
      await this.#capture.change(id);
    } catch (error) {
      this.#warn(explain(error));
    }
    void this.look();
  }

  /** Tell which devices there are; browsers name them once one of them was allowed. */
  async look() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const devices = all.filter(({ kind, label }) => kind === "audioinput" && label);
    const named = devices.map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.#tell("devices", { devices: named, device: this.live ? this.#capture.device.id : this.#device });
  }

  /** Give everything back. */
  async close() {
    this.#asked++;
    this.#ear = "off";
    const closed = this.#capture.destroy();
    this.#uplink.close();
    this.#over.abort();
    await closed;
  }

  /** @param {import("./chunker.js").Chunk} chunk */
  #take({ pcm, level }) {
    this.#uplink.take(pcm);
    this.#tell("level", level);
  }

  /** The device is gone: another one takes its place. */
  async #replace() {
    const { label } = this.#capture.device;
    try {
      if (!(await this.#capture.change(""))) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    const heir = this.#capture.device.label || "Another one";
    this.#warn(`The microphone ${quoted(label)} is gone. ${heir} listens now.`);
    void this.look();
  }

  /** @param {string} message */
  #warn(message) {
    this.#tell("notice", { topic: "microphone", level: "warning", message });
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#ear = "off";
    this.#capture.close();
    this.#uplink.end(false);
    this.#tell("failed", explain(error));
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {string} label */
function quoted(label) {
  return label ? `'${label}'` : "in use";
}
