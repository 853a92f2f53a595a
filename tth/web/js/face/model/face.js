/** A face from a GLB or VRM file, drawn with three. */

import { clamp } from "../../life/ease.js";
import { Pace } from "../sculpted/pace.js";
import { Body } from "./body.js";
import { Drive } from "./drive.js";
import { readFile, unbuilt, unseen } from "./file.js";
import { headOf, isThere } from "./framing.js";
import { loadLibrary } from "./library.js";
import { loadFigure } from "./load.js";
import { marksOf } from "./marks.js";
import { readSource } from "./source.js";
import { Studio } from "./studio.js";

/** @typedef {import("../renderer.js").Look} Look */
/** @typedef {import("../renderer.js").Pose} Pose */

/** How far a full breath lifts the figure, as a share of its head. */
const LIFT = 0.012;

/**
 * @param {HTMLElement} host
 * @param {Look} look With a model.
 * @returns {Promise<import("../renderer.js").Renderer>}
 * @throws {Error} The file or this browser cannot; says why.
 */
export async function create(host, look) {
  const loading = loadLibrary();
  // Where the file is no good either, it is the file that is told.
  loading.catch(() => {});
  const source = await readSource(look.model ?? "");
  readFile(source.buffer, source.name);
  const library = await loading;
  const figure = await loadFigure(library, source);
  const stood = stand(library, figure, source.name);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2", { antialias: true });
  if (!context) throw new Error("this browser has no WebGL2, which model files need");
  host.append(canvas);
  return new ModelFace(library, stood, { host, canvas, context, look });
}

/**
 * @typedef {object} Stood A figure that can be moved, and where its head is.
 * @property {string} name The file's.
 * @property {import("./load.js").Figure} figure
 * @property {Drive} drive
 * @property {Body} body
 * @property {import("./framing.js").Head} head
 */

/**
 * @param {import("./library.js").Library} library
 * @param {import("./load.js").Figure} figure
 * @param {string} name
 * @returns {Stood}
 * @throws {Error} There is nothing of it to be seen, or it is not put together as it should be.
 */
function stand({ THREE }, figure, name) {
  const [body, drive] = guarded(name, () => /** @type {const} */ ([new Body(THREE, figure), new Drive(figure)]));
  const marks = guarded(name, () => marksOf(THREE, figure, body));
  if (!isThere(marks)) throw unseen(name);
  return { name, figure, drive, body, head: headOf(marks) };
}

/**
 * What stumbles over a file may do so in words that only its makers understand.
 *
 * @template T
 * @param {string} name
 * @param {() => T} act
 * @returns {T}
 */
function guarded(name, act) {
  try {
    return act();
  } catch (error) {
    throw unbuilt(name, error);
  }
}

class ModelFace {
  #library;
  #name;
  #figure;
  #drive;
  #body;
  #studio;
  #root;
  #standing;
  #tall;
  #pace = new Pace();
  #drawnMs = 0;

  ready;

  /**
   * @param {import("./library.js").Library} library
   * @param {Stood} stood
   * @param {object} place
   * @param {HTMLElement} place.host
   * @param {HTMLCanvasElement} place.canvas
   * @param {WebGL2RenderingContext} place.context
   * @param {Look} place.look
   */
  constructor(library, { name, figure, drive, body, head }, place) {
    const { THREE } = library;
    this.#library = library;
    this.#name = name;
    this.#figure = figure;
    this.#drive = drive;
    this.#body = body;
    this.#tall = head.top - head.chin;
    this.#root = new THREE.Group();
    this.#root.add(figure.scene);
    if (!this.#body.head) {
      // The neck is below the chin; there a head turns that has no bones.
      this.#root.position.set(head.x, head.chin, head.front - this.#tall / 2);
      figure.scene.position.sub(this.#root.position);
      this.#body.turnWhole(this.#root);
    }
    this.#standing = this.#root.position.y;
    this.#studio = new Studio(THREE, { ...place, head, toon: figure.vrm !== null });
    this.ready = this.#studio.prepare(this.#root).catch((error) => {
      throw unbuilt(name, error);
    });
  }

  /**
   * @param {Pose} pose
   * @param {number} nowMs
   */
  draw(pose, nowMs) {
    if (!this.#pace.due(nowMs)) return;
    this.#studio.coarsen(this.#pace.scale);
    // Hair and clothes swing by this; after a pause they go on from where they were.
    const passedS = clamp((nowMs - this.#drawnMs) / 1000, 0, 0.1);
    this.#drawnMs = nowMs;
    this.#root.position.y = this.#standing + LIFT * this.#tall * pose.breath;
    const look = this.#drive.look(pose);
    guarded(this.#name, () => {
      this.#body.pose(pose.head, look, !this.#drive.looks);
      this.#drive.show(look, passedS);
      this.#studio.draw(passedS);
    });
  }

  resize() {
    this.#studio.resize();
  }

  /** @param {import("../renderer.js").Room | null} room */
  frame(room) {
    this.#studio.frame(room);
  }

  /** @param {Look} look */
  setLook(look) {
    this.#studio.setLook(look);
  }

  destroy() {
    this.#library.VRMUtils.deepDispose(this.#figure.scene);
    this.#studio.destroy();
  }
}
