/** A painted face on a plain 2D canvas: works everywhere, costs little. */

import { NAMES, named } from "../arkit.js";
import { placeOn } from "../place.js";
import { paintBackdrop } from "./backdrop.js";
import { drawBrows, drawGlasses, drawNose, paintNose } from "./brows.js";
import { FLOOR, paintBust } from "./bust.js";
import { drawBeard } from "./crop.js";
import { drawEyes, paintIris } from "./eyes.js";
import { paintHair } from "./hair.js";
import { drawMouth } from "./mouth.js";
import { paletteOf } from "./palettes.js";
import { JAW_DROP, drawEars, fillFace, modelFace, outline, paintSkin } from "./skin.js";
import { Space, shadowOf } from "./space.js";

/** @typedef {import("../renderer.js").Look} Look */
/** @typedef {import("../renderer.js").Pose} Pose */
/** @typedef {import("./brush.js").Ctx} Ctx */

/** Largest picture that is painted; a larger canvas shows it enlarged. */
const MOST_PIXELS = 1_700_000;

/** A head larger than this, in pixels to a unit, is painted coarsely first: a face at once, finished a second later. */
const LARGE = 120;
const SKETCH = 0.5;
const SKETCHED_MS = 1000;

/** How fast the head glides to another place: within this time to a third of the way that is left. */
const GLIDE_MS = 120;

/**
 * Everything that is painted once for a look and a size.
 *
 * @param {import("./palettes.js").Palette} palette
 * @param {number} perUnit
 */
function paintParts(palette, perUnit) {
  const hair = paintHair(palette, perUnit);
  return {
    hair,
    shadow: shadowOf(hair.front, palette.deep),
    ...paintBust(palette, perUnit),
    skin: paintSkin(palette, perUnit),
    nose: paintNose(palette, perUnit),
    iris: paintIris(palette),
  };
}

/**
 * @param {HTMLElement} host
 * @param {Look} look
 * @returns {import("../renderer.js").Renderer | null}
 */
export function create(host, look) {
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d", { alpha: false });
  if (!ctx) return null;
  host.append(canvas);
  return new CanvasFace(canvas, ctx, look);
}

class CanvasFace {
  ready = Promise.resolve();

  #canvas;
  #ctx;
  #look;
  #palette;
  #space = new Space();
  #body = new Space();
  #shapes = /** @type {import("../arkit.js").Shapes} */ (Object.fromEntries(NAMES.map((name) => [name, 0])));
  /** @type {import("../place.js").Place} */
  #head = { x: 0, y: 0, unit: 0 };
  #goal = this.#head;
  #drawnMs = 0;
  /** @type {import("../renderer.js").Room | null} */
  #room = null;
  /** @type {ReturnType<typeof paintParts> | null} */
  #parts = null;
  #partsUnit = 0;
  #begunMs = 0;
  /** @type {HTMLCanvasElement | null} */
  #backdrop = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Ctx} ctx
   * @param {Look} look
   */
  constructor(canvas, ctx, look) {
    this.#canvas = canvas;
    this.#ctx = ctx;
    this.#look = look;
    this.#palette = paletteOf(look);
    this.resize();
  }

  /** @param {Look} look */
  setLook(look) {
    this.#look = look;
    this.#palette = paletteOf(look);
    this.#parts = null;
    this.#backdrop = null;
  }

