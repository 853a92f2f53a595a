/** The face without its features: outline, skin with light and shadow, ears. */

import { between, seeded } from "../../life/random.js";
import { along, shape, soft } from "./brush.js";
import { blend } from "./colour.js";
import { layer } from "./space.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("./space.js").Layer} Layer */
/** @typedef {import("../arkit.js").Shapes} Shapes */

/** Above this height nothing moves with the jaw. */
const HINGE_Y = 0.3;
const BOTTOM_Y = 1.3;
const DEPTH = 0.5;

/** How far the chin sinks when the jaw is wide open. */
export const JAW_DROP = 0.2;

/**
 * @param {Palette} p
 * @param {number} perUnit
 */
export function paintSkin(p, perUnit) {
  return layer(perUnit, [-1.05, -1.35, 2.1, 2.65], (ctx) => {
    ctx.fillStyle = along(ctx, [-0.75, -0.7], [0.8, 0.85], [p.lit, p.skin, blend(p.skin, p.shade, 0.3), p.shade]);
    ctx.fillRect(-1.05, -1.35, 2.1, 2.65);
    lights(ctx, p);
    shadows(ctx, p);
    if (p.freckles) freckles(ctx, p);
  });
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function lights(ctx, p) {
  soft(ctx, [-0.26, -0.5], 0.62, 0.46, p.lit, 0.6);
  soft(ctx, [-0.44, 0.33], 0.38, 0.28, p.lit, 0.75, -0.3);
  soft(ctx, [0.36, 0.34], 0.3, 0.22, p.lit, 0.36, 0.3);
  soft(ctx, [-0.04, 0.9], 0.22, 0.14, p.lit, 0.34);
  soft(ctx, [0.9, 0.2], 0.2, 0.75, p.rim, 0.7, 0.08);
  soft(ctx, [0.62, 0.82], 0.14, 0.34, p.rim, 0.4, 0.75);
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function shadows(ctx, p) {
  soft(ctx, [0.72, 0.1], 0.28, 0.95, p.shade, 0.5, 0.06);
  soft(ctx, [0.5, 0.72], 0.34, 0.34, p.shade, 0.42, -0.6);
  soft(ctx, [-0.78, 0.5], 0.2, 0.5, p.shade, 0.35, -0.3);
  soft(ctx, [-0.1, 1.1], 0.62, 0.16, p.shade, 0.75);
  soft(ctx, [0.03, 0.78], 0.2, 0.05, p.shade, 0.42);
  for (const k of [-1, 1]) {
    soft(ctx, [0.28 * k, -0.08], 0.28, 0.15, p.shade, k < 0 ? 0.3 : 0.42);
    soft(ctx, [0.34 * k, 0.05], 0.3, 0.2, blend(p.shade, p.blush, 0.5), 0.22);
    soft(ctx, [0.34 * k, 0.25], 0.22, 0.07, p.shade, 0.22);
    soft(ctx, [0.14 * k, 0.04], 0.08, 0.17, p.shade, k < 0 ? 0.26 : 0.42);
    soft(ctx, [0.5 * k, 0.37], 0.28, 0.19, p.blush, 0.34, 0.2 * k);
  }
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function freckles(ctx, p) {
  const random = seeded(14);
  for (let i = 0; i < 74; i++) {
    const x = between(random, -1, 1) * 0.62;
    const y = 0.29 + 0.15 * (random() + random() - 1) + 0.06 * Math.abs(x);
    const size = between(random, 0.009, 0.017);
    if (Math.abs(x) > 0.1) soft(ctx, [x, y], size, size, p.glow ? p.rim : p.deep, between(random, 0.12, 0.34));
  }
}

/**
 * The outline of the face with its jaw where the weights put it.
 *
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 * @param {number} drop How far the chin has sunk.
 * @param {number} aside How far the jaw is to its left.
 * @returns {Point[]}
 */
export function outline(space, p, w, drop, aside) {
  const puff = w.cheekPuff * 0.055;
  const wide = 0.09 * (p.jaw - 1) + puff;
  const half = [
    [0, -1.12, 0.1, 0], [0.44, -1.02, 0.1, 0], [0.72, -0.64, 0.05, 0], [0.775, -0.16, 0.04, 0],
    [0.765 + puff * 0.4, 0.18, 0.06, 0], [0.71 + wide * 0.8, 0.46, 0.1, 0.25], [0.585 + wide, 0.73, 0.18, 0.7],
    [0.335 + wide * 0.8, 0.965, 0.28, 1], [0, 1.035, 0.36, 1],
  ];
  const point = (/** @type {number[]} */ [x, y, z, share], /** @type {number} */ k) =>
    space.at(k * x * (1 - 0.05 * drop * share) + aside * share, y + drop * share, z);
  const right = half.map((at) => point(at, 1));
  const left = half.slice(1, -1).reverse().map((at) => point(at, -1));
  return [...right, ...left];
}

/**
 * Fill the outline with skin; the part below the hinge stretches with the jaw. Leaves the outline as clip.
 *
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Layer} skin
 * @param {Point[]} edge
 * @param {number} drop
 * @param {number} aside
 */
export function fillFace(ctx, space, skin, edge, drop, aside) {
  shape(ctx, edge);
  ctx.clip();
  const { canvas, x, y, width, height } = skin;
  const hinge = ((HINGE_Y - y) / height) * canvas.height;
  const stretch = (BOTTOM_Y - HINGE_Y + drop * 1.25) / (BOTTOM_Y - HINGE_Y);
  space.plane(ctx, DEPTH, () => {
    ctx.drawImage(canvas, 0, 0, canvas.width, hinge + 1, x, y, width, HINGE_Y - y + height / canvas.height);
    const lean = aside / (BOTTOM_Y - HINGE_Y);
    ctx.transform(1, 0, lean, stretch, -lean * HINGE_Y, HINGE_Y * (1 - stretch));
    ctx.drawImage(canvas, 0, hinge, canvas.width, canvas.height - hinge, x, HINGE_Y, width, y + height - HINGE_Y);
  });
}

/**
 * What the weights change in the light on cheeks, chin and brow.
 *
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 * @param {number} drop
 */
export function modelFace(ctx, space, p, w, drop) {
  for (const [k, smile, squint, sneer] of /** @type {const} */ ([
    [-1, w.mouthSmileRight, w.cheekSquintRight, w.noseSneerRight],
    [1, w.mouthSmileLeft, w.cheekSquintLeft, w.noseSneerLeft],
  ])) {
    const lift = Math.max(smile, squint);
    const y = 0.38 - 0.06 * lift;
    soft(ctx, space.face(0.48 * k, y), 0.26, 0.17, p.blush, 0.4 * lift, 0.2 * k);
    soft(ctx, space.face(0.46 * k, y - 0.04), 0.17, 0.1, p.lit, (k < 0 ? 0.6 : 0.3) * lift);
    soft(ctx, space.face(0.32 * k, 0.52), 0.05, 0.16, p.shade, 0.75 * smile + 0.45 * sneer, -0.55 * k);
    soft(ctx, space.face(0.53 * k, 0.6), 0.24, 0.24, k < 0 ? p.lit : p.skin, 0.8 * w.cheekPuff);
    soft(ctx, space.face(0.46 * k, 0.66 + drop * 0.4), 0.17, 0.27, p.shade, 0.8 * drop, 0.3 * k);
  }
  const chin = Math.max(w.mouthShrugLower, w.mouthPressLeft * 0.4);
  soft(ctx, space.face(0, 0.87 + drop), 0.12, 0.07, p.shade, 0.45 * chin);
  soft(ctx, space.face(0, 0.96 + drop), 0.2 + 0.04 * w.jawForward, 0.09, p.lit, 0.08 + 0.5 * w.jawForward);
  const frown = Math.max(w.browDownLeft, w.browDownRight);
  for (const k of [-1, 1]) soft(ctx, space.face(0.055 * k, -0.2), 0.03, 0.12, p.deep, 0.4 * frown, 0.15 * k);
  for (let i = 0; i < 2; i++) {
    soft(ctx, space.face(0, -0.5 - 0.1 * i), 0.34, 0.022, p.shade, 0.55 * Math.max(0, w.browInnerUp - 0.3));
  }
}

/**
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 */
export function drawEars(ctx, space, p) {
  if (p.hairKind !== "curls" && p.hairKind !== "crop") return;
  for (const k of [-1, 1]) {
    const edge = [[0.7, -0.02], [0.82, -0.12], [0.9, 0.0], [0.87, 0.2], [0.8, 0.36], [0.71, 0.34]];
    shape(ctx, edge.map(([x, y]) => space.at(k * x, y, -0.08)));
    ctx.fillStyle = k < 0 ? blend(p.skin, p.blush, 0.12) : blend(p.shade, p.rim, 0.2);
    ctx.fill();
    soft(ctx, space.at(k * 0.8, 0.1, -0.05), 0.06, 0.15, p.deep, 0.5, 0.15 * k);
    if (p.earrings) soft(ctx, space.at(k * 0.82, 0.43, -0.02), 0.05, 0.05, p.clothLit, 1);
  }
}
