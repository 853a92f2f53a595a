/** A head sculpted as a distance function, drawn with WebGL2: no library, no asset. */

import { placeOn } from "../place.js";
import { DISTANCE, EYE_LEVEL, turnOf, viewOf } from "./camera.js";
import { packForm } from "./form.js";
import { characterOf } from "./forms.js";
import { Pace } from "./pace.js";
import { Scene } from "./scene.js";
import { Sculptor } from "./sculptor.js";
import { linear } from "./tint.js";

/** @typedef {import("../renderer.js").Look} Look */
/** @typedef {import("../renderer.js").Pose} Pose */

/** Largest picture that is drawn; a larger canvas shows it enlarged. */
const MOST_PIXELS = 2_600_000;

/** How fast the head glides to another place: within this time to a third of the way that is left. */
const GLIDE_MS = 120;

/** How much hair lags behind the head. */
const LAG_MS = 110;

/**
 * @param {HTMLElement} host
 * @param {Look} look
 * @returns {import("../renderer.js").Renderer | null} Null without WebGL2 or without tables of floats.
 */
export function create(host, look) {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { antialias: false, powerPreference: "low-power" });
  if (!gl?.getExtension("EXT_color_buffer_float")) return null;
  host.append(canvas);
  return new SculptedFace(canvas, gl, look);
}

class SculptedFace {
  /** @type {Promise<void>} */
  ready;

  #canvas;
  #scene;
  #sculptor = new Sculptor();
  #look;
  /** @type {import("./forms.js").Character & {name: string} | null} */
  #who = null;
  #pace = new Pace();
  #scale = 1;
  /** @type {import("../renderer.js").Room | null} */
  #room = null;
  #head = { x: 0, y: 0, unit: 0 };
  #goal = this.#head;
  #drawnMs = 0;
  #lag = { yaw: 0, pitch: 0, roll: 0 };
  #sculpting = 0;
  #fine = true;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./gl.js").GL} gl
   * @param {Look} look
   */
  constructor(canvas, gl, look) {
    this.#canvas = canvas;
    this.#look = look;
    this.#scene = new Scene(gl);
    this.resize();
    this.ready = this.#begin();
  }

