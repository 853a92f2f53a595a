/**
 * What draws a face. A renderer is one module with a `create`, and one line in the list below; the page knows this
 * interface only. A canvas can have one kind of context, so each renderer brings its own.
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
 * @property {string} palette `mira`, `noor`, `ori` or `teo`; another name counts as `mira`.
 * @property {"light" | "dark"} scheme The page's colours around it.
 * @property {Record<string, string>} [colours] Colours to use in place of the palette's, by its names.
 * @property {string | File} [model] A GLB or VRM file, or its address, to show in place of the palette's face.
 */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Room A part of the host in page pixels. */

/**
 * @typedef {object} Renderer
 * @property {Promise<void>} ready Its first picture can be drawn without stalling; shaders are compiled, files loaded.
 * @property {(pose: Pose, nowMs: number) => void} draw Paint one picture. What it throws ends it.
 * @property {() => void} resize The host has another size on the page.
 * @property {(room: Room | null) => void} frame Keep the head within a part of the host, or within all of it.
 * @property {(look: Look) => void} setLook Be somebody else from the next picture on.
 * @property {() => void} destroy Remove the canvas and free what is held; nothing is drawn afterwards.
 */

/**
 * Appends a canvas that fills the host. Null where it cannot work here; what it throws says why it does not.
 *
 * @typedef {(host: HTMLElement, look: Look) => Renderer | null | Promise<Renderer | null>} Create
 */

/**
 * @typedef {object} Rung
 * @property {string} name
 * @property {(look: Look) => unknown} wants Whether it is for such a look. Another answer needs a renderer made anew:
 *   `setLook` gets only looks for which it stays.
 * @property {() => Promise<{create: Create}>} load
 */

/** @type {readonly Rung[]} Best first; the last one draws at once and anywhere. */
export const RENDERERS = [
  { name: "model", wants: ({ model }) => model ?? false, load: () => import("./model/face.js") },
  { name: "sculpted", wants: () => true, load: () => import("./sculpted/face.js") },
  { name: "canvas", wants: () => true, load: () => import("./canvas/face.js") },
];
