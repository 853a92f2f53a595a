/** Short hair combed up and over, and a beard. */

import { seeded } from "../../life/random.js";
import { shape, soft } from "./brush.js";
import { ramp } from "./colour.js";
import { locksBetween, paintLock } from "./strands.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */

/** @type {Point[]} */
const CAP = [
  [0, -0.6], [0.34, -0.62], [0.6, -0.5], [0.73, -0.24], [0.77, 0.04], [0.82, -0.02], [0.86, -0.42], [0.8, -0.86],
  [0.5, -1.16], [0, -1.24], [-0.5, -1.16], [-0.8, -0.86], [-0.86, -0.42], [-0.82, -0.02], [-0.77, 0.04],
  [-0.73, -0.24], [-0.6, -0.5], [-0.34, -0.62],
];

/** @param {Palette} p */
export function crop(p) {
  const random = seeded(23);
  const tones = ramp(p.hairDark, p.hair, p.hairLit);
  const like = { width: 0.16, root: 0.4, tip: 0.05, tone: 0, tipTone: 0.08, shine: 0.36 };
  /** @type {(ctx: Ctx) => void} */
  const back = (ctx) => {
    shape(ctx, CAP);
    ctx.fillStyle = p.hairDark;
    ctx.fill();
  };
  /** @type {(ctx: Ctx) => void} */
  const front = (ctx) => {
    shape(ctx, CAP);
    ctx.fillStyle = p.hairDark;
    ctx.fill();
    /** @type {Point[]} */
    const near = [[0.72, -0.3], [0.62, -0.86], [0.2, -1.22], [-0.3, -1.34]];
    /** @type {Point[]} */
    const far = [[-0.6, -0.46], [-0.74, -0.72], [-0.86, -0.92], [-0.8, -1.12]];
    for (const lock of locksBetween(near, far, 12, like, random)) paintLock(ctx, lock, tones, random, 30);
  };
  return { back, front };
}

/**
 * The beard's shade on cheeks, chin and upper lip; it goes along with the jaw.
 *
 * @param {Ctx} ctx
 * @param {import("./space.js").Space} space
 * @param {Palette} p
 * @param {number} drop How far the chin has sunk.
 */
export function drawBeard(ctx, space, p, drop) {
  for (const k of [-1, 1]) {
    soft(ctx, space.face(0.68 * k, 0.36), 0.13, 0.42, p.hair, 0.9, 0.12 * k);
    soft(ctx, space.face(0.58 * k, 0.62 + 0.3 * drop), 0.2, 0.3, p.hair, 1, 0.3 * k);
    soft(ctx, space.face(0.42 * k, 0.8 + 0.7 * drop), 0.27, 0.24, p.hair, 1, -0.7 * k);
    soft(ctx, space.face(0.17 * k, 0.475), 0.17, 0.055, p.hair, 1, 0.2 * k);
    soft(ctx, space.face(0.33 * k, 0.6 + 0.3 * drop), 0.07, 0.16, p.hair, 0.9, -0.2 * k);
  }
  soft(ctx, space.face(0, 0.93 + drop), 0.46, 0.23, p.hair, 1);
  soft(ctx, space.face(0, 0.8 + drop), 0.14, 0.1, p.hair, 0.8);
}