  /** @param {Look} look */
  setLook(look) {
    const before = characterOf(this.#look).name;
    this.#look = look;
    if (before !== characterOf(look).name) void this.#sculpt();
    else if (this.#who) this.#who = characterOf(look);
  }

  resize() {
    const { clientWidth, clientHeight } = this.#canvas;
    const most = Math.sqrt(MOST_PIXELS / Math.max(1, clientWidth * clientHeight));
    const ratio = Math.min(2, devicePixelRatio || 1, most) * this.#scale;
    const [width, height] = [clientWidth, clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
    if (width !== this.#canvas.width || height !== this.#canvas.height)
      [this.#canvas.width, this.#canvas.height] = [width, height];
    this.frame(this.#room);
    this.#head = { ...this.#goal };
  }

  /** @param {import("../renderer.js").Room | null} room */
  frame(room) {
    this.#room = room;
    this.#goal = placeOn(this.#canvas, room);
  }

  destroy() {
    this.#sculpting++;
    this.#sculptor.close();
    this.#scene.drop();
    this.#canvas.remove();
  }

  /**
   * @param {Pose} pose
   * @param {number} nowMs
   */
  draw(pose, nowMs) {
    const who = this.#who;
    if (!who || !this.#pace.due(nowMs)) return;
    if (this.#pace.scale !== this.#scale) {
      this.#scale = this.#pace.scale;
      this.resize();
    }
    if (this.#pace.smooth !== this.#fine) {
      this.#fine = this.#pace.smooth;
      void this.#sculpt();
    }
    this.#follow(pose, nowMs);
    const { width, height } = this.#canvas;
    this.#scene.draw({ ...this.#still(who), ...this.#moving(pose) }, { width, height, smooth: this.#pace.smooth });
  }

  /** Wait for the compiler without holding up the page, then sculpt. */
  async #begin() {
    while (!this.#scene.linked) await new Promise((go) => setTimeout(go, 30));
    await this.#sculpt();
  }

  /** Sculpt who the look asks for; until that is done, the picture shows who was there before. */
  async #sculpt() {
    const turn = ++this.#sculpting;
    const who = characterOf(this.#look);
    const shell = this.#lay(who);
    if (this.#who) this.#lay(this.#who);
    const fine = this.#pace.smooth;
    const made = await this.#sculptor.sculpt(who, shell, fine);
    if (!made || turn !== this.#sculpting) return;
    this.#who = who;
    this.#lay(who);
    this.#scene.dress(made.parts, made.sheltered, fine);
    this.#fine = fine;
  }

  /** @param {import("./forms.js").Character} who */
  #lay({ form }) {
    return this.#scene.lay({
      "form[0]": packForm(form),
      "weights[0]": new Float32Array(52),
      gaze: Float32Array.of(0, 0),
      beard: 0,
    });
  }

  /**
   * Glide to where the head shall be, and let the hair come after it.
   *
   * @param {Pose} pose
   * @param {number} nowMs
   */
  #follow({ head }, nowMs) {
    const passed = Math.max(0, nowMs - this.#drawnMs);
    this.#drawnMs = nowMs;
    const glide = 1 - Math.exp(-passed / GLIDE_MS),
      lag = 1 - Math.exp(-passed / LAG_MS);
    for (const part of /** @type {const} */ (["x", "y", "unit"]))
      this.#head[part] += (this.#goal[part] - this.#head[part]) * glide;
    for (const part of /** @type {const} */ (["yaw", "pitch", "roll"]))
      this.#lag[part] += (head[part] - this.#lag[part]) * lag;
  }

  /**
   * What holds for many pictures.
   *
   * @param {import("./forms.js").Character} who
   */
  #still(who) {
    const dark = this.#look.scheme === "dark";
    const [light, middle, edge] = (dark ? who.night : who.day).map(linear);
    const { width, height } = this.#canvas;
    const { x, y, unit } = this.#head;
    const tints = Object.fromEntries(
      Object.entries(who.colours).map(([name, colour]) => [`${name}Tint`, linear(colour)]),
    );
    return {
      ...tints,
      "form[0]": packForm(who.form),
      irisLit: tints.irisLitTint,
      hairLit: tints.hairLitTint,
      skyTop: dark ? mixed(light, 1.2) : mixed(light, 0.92),
      skyFloor: dark ? mixed(middle, 1.5) : middle,
      keyTint: dark ? Float32Array.of(1.18, 1.05, 0.95) : Float32Array.of(1.3, 1.17, 1.03),
      wallLight: shown(light),
      wallMiddle: shown(middle),
      wallEdge: shown(edge),
      lampTint: dark ? tints.rimTint : Float32Array.of(1, 1, 1),
      lamps: dark ? 0.05 : 0.09,
      eye: Float32Array.of(0, EYE_LEVEL, DISTANCE),
      freckles: who.freckles,
      lidTint: who.lidTint,
      glow: who.glow,
      tipGlow: who.glow,
      strandiness: who.strandiness,
      beard: who.beard,
      pupil: 1,
      fine: Number(this.#fine),
      picture: Float32Array.of(width, height),
      head: Float32Array.of(x, height - y, unit),
    };
  }

  /** @param {Pose} pose */
  #moving({ weights, head, gaze, breath }) {
    return {
      "weights[0]": weights,
      gaze: Float32Array.of(gaze.x, gaze.y),
      breath,
      turn: turnOf(head),
      lagging: turnOf(this.#lag),
      lift: Float32Array.of(0, 0.012 * breath, 0),
      view: viewOf(this.#canvas, this.#head),
    };
  }
}

/** @param {Float32Array} colour @param {number} by */
function mixed(colour, by) {
  return colour.map((c) => c * by);
}

/** As it stands in the style sheet. @param {Float32Array} colour */
function shown(colour) {
  return colour.map((c) => c ** (1 / 1.6));
}
