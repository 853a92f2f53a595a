/** The bones of a figure that matter to a portrait: head, neck, eyes, arms. */

import { REACH_DEG } from "./eyes.js";
import { BONES, boneOf } from "./names.js";

/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three").Quaternion} Quaternion */
/** @typedef {typeof import("three")} Three */
/** @typedef {import("./load.js").Figure} Figure */

/** A bone as it was made; it is turned about the world's axes from there. */
/** @typedef {{node: Object3D, rest: Quaternion, frame: Quaternion, back: Quaternion}} Joint */

/** The neck's share of a turn, where there is one. */
const NECK = 0.35;

/** Upper arms hang down by so much, measured from the horizontal. */
const HANG = (72 * Math.PI) / 180;

/** Turns head and eyes; the arms hang. */
export class Body {
  #three;
  /** @type {{joint: Joint, share: number}[]} */
  #turning;
  /** @type {Joint[]} */
  #eyes;
  #turn;
  #angles;

  /** The bone that turns the head, where the figure has one. */
  head;

  /** Height of the eyes, where bones tell it. */
  eye = /** @type {number | undefined} */ (undefined);

  /**
   * @param {Three} three
   * @param {Figure} figure
   */
  constructor(three, figure) {
    this.#three = three;
    this.#turn = new three.Quaternion();
    this.#angles = new three.Euler(0, 0, 0, "YXZ");
    const bones = findBones(three, figure);
    this.head = bones.head;
    for (const arm of [bones.leftUpperArm, bones.rightUpperArm]) if (arm) this.#hang(arm);
    figure.scene.updateMatrixWorld(true);
    const neck = bones.head && bones.neck ? NECK : 0;
    this.#turning = [];
    if (bones.neck && neck) this.#turning.push({ joint: this.#joint(bones.neck), share: neck });
    if (bones.head) this.#turning.push({ joint: this.#joint(bones.head), share: 1 - neck });
    const eyes = bones.leftEye && bones.rightEye ? [bones.leftEye, bones.rightEye] : [];
    if (eyes.length) this.eye = (this.place(eyes[0]).y + this.place(eyes[1]).y) / 2;
    // A VRM turns its eyes by its own rules.
    this.#eyes = figure.vrm?.lookAt ? [] : eyes.map((eye) => this.#joint(eye));
  }

  /**
   * Turn all of the figure about a point where no bone turns the head.
   *
   * @param {Object3D} node
   */
  turnWhole(node) {
    this.#turning = [{ joint: this.#joint(node), share: 1 }];
  }

  /**
   * @param {{yaw: number, pitch: number, roll: number}} head
   * @param {import("./eyes.js").Look} look
   * @param {boolean} eyes Whether bones turn the eyes.
   */
  pose({ yaw, pitch, roll }, look, eyes) {
    for (const { joint, share } of this.#turning) this.#set(joint, pitch * share, yaw * share, -roll * share);
    if (!eyes) return;
    const [x, y] = [REACH_DEG.x, REACH_DEG.y].map((deg) => (deg * Math.PI) / 180);
    this.#eyes.forEach((eye, i) => {
      const { x: aside, y: up } = i ? look.right : look.left;
      this.#set(eye, -up * y, aside * x, 0);
    });
  }

  /** @param {Object3D} node */
  place(node) {
    return node.getWorldPosition(new this.#three.Vector3());
  }

  /**
   * @param {Object3D} node
   * @returns {Joint}
   */
  #joint(node) {
    const frame = new this.#three.Quaternion();
    node.parent?.getWorldQuaternion(frame);
    return { node, rest: node.quaternion.clone(), frame, back: frame.clone().invert() };
  }

  /**
   * @param {Joint} joint
   * @param {number} x
   * @param {number} y
   * @param {number} z
   */
  #set({ node, rest, frame, back }, x, y, z) {
    this.#turn.setFromEuler(this.#angles.set(x, y, z));
    node.quaternion.copy(back).multiply(this.#turn).multiply(frame).multiply(rest);
  }

  /**
   * Let an arm hang that is stretched out.
   *
   * @param {Object3D} arm
   */
  #hang(arm) {
    const hand = arm.children.find((child) => /arm/i.test(child.name)) ?? arm.children[0];
    if (!hand) return;
    const from = this.place(arm), to = this.place(hand);
    const [aside, down] = [to.x - from.x, from.y - to.y];
    const more = HANG - Math.atan2(down, Math.abs(aside));
    if (more > 0.1) this.#set(this.#joint(arm), 0, 0, -Math.sign(aside) * more);
  }
}

/**
 * @param {Three} three
 * @param {Figure} figure
 * @returns {Record<import("./names.js").BoneName, Object3D | null>}
 */
function findBones({ Bone }, { scene, vrm }) {
  const found = /** @type {Map<string | null, Object3D>} */ (new Map());
  scene.traverse((part) => {
    const name = part instanceof Bone ? boneOf(part.name) : null;
    if (name && !found.has(name)) found.set(name, part);
  });
  const humanoid = vrm?.humanoid;
  const bone = (/** @type {import("./names.js").BoneName} */ name) =>
    (humanoid ? humanoid.getNormalizedBoneNode(name) : found.get(name)) ?? null;
  return /** @type {ReturnType<typeof findBones>} */ (Object.fromEntries(BONES.map((name) => [name, bone(name)])));
}
