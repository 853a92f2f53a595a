/** What is behind the figure: a wall of light in the palette's colours. */

import { between, seeded } from "../../life/random.js";
import { pen, sheet, soft } from "./brush.js";

/**
 * Paint the backdrop for a canvas.
 *
 * @param {import("./palettes.js").Palette} palette
 * @param {"light" | "dark"} scheme
 * @param {number} width
 * @param {number} height
 * @param {{x: number, y: number, unit: number}} head Centre and size of the head, in pixels.
 */
export function paintBackdrop(palette, scheme, width, height, head) {
  const canvas = sheet(width, height);
  const ctx = pen(canvas);
  const [light, middle, edge] = scheme === "dark" ? palette.night : palette.day;
  // To the corner that is farthest away and a little on: a head that stands aside leaves no dark end.
  const reach = 1.24 * Math.hypot(Math.max(head.x, width - head.x), Math.max(head.y, height - head.y));
  const glow = ctx.createRadialGradient(
    head.x - head.unit * 0.7, head.y - head.unit * 0.5, 0, head.x, head.y, Math.max(reach, head.unit * 3.4),
  );
  glow.addColorStop(0, light);
  glow.addColorStop(0.42, middle);
  glow.addColorStop(1, edge);
  ctx.fillStyle = glow;
  ctx.fillRect(0, 0, width, height);
  bokeh(ctx, palette, scheme, width, height);
  const halo = head.unit * 2.1;
  const place = /** @type {[number, number]} */ ([head.x - 0.1 * head.unit, head.y - 0.3 * head.unit]);
  soft(ctx, place, halo, halo, scheme === "dark" ? light : "#ffffff", 0.4);
  return canvas;
}

/**
 * Lights out of focus, few and faint.
 *
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("./palettes.js").Palette} palette
 * @param {"light" | "dark"} scheme
 * @param {number} width
 * @param {number} height
 */
function bokeh(ctx, palette, scheme, width, height) {
  const random = seeded(21);
  const strength = scheme === "dark" ? 0.16 : 0.3;
  const colour = scheme === "dark" ? palette.rim : "#ffffff";
  for (let i = 0; i < 22; i++) {
    const size = Math.min(width, height) * between(random, 0.04, 0.17);
    const x = between(random, 0, width);
    const y = between(random, 0, height * 0.95);
    soft(ctx, [x, y], size, size, colour, strength * between(random, 0.2, 1));
  }
}
