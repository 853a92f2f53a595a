/** The hair of each palette, painted once as a layer behind the head and one before it. */

import { seeded } from "../../life/random.js";
import { line, pointAt, shape, soft } from "./brush.js";
import { blend, clear, ramp } from "./colour.js";
import { crop } from "./crop.js";
import { curls } from "./curls.js";
import { layer } from "./space.js";
import { locksBetween, paintLock } from "./strands.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */
/** @typedef {{back: import("./space.js").Layer, front: import("./space.js").Layer}} Hair */

/** @type {[number, number, number, number]} */
const BOX = [-1.5, -1.75, 3, 3.3];

/**
 * @param {Palette} palette
 * @param {number} perUnit Pixels for a head unit.
 * @returns {Hair}
 */
export function paintHair(palette, perUnit) {
  const { back, front } = { waves, curls, fronds, crop }[palette.hairKind](palette);
  return { back: layer(perUnit, BOX, back), front: layer(perUnit, BOX, front) };
}

/**
 * What the fronds grow from: the hairline and the crown.
 *
 * @type {Point[]}
 */
const CAP = [
  [0, -0.56], [0.3, -0.6], [0.58, -0.48], [0.74, -0.26], [0.79, -0.14], [0.87, -0.4], [0.84, -0.8], [0.56, -1.12],
  [0, -1.22], [-0.56, -1.12], [-0.84, -0.8], [-0.87, -0.4], [-0.79, -0.14], [-0.74, -0.26],
  [-0.58, -0.48], [-0.3, -0.6],
];

/**
 * Points mirrored to the other side of the face.
 *
 * @param {Point[]} points
 * @returns {Point[]}
 */
function mirrored(points) {
  return points.map(([x, y]) => [-x, y]);
}

/**
 * A long bob with a side parting and a swept fringe.
 *
 * @param {Palette} p
 */
function waves(p) {
  const random = seeded(5);
  const tones = ramp(p.hairDark, p.hair, p.hairLit);
  const like = { width: 0.13, root: 0.5, tip: 0.02, tone: 0, tipTone: 0, shine: 0.3 };
  /** @type {(ctx: Ctx) => void} */
  const back = (ctx) => {
    shape(ctx, [
      [-0.16, -1.4], [0.5, -1.29], [0.92, -0.9], [1.02, -0.3], [1.02, 0.3], [0.94, 0.74], [0.7, 0.94],
      [0.36, 0.9], [0, 0.86], [-0.36, 0.9], [-0.7, 0.94], [-0.94, 0.74], [-1.02, 0.3], [-1.02, -0.3],
      [-0.92, -0.9], [-0.58, -1.25],
    ]);
    ctx.fillStyle = p.hairDark;
    ctx.fill();
    for (const k of [-1, 1]) {
      /** @type {Point[]} */
      const near = [[0.1 * k, -1.24], [0.5 * k, -1], [0.7 * k, -0.3], [0.64 * k, 0.4], [0.42 * k, 0.92]];
      /** @type {Point[]} */
      const far = [[0.16 * k, -1.3], [0.76 * k, -1.06], [0.98 * k, -0.3], [1.02 * k, 0.45], [0.74 * k, 1.1]];
      const dim = { ...like, width: 0.17, tip: 0.05, tone: -0.16, shine: 0.36 };
      for (const lock of locksBetween(near, far, 8, dim, random)) paintLock(ctx, lock, tones, random);
    }
  };
  /** @type {(ctx: Ctx) => void} */
  const front = (ctx) => {
    // Under the parting, where the locks of both sides leave a notch.
    shape(ctx, [[-0.52, -1.28], [-0.36, -1.41], [-0.2, -1.455], [-0.02, -1.45], [0.1, -1.36], [-0.22, -1.18]]);
    ctx.fillStyle = blend(p.hairDark, p.hair, 0.55);
    ctx.fill();
    for (const lock of fringe(like, random)) paintLock(ctx, lock, tones, random, 26);
    for (let i = 0; i < 26; i++) flyaway(ctx, p, random);
  };
  return { back, front };
}

/**
 * The locks of the bob that fall before the face, those on top last.
 *
 * @param {Omit<import("./strands.js").Lock, "spine">} like
 * @param {() => number} random
 */
