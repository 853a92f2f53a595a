/** Hair as painters do it: locks of many strands, each lit like a bent cylinder. */

import { mix } from "../../life/ease.js";
import { between } from "../../life/random.js";
import { across, pointAt } from "./brush.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */

/**
 * @typedef {object} Lock
 * @property {Point[]} spine From root to tip.
 * @property {number} width Half its breadth where it is broadest.
 * @property {number} root Its breadth at the root, as a share of the broadest.
 * @property {number} tip The same at the tip.
 * @property {number} tone Added to every strand's lightness.
 * @property {number} tipTone Added towards the tip.
 * @property {number} shine Where along it the light falls, 0 to 1.
 */

const STEPS = 24;

/** Where the light comes from. */
const LIGHT = [-0.6, -0.8];

/**
 * Paint one lock.
 *
 * @param {Ctx} ctx
 * @param {Lock} lock
 * @param {(tone: number) => string} colours
 * @param {() => number} random
 * @param {number} [count] Of strands.
 */
export function paintLock(ctx, lock, colours, random, count = 22) {
  const spine = Array.from({ length: STEPS + 1 }, (_, i) => pointAt(lock.spine, i / STEPS));
  const normals = spine.map((_, i) => normal(spine[Math.max(0, i - 1)], spine[Math.min(STEPS, i + 1)]));
  const widths = spine.map((_, i) => lock.width * profile(i / STEPS, lock));
  // The outermost strands first: the middle of the lock lies on top.
  const sides = across(count).sort((a, b) => Math.abs(b) - Math.abs(a));
  for (const side of sides) {
    const place = side + between(random, -0.06, 0.06);
    const jitter = between(random, -0.07, 0.07) + lock.tone;
    const shine = lock.shine + between(random, -0.06, 0.06);
    const path = spine.map((point, i) => offset(point, normals[i], widths[i] * place));
    for (let i = 0; i < STEPS; i++) {
      const towards = normals[i][0] * LIGHT[0] + normals[i][1] * LIGHT[1];
      const light = lightness(i / STEPS, place - 0.4 * towards, shine) + lock.tipTone * (i / STEPS) ** 2;
      ctx.strokeStyle = colours(light + jitter);
      ctx.lineWidth = Math.max(0.006, ((widths[i] + widths[i + 1]) / count) * 1.7);
      ctx.beginPath();
      ctx.moveTo(...path[i]);
      ctx.lineTo(...path[i + 1]);
      ctx.stroke();
    }
  }
}

/**
 * Locks between two guides, from the second to the first.
 *
 * @param {Point[]} near
 * @param {Point[]} far Of as many points.
 * @param {number} count
 * @param {Omit<Lock, "spine">} like
 * @param {() => number} random
 * @returns {Lock[]}
 */
export function locksBetween(near, far, count, like, random) {
  return Array.from({ length: count }, (_, i) => {
    const share = 1 - i / Math.max(1, count - 1);
    const sway = between(random, -0.03, 0.03);
    const spine = near.map(([x, y], k) => /** @type {Point} */ ([
      mix(x, far[k][0], share) + (sway * k) / near.length,
      mix(y, far[k][1], share) + (k === near.length - 1 ? between(random, -0.06, 0.06) : 0),
    ]));
    const tone = like.tone + between(random, -0.07, 0.07);
    return { ...like, spine, tone, shine: like.shine + between(random, -0.05, 0.05) };
  });
}

/**
 * @param {number} t
 * @param {Lock} lock
 */
function profile(t, { root, tip }) {
  const body = Math.sin(Math.PI * Math.min(1, t * 0.85 + 0.08)) ** 0.7;
  return t < 0.5 ? mix(root, 1, Math.min(1, body)) : mix(1, tip, ((t - 0.5) * 2) ** 1.3);
}

/**
 * @param {number} t Along the strand.
 * @param {number} side Across the lock, -1 to 1.
 * @param {number} shine
 */
function lightness(t, side, shine) {
  const round = 0.25 * Math.cos(side * 1.5);
  const band = 0.4 * Math.exp(-(((t - shine) / 0.13) ** 2)) * (1 - 0.6 * side * side);
  const sheen = 0.16 * Math.exp(-(((t - shine - 0.4) / 0.16) ** 2));
  return 0.24 + round + band + sheen - 0.1 * (1 - t) ** 4 - 0.08 * t;
}

/**
 * @param {Point} from
 * @param {Point} to
 * @returns {Point}
 */
function normal([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  return [(y1 - y0) / length, (x0 - x1) / length];
}

/**
 * @param {Point} point
 * @param {Point} direction
 * @param {number} distance
 * @returns {Point}
 */
function offset([x, y], [dx, dy], distance) {
  return [x + dx * distance, y + dy * distance];
}
