/** Draws the face, picture after picture. */

import { Ladder } from "./face/ladder.js";
import { RENDERERS } from "./face/renderer.js";
import { Life } from "./life/life.js";

/** @typedef {import("./life/life.js").Mood} Mood */
/** @typedef {import("./face/renderer.js").Look} Look */
/** @typedef {import("./face/renderer.js").Pose} Pose */

/** Pictures over which the time between two is judged. */
const INTERVALS = 120;

/**
 * Keeps a face at the size of its place on the page and in the page's colours, and gives it life.
 *
 * Events: `notice` (`Notice`) where a renderer does not work; `over` (its topic) once it does again; `refused` (the
 * look's model) where it is that which cannot be shown.
 */
export class Stage extends EventTarget {
  #face;
  #read;
  #look;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #life;
  #pictures = 0;
  #scriptMs = 0;
  #countedMs = 0;
  #drawnMs = 0;
  #intervals = new Float32Array(INTERVALS);
  #place = 0;
  #asked = 0;
  #over = new AbortController();

  /** Pictures a second, over the last one. */
  rate = 0;

  /** Milliseconds of script for a picture, over the last second. */
  costMs = 0;

  /** @type {Pose | null} The last pose drawn. */
  pose = null;

  /**
   * @param {HTMLElement} host Where the face is shown.
   * @param {HTMLElement} room Where the page leaves room for the head.
   * @param {(nowMs: number) => {mood: Mood, weights: Float32Array}} read What the face should show.
   * @param {string} [first] The renderer to begin with; better ones are passed over.
   */
  constructor(host, room, read, first = "") {
    super();
    this.#read = read;
    this.#look = /** @type {Look} */ ({ palette: "mira", scheme: this.#scheme() });
    const asked = RENDERERS.findIndex(({ name }) => name === first);
    this.#face = new Ladder(host, RENDERERS.slice(Math.max(0, asked)), this.#look, (...told) => this.#tell(...told));
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.#life = new Life({ seed: crypto.getRandomValues(new Uint32Array(1))[0] });
    const calm = () => (this.#life.still = this.#face.still = still.matches);
    const { signal } = this.#over;
    still.addEventListener("change", calm, { signal });
    calm();
    this.#dark.addEventListener("change", () => this.show(this.#look), { signal });
    const resized = new ResizeObserver(() => {
      this.#face.frame(within(room, host));
      this.#face.resize();
    });
    for (const part of [host, room]) resized.observe(part);
    signal.addEventListener("abort", () => resized.disconnect());
    this.#ask();
  }

  /** The name of the renderer that draws; empty before the first. */
  get renderer() {
    return this.#face.name;
  }

  /** The time between two pictures that 95 of 100 keep to, in milliseconds. */
  get intervalMs() {
    const sorted = this.#intervals.slice(0, Math.min(this.#place, INTERVALS)).sort();
    return sorted.length ? sorted[Math.floor(0.95 * (sorted.length - 1))] : 0;
  }

  /**
   * Be somebody else.
   *
   * @param {{palette?: string, colours?: Record<string, string>, model?: string | File}} look
   */
  show({ palette = "mira", colours, model }) {
    this.#look = { palette, colours, model, scheme: this.#scheme() };
    this.#face.setLook(this.#look);
  }

  /** Draw nothing any more and free what is held. */
  destroy() {
    this.#over.abort();
    cancelAnimationFrame(this.#asked);
    this.#face.destroy();
  }

  #ask() {
    this.#asked = requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  /** @returns {"light" | "dark"} */
  #scheme() {
    return this.#dark.matches ? "dark" : "light";
  }

  /**
   * @param {string} message
   * @param {unknown} [failed] What of the look it was made for and will not be shown.
   */
  #tell(message, failed) {
    /** @type {CustomEventInit<import("./session/words.js").Notice | string>} */
    const event = { detail: message ? { topic: "face", level: "warning", message } : "face" };
    this.dispatchEvent(new CustomEvent(message ? "notice" : "over", event));
    const { model } = this.#look;
    if (model && failed === model) this.dispatchEvent(new CustomEvent("refused", { detail: model }));
  }

  /** @param {number} nowMs */
  #draw(nowMs) {
    this.#ask();
    const begunMs = performance.now();
    const { mood, weights } = this.#read(nowMs);
    this.pose = this.#life.at(nowMs / 1000, mood, weights);
    this.#face.draw(this.pose, nowMs);
    this.#count(nowMs, performance.now() - begunMs);
  }

  /**
   * @param {number} nowMs
   * @param {number} costMs
   */
  #count(nowMs, costMs) {
    if (this.#drawnMs) this.#intervals[this.#place++ % INTERVALS] = nowMs - this.#drawnMs;
    this.#drawnMs = nowMs;
    this.#pictures++;
    this.#scriptMs += costMs;
    if (nowMs - this.#countedMs < 1000) return;
    this.rate = (this.#pictures * 1000) / (nowMs - this.#countedMs);
    this.costMs = this.#scriptMs / this.#pictures;
    this.#pictures = this.#scriptMs = 0;
    this.#countedMs = nowMs;
  }
}

/**
 * Where a part of the page lies within the host.
 *
 * @param {HTMLElement} room
 * @param {HTMLElement} host
 */
function within(room, host) {
  const [inner, outer] = [room.getBoundingClientRect(), host.getBoundingClientRect()];
  return new DOMRect(inner.x - outer.x, inner.y - outer.y, inner.width, inner.height);
}
