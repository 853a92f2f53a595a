/**
 * What draws a face. A renderer is one module with a `create`; the page knows this interface only.
 *
 * Weights mean what ARKit means by them; head and gaze come on top of the eyeLook weights.
 */

/**
 * @typedef {object} Pose
 * @property {Float32Array} weights The 52 ARKit weights in Apple's order, 0 to 1.
 * @property {{yaw: number, pitch: number, roll: number}} head Radians: yaw to the character's left, pitch down, roll
 *   towards its left shoulder.
 * @property {{x: number, y: number}} gaze Added to the eyeLook weights: 1 is as far as eyes turn; x to the character's
 *   left, y up.
 * @property {number} breath How full the lungs are, 0 to 1.
 */

/**
 * @typedef {object} Look
 * @property {string} palette `mira`, `noor` or `ori`; another name counts as `mira`.
 * @property {"light" | "dark"} scheme The page's colours around it.
 * @property {Record<string, string>} [colours] Colours to use in place of the palette's, by its names.
 */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Room A part of the canvas in page pixels. */

/**
 * @typedef {object} Renderer
 * @property {(pose: Pose, nowMs: number) => void} draw Paint one picture.
 * @property {() => void} resize The canvas has another size on the page.
 * @property {(room: Room | null) => void} frame Keep the head within a part of the canvas, or within all of it.
 * @property {(look: Look) => void} setLook Be somebody else from the next picture on.
 * @property {() => void} destroy Free what is held; nothing is drawn afterwards.
 */

/** @typedef {(canvas: HTMLCanvasElement, look: Look) => Renderer | null} Create Null where it cannot work here. */

import { create as createCanvasFace } from "./canvas/face.js";

/** Best first. */
const RENDERERS = /** @type {Create[]} */ ([createCanvasFace]);

/**
 * The best renderer that works here.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Look} look
 * @returns {Renderer}
 * @throws {Error} None does.
 */
export function create(canvas, look) {
  for (const make of RENDERERS) {
    const renderer = make(canvas, look);
    if (renderer) return renderer;
  }
  throw new Error("this browser cannot draw on a canvas");
}