  resize() {
    const { clientWidth, clientHeight } = this.#canvas;
    const ratio = Math.min(2, devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / Math.max(1, clientWidth * clientHeight)));
    const [width, height] = [clientWidth, clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
    if (width === this.#canvas.width && height === this.#canvas.height && this.#backdrop) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#backdrop = null;
    this.frame(this.#room);
    this.#head = { ...this.#goal };
  }

  /** @param {import("../renderer.js").Room | null} room */
  frame(room) {
    this.#room = room;
    this.#goal = placeOn(this.#canvas, room);
  }

  destroy() {
    this.#parts = null;
    this.#backdrop = null;
    this.#canvas.width = this.#canvas.height = 1;
    this.#canvas.remove();
  }

  /**
   * @param {Pose} pose
   * @param {number} nowMs
   */
  draw(pose, nowMs) {
    const parts = this.#prepare(nowMs);
    this.#glide(nowMs);
    const ctx = this.#ctx;
    const w = named(pose.weights, this.#shapes);
    const { yaw, pitch, roll } = pose.head;
    this.#space.turn(yaw, pitch);
    this.#body.turn(yaw * 0.22, pitch * 0.12);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(/** @type {HTMLCanvasElement} */ (this.#backdrop), 0, 0);
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    const lift = -0.022 * pose.breath;
    this.#place(roll, lift * 0.5);
    this.#space.layer(ctx, parts.hair.back, -0.42);
    drawEars(ctx, this.#space, this.#palette);
    this.#place(roll * 0.25, lift);
    this.#body.layer(ctx, parts.neck, 0);
    this.#drawBody(parts, pose.breath);
    this.#place(roll, lift * 0.5);
    this.#drawHead(parts, w, pose, nowMs);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
  }

  /**
   * Paint what is missing since the look or the size changed.
   *
   * @param {number} nowMs
   */
  #prepare(nowMs) {
    this.#begunMs ||= nowMs;
    const sketch = this.#goal.unit > LARGE && nowMs - this.#begunMs < SKETCHED_MS;
    const unit = this.#goal.unit * (sketch ? SKETCH : 1);
    const off = unit / (this.#partsUnit || 1);
    if (!this.#parts || off > 1.3 || off < 0.6) {
      this.#partsUnit = Math.max(40, unit);
      this.#parts = paintParts(this.#palette, this.#partsUnit);
    }
    const { width, height } = this.#canvas;
    this.#backdrop ??= paintBackdrop(this.#palette, this.#look.scheme, width, height, this.#goal);
    return this.#parts;
  }

  /** @param {number} nowMs */
  #glide(nowMs) {
    const share = 1 - Math.exp((this.#drawnMs - nowMs) / GLIDE_MS);
    this.#drawnMs = nowMs;
    const [from, to] = [this.#head, this.#goal];
    for (const part of /** @type {const} */ (["x", "y", "unit"])) from[part] += (to[part] - from[part]) * share;
  }

  /**
   * Put the origin of head units where the head is, leaning about the neck.
   *
   * @param {number} roll
   * @param {number} lift
   */
  #place(roll, lift) {
    const { x, y, unit } = this.#head;
    const pivot = 0.9;
    this.#ctx.setTransform(unit, 0, 0, unit, x, y + lift * unit);
    this.#ctx.translate(0, pivot);
    this.#ctx.rotate(roll);
    this.#ctx.translate(0, -pivot);
  }

  /**
   * @param {ReturnType<typeof paintParts>} parts
   * @param {number} breath
   */
  #drawBody(parts, breath) {
    const ctx = this.#ctx;
    const swell = 1 + 0.011 * breath;
    ctx.save();
    ctx.translate(0, FLOOR);
    ctx.scale(1 + 0.005 * breath, swell);
    ctx.translate(0, -FLOOR);
    this.#body.plane(ctx, 0.1, () => {
      const { canvas, x, y, width, height } = parts.body;
      ctx.drawImage(canvas, x, y, width, height);
      // Where the room is low, the figure is small and would end above the picture's lower edge.
      ctx.drawImage(canvas, 0, canvas.height - 2, canvas.width, 1, x, y + height - 0.02, width, FLOOR);
    });
    ctx.restore();
  }

  /**
   * @param {ReturnType<typeof paintParts>} parts
   * @param {import("../arkit.js").Shapes} w
   * @param {Pose} pose
   * @param {number} nowMs
   */
  #drawHead(parts, w, pose, nowMs) {
    const [ctx, space, palette] = [this.#ctx, this.#space, this.#palette];
    const drop = JAW_DROP * w.jawOpen - 0.02 * w.mouthShrugLower;
    const aside = 0.06 * (w.jawLeft - w.jawRight);
    ctx.save();
    fillFace(ctx, space, parts.skin, outline(space, palette, w, drop, aside), drop, aside);
    modelFace(ctx, space, palette, w, drop);
    if (palette.beard) drawBeard(ctx, space, palette, drop);
    drawNose(ctx, space, palette, w, parts.nose);
    drawEyes(ctx, space, palette, w, pose.gaze, parts.iris, nowMs);
    drawMouth(ctx, space, palette, w, aside);
    ctx.globalAlpha = 0.5;
    space.plane(ctx, 0.5, () => {
      const { canvas, x, y, width, height } = parts.shadow;
      ctx.drawImage(canvas, x + 0.035, y + 0.075, width, height);
    });
    ctx.globalAlpha = 1;
    drawBrows(ctx, space, palette, w);
    ctx.restore();
    if (palette.glasses) drawGlasses(ctx, space, palette);
    space.layer(ctx, parts.hair.front, 0.28);
  }
}
