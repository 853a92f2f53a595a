/** Neck, shoulders and what the figure wears, painted once. */

import { along, curve, line, ribbon, shape, soft } from "./brush.js";
import { blend, clear } from "./colour.js";
import { layer } from "./space.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */

/** @type {Point[]} */
const NECKLINE = [[-0.45, 1.29], [-0.38, 1.44], [-0.22, 1.54], [0, 1.58], [0.22, 1.54], [0.38, 1.44], [0.45, 1.29]];

/** How far down the picture of the body goes. */
export const FLOOR = 4.6;

/**
 * @param {Palette} p
 * @param {number} perUnit
 * @returns {{neck: import("./space.js").Layer, body: import("./space.js").Layer}}
 */
export function paintBust(p, perUnit) {
  return {
    neck: layer(perUnit, [-0.9, 0.4, 1.8, 1.6], (ctx) => neck(ctx, p)),
    body: layer(perUnit, [-2.5, 1.1, 5, FLOOR - 1.1], (ctx) => body(ctx, p)),
  };
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function neck(ctx, p) {
  shape(ctx, [
    [-0.4, 0.5], [-0.39, 0.95], [-0.43, 1.22], [-0.66, 1.46], [-0.5, 1.75], [0, 1.9], [0.5, 1.75], [0.66, 1.46],
    [0.43, 1.22], [0.39, 0.95], [0.4, 0.5],
  ]);
  ctx.fillStyle = along(ctx, [-0.45, 1], [0.5, 1.15], [p.skin, p.skin, blend(p.skin, p.shade, 0.75), p.shade]);
  ctx.fill();
  ctx.save();
  ctx.clip();
  soft(ctx, [-0.26, 1.28], 0.2, 0.42, p.lit, 0.45, 0.12);
  soft(ctx, [0.04, 0.9], 0.62, 0.34, p.deep, 0.85);
  soft(ctx, [0.1, 1.04], 0.5, 0.3, p.deep, 0.5);
  soft(ctx, [0.46, 1.2], 0.16, 0.5, p.rim, 0.32);
  for (const k of [-1, 1]) soft(ctx, [0.2 * k, 1.52], 0.26, 0.06, p.shade, 0.6, -0.25 * k);
  soft(ctx, [0, 1.56], 0.07, 0.1, p.shade, 0.5);
  ctx.restore();
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function body(ctx, p) {
  /** @type {Point[]} */
  const right = [[0.44, 1.3], [0.78, 1.46], [1.24, 1.6], [1.62, 1.84], [1.82, 2.3], [1.95, 3], [2.0, FLOOR + 0.1]];
  /** @type {Point[]} */
  const left = right.map(([x, y]) => [-x, y]);
  ctx.beginPath();
  curve(ctx, [...left].reverse());
  curve(ctx, NECKLINE, true);
  curve(ctx, right, true);
  ctx.closePath();
  ctx.fillStyle = along(ctx, [-1.5, 1.4], [1.5, 2.7], [
    blend(p.cloth, p.clothLit, 0.55), p.cloth, blend(p.cloth, p.clothDark, 0.55), p.clothDark,
  ]);
  ctx.fill();
  ctx.save();
  ctx.clip();
  soft(ctx, [-1.15, 1.84], 0.75, 0.42, p.clothLit, 0.7, -0.5);
  soft(ctx, [-0.45, 2.5], 0.7, 0.7, p.clothLit, 0.22);
  soft(ctx, [0, 1.62], 0.95, 0.34, p.clothDark, 0.55);
  soft(ctx, [1.86, 2.2], 0.2, 0.7, p.rim, 0.3, -0.22);
  for (const k of [-1, 1]) {
    soft(ctx, [1.3 * k, 2.75], 0.2, 0.9, p.clothDark, 0.45, 0.1 * k);
    line(ctx, [[1.18 * k, 1.95], [1.14 * k, 2.4], [1.2 * k, 3]], clear(p.clothDark, 0.35), 0.025);
  }
  ctx.restore();
  collar(ctx, p);
}

/**
 * A soft rolled collar, which frames the face and hides where neck and cloth meet.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function collar(ctx, p) {
  const upper = NECKLINE;
  /** @type {Point[]} */
  const lower = [[-0.49, 1.31], [-0.53, 1.54], [-0.3, 1.74], [0, 1.79], [0.3, 1.74], [0.53, 1.54], [0.49, 1.31]];
  ribbon(ctx, upper, lower);
  ctx.fillStyle = along(ctx, [-0.6, 1.3], [0.62, 1.7], [
    p.clothLit, blend(p.cloth, p.clothLit, 0.3), p.cloth, p.clothDark,
  ]);
  ctx.fill();
  ctx.save();
  ctx.clip();
  line(ctx, lower.map(([x, y]) => [x, y - 0.02]), clear(p.clothDark, 0.4), 0.07);
  line(ctx, upper.map(([x, y]) => [x, y + 0.05]), clear(p.clothLit, 0.45), 0.035);
  for (let i = 0; i < 42; i++) {
    const t = -1 + (2 * i) / 41;
    const x = 0.5 * t;
    const y = 1.67 - 0.3 * t * t;
    line(ctx, [[x * 0.88, y - 0.12], [x * 1.06, y + 0.12]], clear(p.clothDark, 0.13), 0.012);
  }
  ctx.restore();
}
