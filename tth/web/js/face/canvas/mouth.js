/** The mouth: two edges that are one line when it is shut, lips that follow them, teeth and tongue between. */

import { clamp, mix } from "../../life/ease.js";
import { across, along, line, ribbon, shape, soft } from "./brush.js";
import { blend, clear } from "./colour.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */
/** @typedef {import("./palettes.js").Palette} Palette */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("../arkit.js").Shapes} Shapes */

/**
 * @typedef {object} Form The mouth's measures in this picture, in head units.
 * @property {number} open How far jaw and lips are apart, 0 to 1.
 * @property {number} round How far the lips are rounded, 0 to 1.
 * @property {number} smile
 * @property {(u: number) => number} x From -1 (its right corner) to 1.
 * @property {(u: number) => number} top Edge of the upper lip.
 * @property {(u: number) => number} bottom Edge of the lower lip; never above `top`.
 * @property {number} upperLip Thickness.
 * @property {number} lowerLip Thickness.
 */

const MOUTH_Y = 0.645;
const HALF = 0.25;
const US = across(17);
const MIDDLE = 8;

/**
 * How far the jaw stands open once lips that stay shut are taken off: mouthClose counts up to jawOpen.
 *
 * @param {Shapes} w
 */
export function opening(w) {
  return w.jawOpen <= 0 ? 0 : w.jawOpen * (1 - Math.min(1, w.mouthClose / w.jawOpen));
}

/**
 * @param {Palette} p
 * @param {Shapes} w
 * @param {number} aside How far the jaw is to its left.
 * @returns {Form}
 */
function measure(p, w, aside) {
  const open = opening(w);
  const round = clamp(w.mouthPucker * 0.85 + w.mouthFunnel * 0.9);
  const press = (w.mouthPressLeft + w.mouthPressRight) / 2;
  const smile = (w.mouthSmileLeft + w.mouthSmileRight) / 2;
  const width = (/** @type {Side} */ s) =>
    HALF * (1 + 0.3 * s.smile + 0.24 * s.stretch + 0.1 * s.dimple - 0.06 * s.frown)
    * (1 - 0.46 * w.mouthPucker) * (1 - 0.26 * w.mouthFunnel) * (1 - 0.1 * open);
  const corner = (/** @type {Side} */ s) => -0.02 - 0.105 * s.smile + 0.1 * s.frown + 0.02 * s.stretch + 0.045 * open;
  const [left, right] = [sideOf(w, "Left"), sideOf(w, "Right")];
  const [half, rise] = [[width(right), width(left)], [corner(right), corner(left)]];
  const shift = aside * 0.8 + 0.1 * (w.mouthLeft - w.mouthRight);
  const side = (/** @type {number} */ u, /** @type {"up" | "down"} */ of) => mix(right[of], left[of], (u + 1) / 2);
  const bell = (/** @type {number} */ u) => Math.max(0, 1 - u * u) ** mix(mix(0.78, 0.58, open), 0.5, round);
  const lift = -0.045 * w.mouthShrugLower - 0.02 * w.mouthShrugUpper;
  const rest = (/** @type {number} */ u) => {
    const bow = 0.008 * Math.cos(u * 9) * (1 - Math.abs(u)) ** 2 * (1 - open);
    const out = Math.abs(u);
    return MOUTH_Y + 0.02 * open * (1 - out) + lift + (u < 0 ? rise[0] : rise[1]) * out ** 1.7 + bow;
  };
  // Shut lips are parted by raising or lowering one of them, too: showing teeth needs no jaw.
  const up = (/** @type {number} */ u) =>
    0.06 * side(u, "up") + 0.035 * w.mouthFunnel + (0.03 + 0.025 * w.mouthShrugUpper) * open;
  const down = (/** @type {number} */ u) =>
    0.07 * side(u, "down") + 0.035 * w.mouthFunnel * (0.4 + open) + (0.27 - 0.16 * w.mouthRollLower) * open;
  const apart = 1 - clamp(press * 1.6 + (w.mouthClose > 0 && open === 0 ? 1 : 0));
  const full = p.lipFull * (1 - 0.3 * press);
  const top = (/** @type {number} */ u) => rest(u) - up(u) * bell(u) * apart;
  return {
    open, round, smile, top,
    x: (u) => shift + (u < 0 ? half[0] : half[1]) * u,
    bottom: (u) => Math.max(top(u), rest(u) + down(u) * bell(u) * apart),
    upperLip: 0.05 * full * (1 - 0.68 * w.mouthRollUpper) * (1 + 0.3 * round) * (1 - 0.25 * smile) * (1 - 0.1 * open),
    lowerLip: 0.076 * full * (1 - 0.72 * w.mouthRollLower) * (1 + 0.28 * round) * (1 - 0.2 * smile)
      * (1 + 0.12 * w.jawForward),
  };
}

