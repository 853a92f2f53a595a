/** Light, camera and backdrop around a figure. */

import { follow } from "../../life/ease.js";
import { paintBackdrop } from "../canvas/backdrop.js";
import { paletteOf } from "../canvas/palettes.js";
import { viewOf } from "./framing.js";

/** @typedef {import("../renderer.js").Look} Look */
/** @typedef {import("../renderer.js").Room} Room */
/** @typedef {import("./framing.js").Head} Head */
/** @typedef {import("./framing.js").View} View */
/** @typedef {typeof import("three")} Three */

/** Largest picture that is drawn; a larger canvas shows it enlarged. */
const MOST_PIXELS = 1_700_000;

/** The backdrop is soft: it is painted smaller and enlarged. */
const BACKDROP_PIXELS = 640;

/** How fast the head glides to another place, as in the painted face. */
const GLIDE_S = 0.12;

/** Strengths of the lights: all around, from the window, from behind. */
const LIGHTS = { light: { around: 1.7, key: 2, rim: 0.9 }, dark: { around: 0.9, key: 1.5, rim: 2 } };

/** Draws what stands before the camera. */
export class Studio {
  #three;
  #host;
  #canvas;
  #renderer;
  #scene;
  #camera;
  #lights;
  #head;
  #look;
  /** @type {Room | null} */
  #room = null;
  /** @type {View} */
  #view;
  #goal;
  #size = { width: 1, height: 1 };
  #share = 1;

  /**
   * @param {Three} three
   * @param {object} set
   * @param {HTMLElement} set.host
   * @param {HTMLCanvasElement} set.canvas
   * @param {WebGL2RenderingContext} set.context
   * @param {Look} set.look
   * @param {Head} set.head
   * @param {boolean} set.toon Whether the figure brings its own shading.
   */
  constructor(three, { host, canvas, context, look, head, toon }) {
    this.#three = three;
    this.#host = host;
    this.#canvas = canvas;
    this.#head = head;
    this.#look = look;
    this.#renderer = new three.WebGLRenderer({ canvas, context, antialias: true });
    this.#renderer.toneMapping = toon ? three.NoToneMapping : three.NeutralToneMapping;
    this.#scene = new three.Scene();
    this.#camera = new three.PerspectiveCamera();
    this.#lights = {
      around: new three.HemisphereLight(),
      key: new three.DirectionalLight(),
      rim: new three.DirectionalLight(),
    };
    const { x, eye, front, top, chin } = head;
    const tall = top - chin;
    this.#lights.key.position.set(x - 1.6 * tall, eye + 1.8 * tall, front + 3 * tall);
    this.#lights.rim.position.set(x + 2 * tall, eye + 1.5 * tall, front - 3 * tall);
    for (const light of [this.#lights.key, this.#lights.rim]) {
      light.target.position.set(x, eye, front - tall / 2);
      this.#scene.add(light, light.target);
    }
    this.#scene.add(this.#lights.around);
    this.#goal = this.#view = viewOf(head, { left: 0, top: 0, right: 1, bottom: 1 }, this.#size);
    this.resize();
  }

  /**
   * Put the figure before the camera and make all that its first picture needs.
   *
   * @param {import("three").Object3D} figure
   */
  async prepare(figure) {
    this.#scene.add(figure);
    // Where shaders cannot be compiled beside the page, asking for it gains nothing.
    const beside = this.#renderer.getContext().getExtension("KHR_parallel_shader_compile");
    if (beside) await this.#renderer.compileAsync(this.#scene, this.#camera);
    this.draw(0);
  }

  /** @param {number} passedS */
  draw(passedS) {
    for (const part of /** @type {(keyof View)[]} */ (Object.keys(this.#view))) {
      this.#view[part] = follow(this.#view[part], this.#goal[part], passedS, GLIDE_S);
    }
    this.#aim();
    this.#renderer.render(this.#scene, this.#camera);
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    this.#size = { width: Math.max(1, width), height: Math.max(1, height) };
    this.#fit();
    this.frame(this.#room);
    this.#view = { ...this.#goal };
    this.#dress();
  }

  /**
   * Draw with a share of the full resolution.
   *
   * @param {number} share
   */
  coarsen(share) {
    if (share === this.#share) return;
    this.#share = share;
    this.#fit();
  }

  /** @param {Room | null} room */
  frame(room) {
    this.#room = room;
    this.#goal = viewOf(this.#head, this.#roomOrAll(), this.#size);
  }

  /** @param {Look} look */
  setLook(look) {
    this.#look = look;
    this.#dress();
  }

  destroy() {
    this.#backdrop()?.dispose();
    this.#renderer.dispose();
    // The card has room for a few contexts only; it need not wait for this one to be found unused.
    this.#renderer.forceContextLoss();
    this.#canvas.remove();
  }

  #fit() {
    const { width, height } = this.#size;
    const most = Math.sqrt(MOST_PIXELS / (width * height));
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio || 1, most) * this.#share);
    this.#renderer.setSize(width, height, false);
  }

  #roomOrAll() {
    return this.#room ?? { left: 0, top: 0, right: this.#size.width, bottom: this.#size.height };
  }

  #aim() {
    const { distance, fovDeg, left, top } = this.#view;
    const { x, eye, front, chin } = this.#head;
    const { width, height } = this.#size;
    const camera = this.#camera;
    camera.fov = fovDeg;
    camera.aspect = width / height;
    // The rest of a body may stand nearer than the face.
    camera.near = distance / 50;
    camera.far = distance + 100 * Math.abs(eye - chin);
    camera.position.set(x, eye, front + distance);
    camera.setViewOffset(width, height, left, top, width, height);
  }

  /** Backdrop and lights as the look has them. */
  #dress() {
    const palette = paletteOf(this.#look);
    const strengths = LIGHTS[this.#look.scheme];
    const { around, key, rim } = this.#lights;
    around.color.set("#ffffff");
    around.groundColor.set(palette[this.#look.scheme === "dark" ? "night" : "day"][1]);
    key.color.set("#fff1e2");
    rim.color.set(palette.rim);
    around.intensity = strengths.around;
    key.intensity = strengths.key;
    rim.intensity = strengths.rim;
    this.#paint(palette);
  }

  /** @param {import("../canvas/palettes.js").Palette} palette */
  #paint(palette) {
    const { width, height } = this.#size;
    const scale = Math.min(1, BACKDROP_PIXELS / Math.max(width, height));
    const { left, right, top, bottom } = this.#roomOrAll();
    const head = { x: (left + right) / 2, y: (top + bottom) / 2, unit: (bottom - top) / 3.4 };
    const scaled = { x: head.x * scale, y: head.y * scale, unit: head.unit * scale };
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    const backdrop = new this.#three.CanvasTexture(paintBackdrop(palette, this.#look.scheme, across, down, scaled));
    backdrop.colorSpace = this.#three.SRGBColorSpace;
    this.#backdrop()?.dispose();
    this.#scene.background = backdrop;
  }

  #backdrop() {
    return /** @type {import("three").Texture | null} */ (this.#scene.background);
  }
}
