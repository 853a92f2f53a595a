/** Brows, glasses and nose: what lies flat on the middle of the face. */

import { along, line, ribbon, soft } from "./brush.js";
import { blend, clear } from "./colour.js";
import { EYE_X, EYE_Y } from "./eyes.js";
import { layer } from "./space.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("../arkit.js").Shapes} Shapes */

const TS = [0, 0.14, 0.3, 0.46, 0.62, 0.78, 0.9, 1];
const NOSE_DEPTH = 0.86;

/**
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 */
export function drawBrows(ctx, space, p, w) {
  for (const [k, down, outer] of /** @type {const} */ ([
    [-1, w.browDownRight, w.browOuterUpRight],
    [1, w.browDownLeft, w.browOuterUpLeft],
  ])) {
    const inner = w.browInnerUp;
    const x = (/** @type {number} */ t) => 0.13 + 0.43 * t - 0.045 * down * (1 - t) + 0.01 * inner * (1 - t);
    const y = (/** @type {number} */ t) =>
      -0.215 - 0.078 * Math.sin(Math.PI * (0.12 + 0.68 * t)) + 0.075 * t * t
      - inner * (0.145 * (1 - t) ** 1.4 - 0.025 * t) - outer * 0.12 * t ** 0.7
      + down * (0.115 * (1 - t) ** 1.2 + 0.035);
    const taper = (/** @type {number} */ t) => (t < 0.2 ? 0.3 + 3.5 * t : 1 - 0.92 * ((t - 0.2) / 0.8) ** 1.6);
    const half = (/** @type {number} */ t) => 0.036 * p.browThick * taper(t);
    const at = (/** @type {number} */ t, /** @type {number} */ off) => space.face(k * x(t), y(t) + off, 0.02);
    ribbon(ctx, TS.map((t) => at(t, -half(t))), TS.map((t) => at(t, half(t) * 0.9)));
    ctx.fillStyle = along(ctx, at(0, 0), at(1, 0), [clear(p.brow, 0.8), p.brow, p.brow]);
    ctx.fill();
    for (let i = 0; i < 6; i++) {
      const t = 0.06 + i / 10;
      line(ctx, [at(t, half(t) * 0.9), at(t + 0.07, -half(t + 0.07) * 1.05)], clear(p.hairDark, 0.3), 0.009);
    }
    line(ctx, TS.slice(1, 6).map((t) => at(t, -half(t) * 0.5)), clear(blend(p.brow, p.hairLit, 0.5), 0.35), 0.01);
  }
}

/**
 * Paint the nose once.
 *
 * @param {Palette} p
 * @param {number} perUnit
 */
export function paintNose(p, perUnit) {
  return layer(perUnit, [-0.32, -0.35, 0.64, 0.95], (ctx) => {
    soft(ctx, [0.1, 0.16], 0.085, 0.3, p.shade, 0.5, -0.1);
    soft(ctx, [-0.11, 0.02], 0.06, 0.16, p.shade, 0.22);
    soft(ctx, [-0.015, 0.1], 0.05, 0.3, p.lit, 0.7);
    soft(ctx, [0.0, 0.435], 0.2, 0.065, p.shade, 0.75);
    soft(ctx, [0.13, 0.36], 0.075, 0.075, p.shade, 0.5);
    soft(ctx, [-0.13, 0.37], 0.06, 0.07, p.shade, 0.32);
    soft(ctx, [0, 0.335], 0.125, 0.105, blend(p.skin, p.blush, 0.2), 0.85);
    soft(ctx, [-0.02, 0.31], 0.075, 0.06, p.lit, 0.85);
    soft(ctx, [-0.03, 0.3], 0.034, 0.027, "#ffffff", 0.8);
    for (const k of [-1, 1]) {
      const [inner, outer] = [0.035 * k, 0.1 * k];
      /** @type {Point[]} */
      const upper = [[inner, 0.408], [0.07 * k, 0.392], [outer, 0.398]];
      ribbon(ctx, upper, [[inner, 0.413], [0.075 * k, 0.418], [outer, 0.403]]);
      ctx.fillStyle = clear(p.deep, 0.75);
      ctx.fill();
      const wing = clear(p.deep, k < 0 ? 0.22 : 0.36);
      line(ctx, [[0.135 * k, 0.325], [0.155 * k, 0.368], [0.128 * k, 0.405]], wing, 0.011);
    }
  });
}

/**
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 * @param {import("./space.js").Layer} nose
 */
export function drawNose(ctx, space, p, w, nose) {
  const sneer = (w.noseSneerLeft + w.noseSneerRight) / 2;
  const { canvas, x, y, width, height } = nose;
  const [wide, lift] = [1 + 0.1 * sneer, 0.045 * sneer];
  space.plane(ctx, NOSE_DEPTH, () => ctx.drawImage(canvas, x * wide, y - lift, width * wide, height));
  for (const [k, weight] of /** @type {const} */ ([[-1, w.noseSneerRight], [1, w.noseSneerLeft]])) {
    if (weight < 0.08) continue;
    for (let i = 0; i < 3; i++) {
      const top = 0.02 + 0.055 * i;
      const crease = [space.face(0.03 * k, top, 0.1), space.face(0.085 * k, top - 0.02, 0.05)];
      line(ctx, crease, clear(p.deep, 0.34 * weight), 0.012);
    }
  }
}

/**
 * Thin round frames.
 *
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 */
export function drawGlasses(ctx, space, p) {
  const metal = along(ctx, [-0.6, -0.2], [0.6, 0.3], [p.clothLit, p.clothDark, p.clothLit, p.clothDark]);
  for (const k of [-1, 1]) {
    const ring = Array.from({ length: 17 }, (_, i) => {
      const turn = (i / 16) * 2 * Math.PI;
      return space.face(k * (EYE_X + 0.012) + 0.29 * Math.cos(turn), EYE_Y + 0.03 + 0.265 * Math.sin(turn), 0.1);
    });
    line(ctx, ring, clear(p.deep, 0.3), 0.034);
    line(ctx, ring, metal, 0.02);
    soft(ctx, space.face(k * EYE_X - 0.13, EYE_Y - 0.1, 0.1), 0.13, 0.06, "#ffffff", 0.16, -0.7);
    line(ctx, [space.face(k * 0.62, EYE_Y - 0.03, 0.1), space.at(k * 0.82, EYE_Y - 0.06, 0.02)], p.clothDark, 0.022);
  }
  const bridge = [space.face(-0.06, EYE_Y, 0.12), space.face(0, EYE_Y - 0.035, 0.14), space.face(0.06, EYE_Y, 0.12)];
  line(ctx, bridge, p.clothDark, 0.022);
}