/** @typedef {{smile: number, frown: number, stretch: number, dimple: number, up: number, down: number}} Side */

/**
 * @param {Shapes} w
 * @param {"Left" | "Right"} name
 * @returns {Side}
 */
function sideOf(w, name) {
  return {
    smile: w[`mouthSmile${name}`], frown: w[`mouthFrown${name}`], stretch: w[`mouthStretch${name}`],
    dimple: w[`mouthDimple${name}`], up: w[`mouthUpperUp${name}`], down: w[`mouthLowerDown${name}`],
  };
}

/**
 * @param {Ctx} ctx
 * @param {Space} space
 * @param {Palette} p
 * @param {Shapes} w
 * @param {number} aside How far the jaw is to its left.
 */
export function drawMouth(ctx, space, p, w, aside) {
  const form = measure(p, w, aside);
  const push = 0.05 + 0.1 * form.round + 0.03 * w.jawForward;
  const at = (/** @type {number} */ x, /** @type {number} */ y) => space.face(x, y, push);
  const full = (/** @type {number} */ u) => Math.max(0, 1 - Math.abs(u) ** 1.9) ** 0.8;
  const bow = (/** @type {number} */ u) => full(u) * (1 - 0.26 * Math.exp(-((u / 0.17) ** 2)) * (1 - 0.6 * form.round));
  const inner = US.map((u) => at(form.x(u), form.top(u)));
  const innerLow = US.map((u) => at(form.x(u), form.bottom(u)));
  const outer = US.map((u) => at(form.x(u * 1.015), form.top(u) - form.upperLip * bow(u)));
  const outerLow = US.map((u) => at(form.x(u * 1.01), form.bottom(u) + form.lowerLip * full(u)));
  surround(ctx, p, w, form, at);
  const gap = form.bottom(0) - form.top(0);
  if (gap > 0.004) drawInside(ctx, p, w, form, at, inner, innerLow);
  drawLips(ctx, p, form, [outer, inner, innerLow, outerLow], at);
  drawSeam(ctx, p, inner, innerLow, gap);
  if (w.tongueOut > 0.05) drawTongue(ctx, p, w, form, at);
}

/** @typedef {(x: number, y: number) => Point} At */

/**
 * Shadows and hollows round the lips.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Shapes} w
 * @param {Form} form
 * @param {At} at
 */
function surround(ctx, p, w, form, at) {
  const low = form.bottom(0) + form.lowerLip;
  soft(ctx, at(form.x(0), 0.53), 0.05, 0.085, p.shade, 0.32);
  soft(ctx, at(form.x(-0.1), form.top(0) - form.upperLip - 0.018), 0.12, 0.03, p.lit, 0.4);
  soft(ctx, at(form.x(0), low + 0.04), form.x(0.7) - form.x(0), 0.055, p.shade, 0.55);
  for (const [k, dimple] of /** @type {const} */ ([[-1, w.mouthDimpleRight], [1, w.mouthDimpleLeft]])) {
    const [x, y] = [form.x(k), form.top(k)];
    soft(ctx, at(x + 0.022 * k, y + 0.004), 0.05, 0.055, p.deep, 0.16 + 0.3 * form.smile);
    soft(ctx, at(x + 0.065 * k, y - 0.005), 0.035, 0.06, p.deep, 0.5 * dimple, 0.3 * k);
  }
}

/**
 * Teeth fixed to the skull, teeth and tongue fixed to the jaw, and the dark behind.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Shapes} w
 * @param {Form} form
 * @param {At} at
 * @param {Point[]} inner
 * @param {Point[]} innerLow
 */
function drawInside(ctx, p, w, form, at, inner, innerLow) {
  const middle = form.x(0);
  const depth = form.bottom(0);
  ctx.save();
  ribbon(ctx, inner, innerLow);
  ctx.fillStyle = along(ctx, inner[MIDDLE], at(middle, Math.max(depth, form.top(0) + 0.06)), ["#2b0a12", "#6b222c"]);
  ctx.fill();
  ctx.clip();
  const jaw = MOUTH_Y + 0.27 * w.jawOpen;
  tongue(ctx, at, middle, jaw + 0.015 - 0.06 * w.tongueOut);
  const wide = Math.max(0.2, 0.4 * (form.x(1) - form.x(-1))) * (1 - 0.2 * form.round);
  const edge = MOUTH_Y + 0.024 + 0.02 * form.smile - 0.02 * form.round;
  const row = (/** @type {number} */ half, /** @type {number} */ y, /** @type {number} */ bend) =>
    US.map((u) => at(middle + half * u, y + bend * u * u));
  teeth(ctx, row(wide, MOUTH_Y - 0.1, 0), row(wide, edge, -0.022), p);
  const lower = jaw + 0.038;
  teeth(ctx, row(wide * 0.84, lower, 0.016), row(wide * 0.84, lower + 0.1, 0), p);
  line(ctx, inner, "rgba(40,6,16,0.34)", 0.05);
  line(ctx, inner, "rgba(40,6,16,0.3)", 0.022);
  ctx.restore();
}

