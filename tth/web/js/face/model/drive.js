/** Moves a figure's shapes and expressions as a pose says. */

import { follow } from "../../life/ease.js";
import { NAMES, named } from "../arkit.js";
import { REACH_DEG, lookOf, writeLook } from "./eyes.js";
import { MOODS, besideSpeech, moodsOf } from "./moods.js";
import { shapeOf, visemeOf } from "./names.js";
import { planExpressions, planShapes } from "./plan.js";
import { visemesOf, vowelsOf } from "./speech.js";

/** @typedef {import("./load.js").Figure} Figure */
/** @typedef {import("../renderer.js").Pose} Pose */
/** @typedef {import("./plan.js").Show} Show */

/** A mouth counts as speaking for so long after it moved. */
const SPEAKING_S = 0.6;

/** The face of one figure. */
export class Drive {
  #vrm;
  #slots;
  #expressions;
  #state;
  #speaking = 0;
  /** Whether anything speaks by visemes or vowels, or feels by moods. */
  #words;

  /** Whether its shapes turn the eyes, so that nothing else needs to. */
  looks;

  /** @param {Figure} figure */
  constructor({ vrm, meshes }) {
    this.#vrm = vrm;
    const names = meshes.flatMap(({ morphTargetDictionary = {} }) => Object.keys(morphTargetDictionary));
    const manager = vrm?.expressionManager;
    const expressed = manager?.expressions.map(({ expressionName }) => expressionName) ?? [];
    // A VRM's own shapes belong to its expressions, except where these cannot speak and the shapes can.
    const direct = !manager || (!expressed.some((name) => shapeOf(name) === "jawOpen")
      && names.some((name) => shapeOf(name) === "jawOpen"));
    const shapes = direct ? planShapes(names) : new Map();
    const shown = new Set([...shapes.keys()].map(shapeOf));
    this.#words = expressed.length > 0 || [...shapes.keys()].some((name) => visemeOf(name));
    this.#expressions = [...planExpressions(expressed, shown)];
    this.looks = [...shown, ...this.#expressions.map(([name]) => shapeOf(name))].includes("eyeLookOutLeft");
    this.#slots = meshes.flatMap((mesh) => slotsOf(mesh, shapes));
    const none = /** @type {import("../arkit.js").Shapes} */ (Object.fromEntries(NAMES.map((name) => [name, 0])));
    this.#state = /** @type {import("./plan.js").State} */ ({ shapes: none, visemes: {}, vowels: {}, moods: {} });
  }

  /**
   * Take a pose, and say where it looks.
   *
   * @param {Pose} pose
   */
  look({ weights, gaze }) {
    const { shapes } = this.#state;
    const look = lookOf(named(weights, shapes), gaze);
    writeLook(look, shapes);
    return look;
  }

  /**
   * Show the pose that was taken last.
   *
   * @param {import("./eyes.js").Look} look
   * @param {number} passedS Since the one before.
   */
  show(look, passedS) {
    const state = this.#state;
    if (this.#words) {
      state.visemes = visemesOf(state.shapes);
      state.vowels = vowelsOf(state.visemes);
      state.moods = moodsOf(state.shapes);
      this.#quieten(passedS);
    }
    const { lookAt, expressionManager } = this.#vrm ?? {};
    for (const [name, show] of this.#expressions) expressionManager?.setValue(name, show(state));
    if (lookAt && !this.looks) {
      lookAt.yaw = ((look.left.x + look.right.x) / 2) * REACH_DEG.x;
      lookAt.pitch = -((look.left.y + look.right.y) / 2) * REACH_DEG.y;
    }
    this.#vrm?.update(passedS);
    // After the expressions, which begin by setting what they move to nothing.
    for (const { influences, index, show } of this.#slots) influences[index] = show(state);
  }

  /**
   * Leave so much of the moods that a mouth can speak beside them.
   *
   * @param {number} passedS
   */
  #quieten(passedS) {
    const { vowels, moods } = this.#state;
    const moving = Math.min(1, 4 * Math.max(...Object.values(vowels)));
    this.#speaking = Math.max(moving, follow(this.#speaking, 0, passedS, SPEAKING_S));
    for (const mood of MOODS) {
      const expression = this.#vrm?.expressionManager?.getExpression(mood);
      if (expression) moods[mood] = besideSpeech(moods[mood], expression.overrideMouth, this.#speaking);
    }
  }
}

/**
 * The shapes of a mesh that show something.
 *
 * @param {import("./load.js").Mesh} mesh
 * @param {import("./plan.js").Plan} plan
 * @returns {{influences: number[], index: number, show: Show}[]}
 */
function slotsOf({ morphTargetDictionary = {}, morphTargetInfluences: influences = [] }, plan) {
  return Object.entries(morphTargetDictionary).flatMap(([name, index]) => {
    const show = plan.get(name);
    return show ? [{ influences, index, show }] : [];
  });
}
