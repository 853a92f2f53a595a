/** Eyes: balls that look, lids that close, lashes. */

import { clamp, mix } from "../../life/ease.js";
import { across, along, line, pen, ribbon, sheet, soft } from "./brush.js";
import { blend, clear } from "./colour.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("../arkit.js").Shapes} Shapes */
/** @typedef {{x: number, y: number}} Aim */

/**
 * @typedef {object} Eye One eye's measures in this picture.
 * @property {1 | -1} side 1 is the character's left.
 * @property {number} lid How far it is closed, 0 to 1.
 * @property {Point[]} open Edge of the upper lid were it open.
 * @property {Point[]} upper Edge of the upper lid.
 * @property {Point[]} lower Edge of the lower lid.
 * @property {Point[]} crease
 * @property {Point} iris Its centre.
 * @property {number} squash How much it is turned to the side, as a factor of its breadth.
 */

export const EYE_X = 0.338;
export const EYE_Y = 0.055;
const HALF = 0.226;
const IRIS = 0.136;
const IRIS_PX = 160;
const US = across(15);

/**
 * Paint an iris once; its light falls through from above and gathers below.
 *
 * @param {Palette} p
 */
export function paintIris(p) {
  const canvas = sheet(IRIS_PX, IRIS_PX);
  const ctx = pen(canvas);
  ctx.scale(IRIS_PX / 2.04, IRIS_PX / 2.04);
  ctx.translate(1.02, 1.02);
  const disc = (/** @type {number} */ r, /** @type {string | CanvasGradient} */ fill) => {
    ctx.fillStyle = fill;
    ctx.beginPath();
    ctx.arc(0, 0, r, 0, 7);
    ctx.fill();
  };
  const depth = ctx.createRadialGradient(0, 0.3, 0.1, 0, 0, 1);
  depth.addColorStop(0, p.irisLit);
  depth.addColorStop(0.45, p.iris);
  depth.addColorStop(0.78, blend(p.iris, p.irisDark, 0.45));
  depth.addColorStop(0.93, p.irisDark);
  disc(1, depth);
  for (let i = 0; i < 56; i++) {
    const turn = (i / 56) * 6.283 + 0.05 * Math.sin(i * 7.3);
    const far = 0.72 + 0.14 * Math.sin(i * 12.9);
    line(ctx, [[Math.cos(turn) * 0.4, Math.sin(turn) * 0.4], [Math.cos(turn) * far, Math.sin(turn) * far]],
      clear(i % 3 ? p.irisLit : p.irisDark, 0.26), 0.032);
  }
  const shadow = along(ctx, [0, -1], [0, 0.5], [clear(p.irisDark, 0.95), clear(p.irisDark, 0)]);
  disc(1, shadow);
  soft(ctx, [0.05, 0.6], 0.62, 0.36, p.irisLit, 0.65 + 0.35 * p.glow);
  disc(0.45, "#0b0910");
  if (p.glow) soft(ctx, [0, 0], 0.36, 0.36, p.iris, 0.6 * p.glow);
  return canvas;
}

/**
 * Where both eyes look, from weights and the gaze of the pose.
 *
 * @param {Shapes} w
 * @param {Aim} gaze
 * @returns {{left: Aim, right: Aim}}
 */
export function aims(w, gaze) {
  const aim = (/** @type {number} */ x, /** @type {number} */ y) => ({
    x: clamp(x + gaze.x, -1, 1),
    y: clamp(y + gaze.y, -1, 1),
  });
  return {
    left: aim(w.eyeLookOutLeft - w.eyeLookInLeft, w.eyeLookUpLeft - w.eyeLookDownLeft),
    right: aim(w.eyeLookInRight - w.eyeLookOutRight, w.eyeLookUpRight - w.eyeLookDownRight),
  };
}

/**
 * @param {Space} space
 * @param {Palette} p
 * @param {1 | -1} side
 * @param {Aim} aim
 * @param {{blink: number, wide: number, squint: number, cheek: number, brow: number, inner: number}} w
 * @returns {Eye}
 */
