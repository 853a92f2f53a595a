/** Draws the face, picture after picture. */

import { create } from "./face/renderer.js";
import { Life } from "./life/life.js";

/** @typedef {import("./life/life.js").Mood} Mood */
/** @typedef {import("./face/renderer.js").Look} Look */
/** @typedef {import("./face/renderer.js").Pose} Pose */

/** Keeps a renderer at the size of its canvas and in the page's colours, and gives it life. */
export class Stage {
  #renderer;
  #read;
  #look;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #life;
  #pictures = 0;
  #countedMs = 0;

  /** Pictures a second, over the last one. */
  rate = 0;

  /** @type {Pose | null} The last pose drawn. */
  pose = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} room Where the page leaves room for the head.
   * @param {(nowMs: number) => {mood: Mood, weights: Float32Array}} read What the face should show.
   */
  constructor(canvas, room, read) {
    this.#read = read;
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.#life = new Life({ seed: crypto.getRandomValues(new Uint32Array(1))[0], still: still.matches });
    still.addEventListener("change", () => (this.#life.still = still.matches));
    this.#look = /** @type {Look} */ ({ palette: "mira", scheme: this.#scheme() });
    this.#renderer = create(canvas, this.#look);
    this.#dark.addEventListener("change", () => this.show(this.#look));
    const resized = new ResizeObserver(() => {
      this.#renderer.frame(room.getBoundingClientRect());
      this.#renderer.resize();
    });
    for (const part of [canvas, room]) resized.observe(part);
    requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  /**
   * Be somebody else.
   *
   * @param {{palette?: string, colours?: Record<string, string>}} look
   */
  show({ palette = "mira", colours }) {
    this.#look = { palette, colours, scheme: this.#scheme() };
    this.#renderer.setLook(this.#look);
  }

  /** @returns {"light" | "dark"} */
  #scheme() {
    return this.#dark.matches ? "dark" : "light";
  }

  /** @param {number} nowMs */
  #draw(nowMs) {
    requestAnimationFrame((next) => this.#draw(next));
    const { mood, weights } = this.#read(nowMs);
    this.pose = this.#life.at(nowMs / 1000, mood, weights);
    this.#renderer.draw(this.pose, nowMs);
    this.#pictures++;
    if (nowMs - this.#countedMs < 1000) return;
    this.rate = (this.#pictures * 1000) / (nowMs - this.#countedMs);
    this.#pictures = 0;
    this.#countedMs = nowMs;
  }
}
