/** Where a figure's head is, from what its meshes, shapes and bones tell. */

import { kinOf, shapeOf, visemeOf } from "./names.js";

/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three").Vector3} Vector3 */
/** @typedef {import("./framing.js").Marks} Marks */

/** As many points of a mesh are looked at. */
const POINTS = 6000;

/** A point belongs to what a shape moves where it moves by this share of the farthest. */
const MOVED = 0.35;

/**
 * @param {typeof import("three")} three
 * @param {import("./load.js").Figure} figure
 * @param {import("./body.js").Body} body
 * @returns {Marks}
 */
export function marksOf(three, { meshes }, body) {
  const shown = meshes.filter((mesh) => mesh.visible);
  const points = shown.flatMap((mesh) => pointsOf(three, mesh));
  const lids = shown.flatMap((mesh) => movedBy(three, mesh, isLid));
  const jaw = shown.flatMap((mesh) => movedBy(three, mesh, isJaw));
  const bone = body.head ? body.place(body.head) : null;
  const eye = body.eye ?? (lids.length ? mean(lids, "y") : undefined);
  const chin = jaw.length ? Math.min(...jaw.map(({ y }) => y)) : undefined;
  const [top, bottom] = [most(points, "y", 1), most(points, "y", -1)];
  const head = points.filter(({ y }) => y >= (chin ?? bone?.y ?? top - (top - bottom) / 4));
  const x = bone?.x ?? (jaw.length ? mean(jaw, "x") : mean(head, "x"));
  const near = head.filter((point) => Math.abs(point.x - x) < top - bottom);
  return { extent: { top, bottom, x, front: most(near.length ? near : points, "z", 1) }, bone: bone?.y, eye, chin };
}

/** @param {string} name */
function isLid(name) {
  return (shapeOf(name) ?? kinOf(name)?.[0])?.startsWith("eyeBlink") ?? false;
}

/** @param {string} name */
function isJaw(name) {
  return (shapeOf(name) ?? kinOf(name)?.[0]) === "jawOpen" || visemeOf(name) === "aa";
}

/**
 * Points of a mesh at rest, in the figure's space.
 *
 * @param {typeof import("three")} three
 * @param {Mesh} mesh
 * @param {(index: number) => boolean} [wanted]
 * @returns {Vector3[]}
 */
function pointsOf({ Vector3 }, mesh, wanted = () => true) {
  const { count } = mesh.geometry.attributes.position;
  const step = Math.max(1, Math.ceil(count / POINTS));
  const points = [];
  for (let i = 0; i < count; i += step) {
    if (wanted(i)) points.push(mesh.getVertexPosition(i, new Vector3()).applyMatrix4(mesh.matrixWorld));
  }
  // Some files have points that are no numbers among good ones.
  return points.filter(({ x, y, z }) => Number.isFinite(x + y + z));
}

/**
 * The points that the first of some shapes moves.
 *
 * @param {typeof import("three")} three
 * @param {Mesh} mesh
 * @param {(name: string) => boolean} asked
 */
function movedBy(three, mesh, asked) {
  const found = Object.entries(mesh.morphTargetDictionary ?? {}).find(([name]) => asked(name));
  const moves = found && mesh.geometry.morphAttributes.position?.[found[1]];
  if (!moves) return [];
  const far = (/** @type {number} */ i) => Math.hypot(moves.getX(i), moves.getY(i), moves.getZ(i));
  let farthest = 0;
  for (let i = 0; i < moves.count; i++) farthest = Math.max(farthest, far(i));
  return farthest ? pointsOf(three, mesh, (i) => far(i) > MOVED * farthest) : [];
}

/**
 * @param {Vector3[]} points
 * @param {"x" | "y"} axis
 */
function mean(points, axis) {
  return points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length);
}

/**
 * @param {Vector3[]} points
 * @param {"y" | "z"} axis
 * @param {1 | -1} way
 */
function most(points, axis, way) {
  return way * points.reduce((best, point) => Math.max(best, way * point[axis]), -Infinity);
}
