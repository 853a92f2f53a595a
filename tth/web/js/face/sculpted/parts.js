/** What is sculpted once for a head: hair, ears, neck, clothes and glasses, with the shade they give each other. */

import { clothes, ears, neck, tie } from "./bust.js";
import { bob, bobPhase } from "./hair/bob.js";
import { crop, cropPhase } from "./hair/crop.js";
import { curls, curlsPhase } from "./hair/curls.js";
import { fronds, frondsPhase, frondsTip } from "./hair/fronds.js";
import { surfaceOf } from "./nets.js";
import { scalp } from "./solids.js";
import { tube } from "./tube.js";

/** @typedef {import("./solids.js").Vec} Vec */
/** @typedef {import("./nets.js").Surface} Surface */

/**
 * @typedef {object} Part
 * @property {"hair" | "skin" | "cloth" | "frame" | "tie"} matter
 * @property {Uint32Array} triangles
 * @property {Float32Array} places Three numbers each.
 * @property {Float32Array} normals
 * @property {Float32Array} flow Along the strands; zero where there are none.
 * @property {Float32Array} traits Four numbers each: strand phase; how far it goes along with the head, 0 to 1; how far
 *   it lags behind it; how much sky its neighbours take.
 */

/**
 * @typedef {object} HairKind
 * @property {(p: Vec) => number} distance
 * @property {(p: Vec) => number} phase
 * @property {(p: Vec) => number} sway
 */

/** @type {Record<string, HairKind>} */
export const HAIR = {
  bob: { distance: bob, phase: bobPhase, sway: ([, y]) => ramp(0.35, -0.85, y) },
  crop: { distance: crop, phase: cropPhase, sway: ([, y]) => 0.25 * ramp(0.85, 1.15, y) },
  curls: { distance: curls, phase: curlsPhase, sway: ([x, y]) => 0.45 * ramp(0.8, 1.25, Math.hypot(x, y - 0.3)) },
  fronds: { distance: fronds, phase: frondsPhase, sway: (p) => Math.min(1, 1.4 * frondsTip(p)) },
};

/**
 * Sculpt the parts of a head, with pauses in which the page can do other things.
 *
 * @param {import("./forms.js").Character} who
 * @param {Float32Array} shell Places of the face's vertices at rest, four numbers each.
 * @param {boolean} fine Whether the machine is quick enough for small triangles.
 * @returns {Promise<{parts: Part[], sheltered: Float32Array}>} The parts, and how much sky they take from the face.
 */
export async function sculpt(who, shell, fine) {
  const hair = HAIR[who.hair];
  const body = (/** @type {Vec} */ p) => Math.min(clothes(p, who.shoulders, who.cut), neck(p, who.neck));
  const around = (/** @type {Vec} */ p) => Math.min(hair.distance(p), scalp(p), p[1] < -0.7 ? body(p) : 9);
  const steps = [
    () => hairPart(hair, around, fine ? 0.048 : 0.085),
    () =>
      plain(
        "cloth",
        (p) => clothes(p, who.shoulders, who.cut),
        { min: [-1.7, -2.6, -0.95], max: [1.7, -1.1, 0.5] },
        fine ? 0.05 : 0.062,
        around,
        () => 0,
      ),
    () =>
      plain(
        "skin",
        (p) => neck(p, who.neck),
        { min: [-0.7, -1.7, -0.7], max: [0.7, -0.3, 0.2] },
        fine ? 0.06 : 0.085,
        around,
        ([, y]) => ramp(-1.25, -0.62, y),
      ),
    ...(who.ears
      ? [() => plain("skin", ears, { min: [-0.95, -0.3, -0.3], max: [0.95, 0.3, 0.2] }, 0.03, around, () => 1)]
      : []),
    ...(who.cut === "shirt"
      ? [
          () =>
            plain(
              "tie",
              tie,
              { min: [-0.35, -1.6, 0.1], max: [0.35, -1.25, 0.4] },
              0.024,
              () => 9,
              () => 0,
            ),
        ]
      : []),
    ...(who.glasses ? [() => glasses(who)] : []),
  ];
  /** @type {Part[]} */
  const parts = [];
  for (const step of steps) {
    parts.push(step());
    await pause();
  }
  return { parts, sheltered: shelterOf(shell, 4, hair.distance) };
}

/** Let the page draw. */
function pause() {
  return new Promise((go) => setTimeout(go, 0));
}

/**
 * @param {HairKind} hair
 * @param {(p: Vec) => number} around
 * @param {number} cell
 * @returns {Part}
 */
function hairPart({ distance, phase, sway }, around, cell) {
  const box = /** @type {import("./nets.js").Box} */ ({ min: [-1.62, -1.15, -1.3], max: [1.62, 1.95, 0.95] });
  const surface = surfaceOf((x, y, z) => distance([x, y, z]), box, cell);
  return finish("hair", surface, around, { phase, sway, held: () => 1 });
}

/**
 * @param {"skin" | "cloth" | "tie"} matter
 * @param {(p: Vec) => number} distance
 * @param {import("./nets.js").Box} box
 * @param {number} cell
 * @param {(p: Vec) => number} around
 * @param {(p: Vec) => number} held
 */
function plain(matter, distance, box, cell, around, held) {
  return finish(
    matter,
    surfaceOf((x, y, z) => distance([x, y, z]), box, cell),
    around,
    { held },
  );
}