function measure(space, p, side, aim, w) {
  // The upper lid goes along with the eye, two thirds of the way.
  const down = Math.max(0, -aim.y) * 0.5;
  const squint = clamp(w.squint * 0.85 + w.cheek * 0.5);
  const lid = clamp(w.blink + (1 - w.blink) * down * 0.72);
  const high = 0.168 * p.eye * (1 + 0.34 * w.wide - 0.22 * squint + 0.14 * Math.max(0, aim.y) - 0.16 * w.brow);
  const low = 0.098 * p.eye * (1 - 0.6 * squint + 0.1 * w.wide + 0.1 * Math.max(0, -aim.y));
  const shut = 0.05 * p.eye * (1 - 0.9 * squint);
  const slant = (/** @type {number} */ u) => 0.012 - 0.024 * u + 0.05 * w.inner * (u + 0.2) - 0.05 * w.brow * (u - 0.6);
  const rise = (/** @type {number} */ u) => Math.max(0, 1 - u * u) ** 0.58 * (1 - 0.12 * u);
  const sag = (/** @type {number} */ u) => Math.max(0, 1 - u * u) ** 0.75 * (1 + 0.16 * u);
  const x = (/** @type {number} */ u) => side * (EYE_X + HALF * p.eye * u);
  const at = (/** @type {number} */ u, /** @type {number} */ y) => space.face(x(u), EYE_Y + y);
  const tilt = (/** @type {number} */ u) => slant(u) * (1 - lid * 0.5);
  const upper = (/** @type {number} */ u) => at(u, tilt(u) + mix(-high * rise(u), shut * sag(u), lid));
  const lower = (/** @type {number} */ u) => at(u, tilt(u) + mix(low, shut, lid) * sag(u));
  const fold = high * (1 - 0.24 * lid) + 0.058 - 0.02 * w.brow;
  const [irisX, irisY] = space.face(side * (EYE_X - 0.012) + aim.x * 0.088, EYE_Y - 0.026 - aim.y * 0.072, 0.02);
  return {
    side, lid,
    open: US.map((u) => at(u, slant(u) - high * rise(u))),
    upper: US.map(upper),
    lower: US.map(lower),
    crease: US.map((u) => at(u * 1.04, slant(u) - fold * rise(u * 0.985) - 0.002)),
    iris: [irisX, irisY],
    squash: Math.cos(aim.x * 0.5),
  };
}

/**
 * Draw both eyes.
 *
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 * @param {Aim} gaze
 * @param {HTMLCanvasElement} iris
 * @param {number} nowMs
 */
export function drawEyes(ctx, space, p, w, gaze, iris, nowMs) {
  const { left, right } = aims(w, gaze);
  const inner = clamp(w.browInnerUp - 0.35);
  const eyes = [
    measure(space, p, -1, right, {
      blink: w.eyeBlinkRight, wide: w.eyeWideRight, squint: w.eyeSquintRight, cheek: w.cheekSquintRight,
      brow: w.browDownRight, inner,
    }),
    measure(space, p, 1, left, {
      blink: w.eyeBlinkLeft, wide: w.eyeWideLeft, squint: w.eyeSquintLeft, cheek: w.cheekSquintLeft,
      brow: w.browDownLeft, inner,
    }),
  ];
  const pupil = 1 + 0.03 * Math.sin(nowMs / 1900);
  for (const eye of eyes) {
    drawLid(ctx, p, eye);
    if (eye.lid < 0.985) drawBall(ctx, p, eye, iris, pupil);
    drawLashes(ctx, p, eye);
  }
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Eye} eye
 */
function drawLid(ctx, p, { side, lid, open, upper, crease }) {
  const middle = 7;
  ribbon(ctx, crease, upper);
  const shade = side < 0 ? 0.16 : 0.34;
  ctx.fillStyle = along(ctx, crease[middle], upper[middle], [
    blend(p.skin, p.shade, 0.62), blend(p.skin, p.shade, shade), blend(p.lit, p.skin, 0.5 + 0.4 * shade),
  ]);
  ctx.fill();
  line(ctx, crease.slice(1, -1), clear(p.deep, 0.42), 0.011);
  if (lid > 0.3) soft(ctx, open[middle], 0.15, 0.05, p.lit, 0.35 * lid);
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Eye} eye
 * @param {HTMLCanvasElement} picture
 * @param {number} pupil
 */