/**
 * @param {Ctx} ctx
 * @param {Point[]} upper
 * @param {Point[]} lower
 * @param {Palette} p
 */
function teeth(ctx, upper, lower, p) {
  ribbon(ctx, upper, lower);
  const white = blend("#fffaf2", p.white, 0.5);
  const edge = blend(white, "#7a3a3c", 0.55);
  ctx.fillStyle = along(ctx, upper[0], upper[16], [edge, white, white, white, edge]);
  ctx.fill();
}

/**
 * @param {Ctx} ctx
 * @param {At} at
 * @param {number} x
 * @param {number} y
 */
function tongue(ctx, at, x, y) {
  const edge = [[-0.16, 0.09], [-0.1, 0.01], [0, 0.024], [0.1, 0.01], [0.16, 0.09], [0.11, 0.24], [-0.11, 0.24]];
  shape(ctx, edge.map(([dx, dy]) => at(x + dx, y + dy)));
  ctx.fillStyle = along(ctx, at(x, y - 0.02), at(x, y + 0.16), ["#e58279", "#a9434b"]);
  ctx.fill();
}

/**
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Form} form
 * @param {[Point[], Point[], Point[], Point[]]} edges From the top down.
 * @param {At} at
 */
function drawLips(ctx, p, form, [outer, inner, innerLow, outerLow], at) {
  const dark = blend(p.lip, "#4f1220", 0.42);
  ribbon(ctx, outer, inner);
  ctx.fillStyle = along(ctx, outer[MIDDLE], inner[MIDDLE], [blend(p.lip, p.skin, 0.42), p.lip, dark]);
  ctx.fill();
  ribbon(ctx, innerLow, outerLow);
  ctx.fillStyle = along(ctx, innerLow[MIDDLE], outerLow[MIDDLE], [
    blend(p.lip, dark, 0.35), blend(p.lip, p.lipLit, 0.4), p.lip, blend(p.lip, p.skin, 0.45),
  ]);
  ctx.fill();
  const low = form.bottom(0) + form.lowerLip * 0.44;
  const wide = form.x(0.5) - form.x(0);
  soft(ctx, at(form.x(-0.08), low), wide, form.lowerLip * 0.4, p.lipLit, 0.85);
  soft(ctx, at(form.x(-0.14), low - 0.004), wide * 0.45, form.lowerLip * 0.2, "#ffffff", 0.55);
  soft(ctx, at(form.x(-0.2), form.top(-0.2) - form.upperLip * 0.55), wide * 0.5, form.upperLip * 0.26, p.lipLit, 0.5);
}

/**
 * The line where the lips meet, and the corners.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Point[]} inner
 * @param {Point[]} innerLow
 * @param {number} gap
 */
function drawSeam(ctx, p, inner, innerLow, gap) {
  const dark = blend(p.deep, "#3f0c1a", 0.5);
  line(ctx, inner, clear(dark, gap < 0.012 ? 0.85 : 0.35), 0.012);
  if (gap >= 0.012) line(ctx, innerLow, clear(dark, 0.25), 0.009);
  for (const corner of [inner.slice(0, 3), inner.slice(-3)]) line(ctx, corner, clear(dark, 0.5), 0.017);
}

/**
 * The tongue between and over the lips.
 *
 * @param {Ctx} ctx
 * @param {Palette} p
 * @param {Shapes} w
 * @param {Form} form
 * @param {At} at
 */
function drawTongue(ctx, p, w, form, at) {
  const out = clamp(form.open * 6) * w.tongueOut;
  if (out < 0.05) return;
  const [x, y] = [form.x(0), form.bottom(0)];
  const wide = 0.1 + 0.02 * form.open;
  const reach = 0.02 + (form.lowerLip + 0.09) * out * w.tongueOut;
  const root = Math.max(form.top(0) + 0.012, y - 0.08);
  const edge = [
    [-wide * 0.9, root], [0, root - 0.008], [wide * 0.9, root], [wide, y], [wide * 0.72, y + reach * 0.8],
    [0, y + reach], [-wide * 0.72, y + reach * 0.8], [-wide, y],
  ];
  shape(ctx, edge.map(([dx, ty]) => at(x + dx, ty)));
  ctx.fillStyle = along(ctx, at(x, root), at(x, y + reach), ["#b94f55", "#ea8a80", "#d2686a"]);
  ctx.fill();
  line(ctx, [at(x, root + 0.02), at(x, y + reach * 0.6)], clear(p.deep, 0.25), 0.012);
}

