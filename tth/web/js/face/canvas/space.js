/**
 * Where a point of the head lies on the canvas.
 *
 * Head units: the face is about 1.5 wide and the chin is at y = 1; x to the character's left (right on the canvas),
 * y down, z towards the viewer. Points are turned by yaw and pitch here; the canvas's transform does size, roll and
 * place.
 */

import { sheet, pen } from "./brush.js";

/** @typedef {import("./brush.js").Ctx} Ctx */
/** @typedef {import("./brush.js").Point} Point */

/**
 * A picture with its place in head units.
 *
 * @typedef {{canvas: HTMLCanvasElement, x: number, y: number, width: number, height: number}} Layer
 */

const NECK_Y = 0.78;
const NECK_Z = -0.12;
const PERSPECTIVE = 0.055;

/** Turns points and layers with the head. */
export class Space {
  #sinYaw = 0;
  #cosYaw = 1;
  #sinPitch = 0;
  #cosPitch = 1;

  /**
   * @param {number} yaw
   * @param {number} pitch
   */
  turn(yaw, pitch) {
    [this.#sinYaw, this.#cosYaw] = [Math.sin(yaw), Math.cos(yaw)];
    [this.#sinPitch, this.#cosPitch] = [Math.sin(pitch), Math.cos(pitch)];
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} [z]
   * @returns {Point}
   */
  at(x, y, z = 0) {
    const depth = z - NECK_Z;
    const turnedX = x * this.#cosYaw + depth * this.#sinYaw;
    const turnedZ = depth * this.#cosYaw - x * this.#sinYaw;
    const height = y - NECK_Y;
    const turnedY = height * this.#cosPitch + turnedZ * this.#sinPitch;
    const near = 1 + (turnedZ - depth - height * this.#sinPitch) * PERSPECTIVE;
    return [turnedX * near, NECK_Y + turnedY * near];
  }

  /**
   * A point on the face.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} [lift] Above the skin.
   */
  face(x, y, lift = 0) {
    const round = 1 - 0.85 * (x / 0.86) ** 2 - 0.75 * ((y - 0.1) / 1.3) ** 2;
    return this.at(x, y, 0.72 * Math.sqrt(Math.max(0, round)) + lift);
  }

  /**
   * Run a drawing in coordinates that lie in a flat plane of the head at depth z.
   *
   * @param {Ctx} ctx
   * @param {number} z
   * @param {() => void} draw
   */
  plane(ctx, z, draw) {
    const [x0, y0] = this.at(0, 0, z);
    const [x1, y1] = this.at(1, 0, z);
    const [x2, y2] = this.at(0, 1, z);
    ctx.save();
    ctx.transform(x1 - x0, y1 - y0, x2 - x0, y2 - y0, x0, y0);
    draw();
    ctx.restore();
  }

  /**
   * Draw a layer as a plane at depth z.
   *
   * @param {Ctx} ctx
   * @param {Layer} layer
   * @param {number} z
   */
  layer(ctx, layer, z) {
    this.plane(ctx, z, () => ctx.drawImage(layer.canvas, layer.x, layer.y, layer.width, layer.height));
  }
}

/**
 * Paint a layer once.
 *
 * @param {number} perUnit Pixels for a head unit.
 * @param {[number, number, number, number]} box x, y, width, height in head units.
 * @param {(ctx: Ctx) => void} paint
 * @returns {Layer}
 */
export function layer(perUnit, [x, y, width, height], paint) {
  const canvas = sheet(width * perUnit, height * perUnit);
  const ctx = pen(canvas);
  ctx.scale(perUnit, perUnit);
  ctx.translate(-x, -y);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  paint(ctx);
  return { canvas, x, y, width, height };
}

/**
 * The outline of a layer as a soft shadow.
 *
 * @param {Layer} source
 * @param {string} colour
 * @returns {Layer}
 */
export function shadowOf(source, colour) {
  // Shrinking and growing again is a blur that every browser has.
  const small = sheet(source.canvas.width / 10, source.canvas.height / 10);
  const ctx = pen(small);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(source.canvas, 0, 0, small.width, small.height);
  ctx.globalCompositeOperation = "source-in";
  ctx.fillStyle = colour;
  ctx.fillRect(0, 0, small.width, small.height);
  return { ...source, canvas: small };
}