function fringe(like, random) {
  /** @type {Point[]} */
  const leftNear = [[-0.3, -1.28], [-0.52, -1.02], [-0.71, -0.62], [-0.78, -0.2], [-0.85, 0.34], [-0.56, 0.84]];
  /** @type {Point[]} */
  const leftFar = [[-0.27, -1.35], [-0.62, -1.2], [-0.9, -0.78], [-0.99, -0.12], [-1.03, 0.5], [-0.7, 1.1]];
  /** @type {Point[]} */
  const rightNear = [[-0.24, -1.3], [0.2, -1.06], [0.62, -0.72], [0.79, -0.22], [0.86, 0.36], [0.56, 0.86]];
  /** @type {Point[]} */
  const rightFar = [[-0.2, -1.37], [0.44, -1.3], [0.88, -0.86], [1.0, -0.14], [1.04, 0.5], [0.71, 1.12]];
  /** @type {Point[]} */
  const sweepNear = [[-0.3, -1.24], [-0.24, -0.94], [0.02, -0.68], [0.34, -0.5], [0.62, -0.38], [0.8, -0.12]];
  /** @type {Point[]} */
  const sweepFar = [[-0.25, -1.36], [0.06, -1.25], [0.42, -1.05], [0.68, -0.78], [0.84, -0.42], [0.9, 0.06]];
  /** @type {Point[]} */
  const shortNear = [[-0.32, -1.24], [-0.44, -0.98], [-0.54, -0.72], [-0.66, -0.5], [-0.78, -0.24]];
  /** @type {Point[]} */
  const shortFar = [[-0.3, -1.34], [-0.6, -1.12], [-0.8, -0.78], [-0.89, -0.42], [-0.91, 0.02]];
  return [
    ...locksBetween(leftNear, leftFar, 8, { ...like, width: 0.13 }, random),
    ...locksBetween(rightNear, rightFar, 8, { ...like, width: 0.13, tone: -0.07 }, random),
    ...locksBetween(shortNear, shortFar, 5, { ...like, width: 0.13, tip: 0.1, tone: 0.04 }, random),
    ...locksBetween(sweepNear, sweepFar, 7, { ...like, width: 0.14, tip: 0.08, tone: 0.03, shine: 0.36 }, random),
  ];
}

/**
 * One thin hair that goes its own way.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {() => number} random
 */
function flyaway(ctx, p, random) {
  const side = random() < 0.5 ? -1 : 1;
  const reach = 0.9 + 0.3 * random();
  const top = -1.4 + 0.06 * random();
  /** @type {Point[]} */
  const path = [
    [-0.2 + 0.2 * random(), top], [0.58 * side * reach, -1.24], [0.95 * side * reach, -0.7],
    [side * reach, 0.1 + 0.5 * random()],
  ];
  const from = random() * 0.6;
  const points = [0, 0.1, 0.2, 0.3].map((step) => pointAt(path, from + step));
  line(ctx, points, clear(p.hairLit, 0.16 + 0.2 * random()), 0.007);
}

/**
 * Fronds swept back from the brow, ears like leaves, and two lights on stalks.
 *
 * @param {Palette} p
 */
function fronds(p) {
  const random = seeded(11);
  const tones = ramp(p.hairDark, p.hair, p.hairLit);
  const like = { width: 0.19, root: 0.1, tip: 0.02, tone: -0.02, tipTone: 0.34, shine: 0.42 };
  /** @type {(ctx: Ctx) => void} */
  const back = (ctx) => {
    for (const k of [-1, 1]) {
      /** @type {Point[]} */
      const near = [[0.1 * k, -0.9], [0.3 * k, -1.22], [0.56 * k, -1.42], [0.88 * k, -1.5]];
      /** @type {Point[]} */
      const far = [[0.66 * k, -0.4], [0.92 * k, -0.62], [1.14 * k, -0.84], [1.34 * k, -1.12]];
      const dim = { ...like, tone: -0.24 };
      for (const lock of locksBetween(near, far, 5, dim, random)) paintLock(ctx, lock, tones, random, 30);
      leafEar(ctx, p, k);
    }
  };
  /** @type {(ctx: Ctx) => void} */
  const front = (ctx) => {
    shape(ctx, CAP);
    ctx.fillStyle = p.hairDark;
    ctx.fill();
    for (const k of [-1, 1]) {
      /** @type {Point[]} */
      const near = [[0.07 * k, -0.62], [0.16 * k, -0.96], [0.32 * k, -1.24], [0.6 * k, -1.42]];
      /** @type {Point[]} */
      const far = [[0.77 * k, -0.14], [0.84 * k, -0.46], [0.94 * k, -0.72], [1.14 * k, -0.94]];
      for (const lock of locksBetween(near, far, 6, like, random)) paintLock(ctx, lock, tones, random, 34);
    }
    stalks(ctx, p);
    /** @type {Point[]} */
    const crest = [[0.01, -0.55], [0.03, -0.9], [-0.02, -1.22], [-0.16, -1.5]];
    paintLock(ctx, { ...like, spine: crest, width: 0.17, tone: 0.04 }, tones, random, 34);
  };
  return { back, front };
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {number} k
 */
function leafEar(ctx, p, k) {
  /** @type {Point[]} */
  const edge = [[0.5, 0.2], [0.74, -0.16], [1.06, -0.3], [1.36, -0.44], [1.26, -0.12], [1.06, 0.16], [0.7, 0.38]];
  shape(ctx, k > 0 ? edge : mirrored(edge));
  ctx.fillStyle = k > 0 ? p.shade : p.skin;
  ctx.fill();
  soft(ctx, [0.98 * k, -0.02], 0.24, 0.16, p.deep, 0.45, -0.6 * k);
  soft(ctx, [1.24 * k, -0.32], 0.2, 0.12, p.hairLit, 0.7, -0.6 * k);
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 */
function stalks(ctx, p) {
  for (const k of [-1, 1]) {
    /** @type {Point[]} */
    const path = [[0.2 * k, -1.0], [0.24 * k, -1.24], [0.34 * k, -1.42], [0.5 * k, -1.5]];
    line(ctx, path, p.hairDark, 0.05);
    line(ctx, path, p.hair, 0.03);
    soft(ctx, [0.52 * k, -1.5], 0.2, 0.2, p.rim, 0.75);
    soft(ctx, [0.52 * k, -1.5], 0.085, 0.085, "#ffffff", 1);
  }
}