/**
 * @param {import("./forms.js").Character} who
 * @returns {Part}
 */
function glasses({ form }) {
  const middle = 0.3 * form.eyeApart;
  const rings = [1, -1].map((side) => {
    const line = Array.from({ length: 40 }, (_, i) => {
      const a = (i / 40) * 2 * Math.PI;
      const [c, s] = [Math.cos(a), Math.sin(a)];
      const [x, y] = [Math.sign(c) * Math.abs(c) ** 0.72 * 0.255, Math.sign(s) * Math.abs(s) ** 0.78 * 0.215];
      return /** @type {Vec} */ ([side * (middle + x), 0.02 + y, 0.8 - 0.26 * (middle + x) ** 2]);
    });
    return tube(line, 0.019, true);
  });
  const bridge = tube(
    Array.from({ length: 9 }, (_, i) => {
      const x = (i / 4 - 1) * (middle - 0.25);
      return /** @type {Vec} */ ([x, 0.075 + 0.02 * (1 - (i / 4 - 1) ** 2), 0.8]);
    }),
    0.018,
    false,
  );
  const sides = [1, -1].map((side) =>
    tube(
      [
        [side * (middle + 0.25), 0.06, 0.72],
        [side * 0.72, 0.08, 0.45],
        [side * 0.8, 0.09, 0],
        [side * 0.8, 0.05, -0.15],
      ],
      0.019,
      false,
    ),
  );
  return finish("frame", merge([...rings, bridge, ...sides]), () => 9, { held: () => 1 });
}

/**
 * @param {Surface[]} surfaces
 * @returns {Surface}
 */
function merge(surfaces) {
  const places = surfaces.flatMap((each) => [...each.places]),
    normals = surfaces.flatMap((each) => [...each.normals]);
  /** @type {number[]} */
  const triangles = [];
  let from = 0;
  for (const each of surfaces) {
    for (const corner of each.triangles) triangles.push(corner + from);
    from += each.places.length / 3;
  }
  return {
    places: Float32Array.from(places),
    normals: Float32Array.from(normals),
    triangles: Uint32Array.from(triangles),
  };
}

/**
 * @param {Part["matter"]} matter
 * @param {Surface} surface
 * @param {(p: Vec) => number} around
 * @param {{held: (p: Vec) => number, phase?: (p: Vec) => number, sway?: (p: Vec) => number}} traits
 * @returns {Part}
 */
function finish(matter, surface, around, { held, phase, sway }) {
  const { places, normals, triangles } = surface;
  const count = places.length / 3;
  const flow = new Float32Array(places.length),
    traits = new Float32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const p = /** @type {Vec} */ ([places[3 * i], places[3 * i + 1], places[3 * i + 2]]);
    const n = /** @type {Vec} */ ([normals[3 * i], normals[3 * i + 1], normals[3 * i + 2]]);
    if (phase) flow.set(strand(p, n, phase), 3 * i);
    traits.set([phase ? phase(p) : 0, held(p), sway ? sway(p) : 0, taken(p, n, around)], 4 * i);
  }
  return { matter, places, normals, triangles, flow, traits };
}

/**
 * Along a strand: on the surface, and where the phase does not change.
 *
 * @param {Vec} p
 * @param {Vec} n
 * @param {(p: Vec) => number} phase
 * @returns {Vec}
 */
function strand([x, y, z], n, phase) {
  const e = 0.01;
  const g = [
    phase([x + e, y, z]) - phase([x - e, y, z]),
    phase([x, y + e, z]) - phase([x, y - e, z]),
    phase([x, y, z + e]) - phase([x, y, z - e]),
  ];
  const t = [n[1] * g[2] - n[2] * g[1], n[2] * g[0] - n[0] * g[2], n[0] * g[1] - n[1] * g[0]];
  const length = Math.hypot(...t) || 1;
  return [t[0] / length, t[1] / length, t[2] / length];
}

/**
 * How much of the sky above a point is taken by what is around, 0 to 1.
 *
 * @param {Vec} p
 * @param {Vec} n
 * @param {(p: Vec) => number} around
 */
function taken(p, n, around) {
  let sum = 0;
  for (const [far, share] of [
    [0.07, 0.3],
    [0.18, 0.4],
    [0.36, 0.3],
  ]) {
    const clear = around([p[0] + n[0] * far, p[1] + n[1] * far, p[2] + n[2] * far]);
    sum += share * Math.min(1, Math.max(0, 1 - clear / far));
  }
  return sum;
}

/**
 * @param {Float32Array} places
 * @param {number} stride
 * @param {(p: Vec) => number} around
 */
function shelterOf(places, stride, around) {
  const count = places.length / stride,
    sheltered = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const p = /** @type {Vec} */ ([places[i * stride], places[i * stride + 1], places[i * stride + 2]]);
    // Away from the head's middle is away from its skin, nearly enough for soft shade.
    const length = Math.hypot(p[0], p[1] * 0.8, p[2]) || 1;
    sheltered[i] = taken(p, [p[0] / length, (p[1] * 0.8) / length, p[2] / length], around);
  }
  return sheltered;
}

/**
 * @param {number} from Where it is 0.
 * @param {number} to Where it is 1.
 * @param {number} x
 */
function ramp(from, to, x) {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
