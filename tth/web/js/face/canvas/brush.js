/** Strokes, shapes and soft light on a canvas, in whatever units its transform gives. */

import { clear } from "./colour.js";

/** @typedef {CanvasRenderingContext2D} Ctx */
/** @typedef {[number, number]} Point */

const SPRITE_PX = 64;

/** @type {Map<string, HTMLCanvasElement>} */
const sprites = new Map();

/**
 * Make a canvas that is not on the page.
 *
 * @param {number} width
 * @param {number} height
 */
export function sheet(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.ceil(width));
  canvas.height = Math.max(1, Math.ceil(height));
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Ctx}
 */
export function pen(canvas) {
  return /** @type {Ctx} */ (canvas.getContext("2d"));
}

/**
 * A round blot that fades to nothing; kept for each colour, since gradients are what a canvas is slow at.
 *
 * @param {string} hex
 */
function sprite(hex) {
  let canvas = sprites.get(hex);
  if (!canvas) {
    canvas = sheet(SPRITE_PX, SPRITE_PX);
    const ctx = pen(canvas);
    const half = SPRITE_PX / 2;
    const fade = ctx.createRadialGradient(half, half, 0, half, half, half);
    for (let i = 0; i <= 8; i++) fade.addColorStop(i / 8, clear(hex, Math.cos((i / 8) * (Math.PI / 2)) ** 2));
    ctx.fillStyle = fade;
    ctx.fillRect(0, 0, SPRITE_PX, SPRITE_PX);
    sprites.set(hex, canvas);
  }
  return canvas;
}

/**
 * A soft blot of light or shadow.
 *
 * @param {Ctx} ctx
 * @param {Point} at
 * @param {number} rx
 * @param {number} ry
 * @param {string} hex
 * @param {number} alpha
 * @param {number} [turn] Radians.
 */
export function soft(ctx, [x, y], rx, ry, hex, alpha, turn = 0) {
  if (alpha <= 0.004) return;
  ctx.globalAlpha = Math.min(1, alpha);
  if (turn) {
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(turn);
    ctx.drawImage(sprite(hex), -rx, -ry, 2 * rx, 2 * ry);
    ctx.restore();
  } else ctx.drawImage(sprite(hex), x - rx, y - ry, 2 * rx, 2 * ry);
  ctx.globalAlpha = 1;
}

/**
 * Add a smooth curve through the points to the path.
 *
 * @param {Ctx} ctx
 * @param {Point[]} points
 * @param {boolean} [join] Go on from where the path is.
 */
export function curve(ctx, points, join = false) {
  const [x, y] = points[0];
  if (join) ctx.lineTo(x, y);
  else ctx.moveTo(x, y);
  for (let i = 0; i + 1 < points.length; i++) {
    const [from, to] = [points[i], points[i + 1]];
    const [before, after] = [points[i - 1] ?? from, points[i + 2] ?? to];
    ctx.bezierCurveTo(
      from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6,
      to[0], to[1],
    );
  }
}

/**
 * Begin a path that is a smooth closed shape.
 *
 * @param {Ctx} ctx
 * @param {Point[]} points
 */
export function shape(ctx, points) {
  const n = points.length;
  ctx.beginPath();
  ctx.moveTo(points[0][0], points[0][1]);
  for (let i = 0; i < n; i++) {
    const [before, from, to, after] = [points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n]];
    ctx.bezierCurveTo(
      from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6,
      to[0], to[1],
    );
  }
  ctx.closePath();
}

/**
 * Begin a path between two edges.
 *
 * @param {Ctx} ctx
 * @param {Point[]} edge
 * @param {Point[]} other In the same direction.
 */
export function ribbon(ctx, edge, other) {
  ctx.beginPath();
  curve(ctx, edge);
  curve(ctx, [...other].reverse(), true);
  ctx.closePath();
}

/**
 * Draw a line.
 *
 * @param {Ctx} ctx
 * @param {Point[]} points
 * @param {string | CanvasGradient} colour
 * @param {number} width
 */
export function line(ctx, points, colour, width) {
  ctx.beginPath();
  curve(ctx, points);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

/**
 * A gradient along a line.
 *
 * @param {Ctx} ctx
 * @param {Point} from
 * @param {Point} to
 * @param {string[]} colours At equal distances.
 */
export function along(ctx, from, to, colours) {
  const gradient = ctx.createLinearGradient(from[0], from[1], to[0], to[1]);
  colours.forEach((colour, i) => gradient.addColorStop(i / (colours.length - 1), colour));
  return gradient;
}

/**
 * The point at `share` of a smooth curve through points.
 *
 * @param {Point[]} points
 * @param {number} share 0 to 1.
 * @returns {Point}
 */
export function pointAt(points, share) {
  const place = Math.min(share, 0.9999) * (points.length - 1);
  const i = Math.floor(place);
  const t = place - i;
  const [a, b, c, d] = [points[i - 1] ?? points[i], points[i], points[i + 1], points[i + 2] ?? points[i + 1]];
  const part = (/** @type {0 | 1} */ k) =>
    0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t ** 2
      + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3);
  return [part(0), part(1)];
}

/**
 * Evenly spaced numbers from -1 to 1.
 *
 * @param {number} count
 */
export function across(count) {
  return Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));
}
