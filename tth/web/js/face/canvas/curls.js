/** Close curls: many small rings, those in the light on top. */

import { between, seeded } from "../../life/random.js";
import { shape } from "./brush.js";
import { ramp } from "./colour.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */

/** @type {Point[]} */
const BACK = [
  [0, -1.55], [0.5, -1.45], [0.92, -1.16], [1.18, -0.72], [1.18, -0.16], [1.02, 0.26], [0.78, 0.36],
  [-0.78, 0.36], [-1.02, 0.26], [-1.18, -0.16], [-1.18, -0.72], [-0.92, -1.16], [-0.5, -1.45],
];

/**
 * The hairline from temple to temple, and the outline back.
 *
 * @type {Point[]}
 */
const FRONT = [
  [-0.84, 0.0], [-0.78, -0.3], [-0.66, -0.54], [-0.4, -0.66], [-0.1, -0.62], [0.22, -0.6], [0.5, -0.58], [0.7, -0.46],
  [0.79, -0.24], [0.84, 0.02], [1.06, -0.1], [1.14, -0.6], [0.9, -1.08], [0.5, -1.36], [0, -1.47], [-0.5, -1.36],
  [-0.9, -1.08], [-1.14, -0.6], [-1.06, -0.1],
];

/**
 * @param {import("./palettes.js").Palette} p
 */
export function curls(p) {
  const tones = ramp(p.hairDark, p.hair, p.hairLit);
  /** @type {(ctx: Ctx) => void} */
  const back = (ctx) => mass(ctx, BACK, tones, seeded(3), 420, -0.2);
  /** @type {(ctx: Ctx) => void} */
  const front = (ctx) => mass(ctx, FRONT, tones, seeded(8), 620, 0);
  return { back, front };
}

/**
 * Fill a shape with curls that hang over its edge a little.
 *
 * @param {Ctx} ctx
 * @param {Point[]} edge
 * @param {(tone: number) => string} tones
 * @param {() => number} random
 * @param {number} count
 * @param {number} tone
 */
function mass(ctx, edge, tones, random, count, tone) {
  shape(ctx, edge);
  ctx.fillStyle = tones(0.12);
  ctx.fill();
  /** @type {Point[]} */
  const places = [];
  const ratio = ctx.getTransform();
  while (places.length < count) {
    const [x, y] = [between(random, -1.2, 1.2), between(random, -1.55, 0.4)];
    if (ctx.isPointInPath(x * ratio.a + ratio.e, y * ratio.d + ratio.f)) places.push([x, y]);
  }
  // From below and the right upwards to the light.
  places.sort((a, b) => b[1] + 0.4 * b[0] - (a[1] + 0.4 * a[0]) + between(random, -0.25, 0.25));
  for (const [x, y] of places) curl(ctx, x, y, tones, random, tone + 0.17 * (-y - 0.55) - 0.13 * x);
}

/**
 * @param {Ctx} ctx
 * @param {number} x
 * @param {number} y
 * @param {(tone: number) => string} tones
 * @param {() => number} random
 * @param {number} tone
 */
function curl(ctx, x, y, tones, random, tone) {
  const size = between(random, 0.05, 0.105);
  const turn = between(random, 0, 6.28);
  const flat = between(random, 0.6, 0.95);
  for (const [width, lift, shift] of [[0.05, -0.12, 0.012], [0.036, 0.14, 0], [0.014, 0.4, -0.008]]) {
    ctx.beginPath();
    ctx.ellipse(x + shift, y + shift, size, size * flat, turn, 0, 4.6);
    ctx.lineWidth = width;
    const light = 0.16 * Math.cos(turn + 2.3);
    ctx.strokeStyle = tones(0.22 + tone + lift * 0.8 + light);
    ctx.stroke();
  }
}