function drawBall(ctx, p, { side, upper, lower, iris, squash }, picture, pupil) {
  ctx.save();
  ribbon(ctx, upper, lower);
  const [top, bottom] = [upper[7], lower[7]];
  ctx.fillStyle = along(ctx, top, bottom, [
    blend(p.white, p.shade, 0.42), p.white, p.white, blend(p.white, p.blush, 0.16),
  ]);
  ctx.fill();
  ctx.clip();
  const inner = upper[0];
  soft(ctx, [inner[0] + 0.014 * side, inner[1] + 0.006], 0.045, 0.04, p.blush, 0.7);
  const [x, y] = iris;
  const [rx, ry] = [IRIS * p.eye * squash * pupil, IRIS * p.eye * pupil];
  ctx.drawImage(picture, x - rx, y - ry, 2 * rx, 2 * ry);
  line(ctx, upper.map(([ux, uy]) => [ux, uy + 0.012]), clear(blend(p.deep, "#1a0c1c", 0.5), 0.26), 0.06);
  line(ctx, upper, clear("#1a0c1c", 0.22), 0.035);
  // Catchlights stay with the light while the eye turns: from the window upper left, and its echo.
  soft(ctx, [x - 0.045 * p.eye, y - 0.048 * p.eye], 0.062, 0.068, "#ffffff", 0.55);
  ctx.fillStyle = "rgba(255,255,255,0.96)";
  ctx.beginPath();
  ctx.ellipse(x - 0.045 * p.eye, y - 0.048 * p.eye, 0.03 * p.eye, 0.034 * p.eye, -0.4, 0, 7);
  ctx.fill();
  ctx.fillStyle = "rgba(255,255,255,0.6)";
  ctx.beginPath();
  ctx.arc(x + 0.048 * p.eye, y + 0.05 * p.eye, 0.013 * p.eye, 0, 7);
  ctx.fill();
  ctx.restore();
  line(ctx, lower.slice(1), clear(p.deep, 0.38), 0.011);
  line(ctx, lower.slice(3, -2).map(([lx, ly]) => [lx, ly + 0.017]), clear(p.lit, 0.45), 0.011);
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Eye} eye
 */
function drawLashes(ctx, p, { side, lid, upper }) {
  const thick = (/** @type {number} */ u) => 0.011 + 0.024 * p.lash * clamp((u + 1) / 1.5) ** 1.4;
  const wing = (/** @type {number} */ u) => Math.max(0, u - 0.7) / 0.3;
  /** @type {Point[]} */
  const outer = upper.map(([x, y], i) => {
    const u = US[i];
    return [x + side * 0.03 * wing(u), y - thick(u) * (1 - 0.75 * lid) - 0.018 * wing(u) * (1 - 1.6 * lid)];
  });
  /** @type {Point[]} */
  const edge = upper.map(([x, y], i) => [x + side * 0.02 * wing(US[i]), y + 0.006 + thick(US[i]) * 0.75 * lid]);
  ribbon(ctx, outer, edge);
  ctx.fillStyle = blend(p.hairDark, "#120810", 0.4);
  ctx.fill();
  for (const [i, length] of [[11, 0.05], [12, 0.062], [13, 0.068]]) {
    const [[x0, y0], [x1, y1]] = [outer[i - 1], outer[i]];
    const reach = length * p.lash;
    /** @type {Point} */
    const tip = [x1 + side * reach * 0.95, y1 - reach * 0.62 * (1 - 1.9 * lid)];
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.quadraticCurveTo(x1 + side * reach * 0.3, y1 - reach * 0.1 * (1 - 1.9 * lid), tip[0], tip[1]);
    ctx.quadraticCurveTo(x1 + side * reach * 0.5, y1 + 0.012, x1, y1 + 0.012);
    ctx.fill();
  }
}
