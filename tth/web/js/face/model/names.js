/** What the shapes and bones of a model file are called, in any of the spellings in use. */

import { VISEMES } from "../../lips/tables.js";
import { NAMES } from "../arkit.js";

/** @typedef {import("../arkit.js").Name} Name */

/** @typedef {readonly Name[]} Sources The weights of which a shape shows the mean. */

/** Left and right of these are opposite ways to move, not two halves of one shape. */
const WAYS = ["jawLeft", "jawRight", "mouthLeft", "mouthRight"];

/** Shapes that files have in place of the 52, by their plain names. */
const KIN = /** @type {Record<string, Sources>} */ ({
  blink: ["eyeBlinkLeft", "eyeBlinkRight"],
  blinkleft: ["eyeBlinkLeft"],
  blinkright: ["eyeBlinkRight"],
  browinnerupleft: ["browInnerUp"],
  browinnerupright: ["browInnerUp"],
  cheekpuffleft: ["cheekPuff"],
  cheekpuffright: ["cheekPuff"],
  eyesclosed: ["eyeBlinkLeft", "eyeBlinkRight"],
  eyeslookdown: ["eyeLookDownLeft", "eyeLookDownRight"],
  eyeslookup: ["eyeLookUpLeft", "eyeLookUpRight"],
  mouthopen: ["jawOpen"],
});

/** The vowels by the names that other tables give them. */
const VOWELS = /** @type {Record<string, string>} */ ({ ih: "I", oh: "O", ou: "U" });

const EXACT = new Map(NAMES.map((name) => [name.toLowerCase(), name]));
for (const name of NAMES) {
  const [, stem = ""] = /^(.*)Left$/.exec(name) ?? [];
  if (!stem || WAYS.includes(name)) continue;
  KIN[stem.toLowerCase()] = [name, /** @type {Name} */ (`${stem}Right`)];
}
const LONGEST_FIRST = [...EXACT.keys()].sort((one, other) => other.length - one.length);

/**
 * A name without what differs between programs: prefixes that end in a dot, separators, case, short sides. A last dot
 * may also set off the side, as in Blender.
 *
 * @param {string} name
 */
function plain(name) {
  const side = (/** @type {string} */ _, /** @type {string} */ letter) => (/l/i.test(letter) ? "Left" : "Right");
  const dotless = name.replace(/\.(l|r|left|right)$/i, "_$1");
  return dotless
    .slice(dotless.lastIndexOf(".") + 1)
    .replace(/[_\- ]([lr])$/i, side)
    .replace(/(?<=[a-z])([LR])$/, side)
    .replace(/[_\-\s]/g, "")
    .toLowerCase();
}

/**
 * The weight of the 52 that a shape stands for, also after a prefix such as `Face_M_`.
 *
 * @param {string} name
 * @returns {Name | null}
 */
export function shapeOf(name) {
  const asked = plain(name);
  if (KIN[asked]) return null;
  return EXACT.get(LONGEST_FIRST.find((one) => asked.endsWith(one)) ?? "") ?? null;
}

/**
 * What a shape shows that is none of the 52 but akin to some: both eyes closed, a smile on both sides.
 *
 * @param {string} name
 * @returns {Sources | null}
 */
export function kinOf(name) {
  return KIN[plain(name)] ?? null;
}

/**
 * The viseme that a shape stands for, as in `viseme_aa` or `vrc.v_aa`.
 *
 * @param {string} name
 * @returns {string | null}
 */
export function visemeOf(name) {
  const [, asked = ""] = /^(?:viseme|v)[_\- ]?([a-z]{1,3})$/i.exec(name.slice(name.lastIndexOf(".") + 1)) ?? [];
  const vowel = VOWELS[asked.toLowerCase()] ?? asked;
  return VISEMES.find((viseme) => viseme.toLowerCase() === vowel.toLowerCase()) ?? null;
}

/** @typedef {"head" | "neck" | "leftEye" | "rightEye" | "leftUpperArm" | "rightUpperArm"} BoneName As VRM has them. */

/** What programs call the bones that matter to a portrait; dots and colons are taken away where a file is read. */
const BONE_NAMES = /** @type {Record<BoneName, RegExp>} */ ({
  head: /(^|[^a-z])head(_?\d+)?$|(^|[a-z\d_-])Head(_?\d+)?$/,
  neck: /neck(_?\d+)?$/i,
  leftEye: /left_?eye$|(^|_)l_eye$|eye_?(l|left)$/i,
  rightEye: /right_?eye$|(^|_)r_eye$|eye_?(r|right)$/i,
  leftUpperArm: /left_?(upper_?)?arm$|(^|_)l_upper_?arm$|upper_?arm_?(l|left)$/i,
  rightUpperArm: /right_?(upper_?)?arm$|(^|_)r_upper_?arm$|upper_?arm_?(r|right)$/i,
});

export const BONES = /** @type {BoneName[]} */ (Object.keys(BONE_NAMES));

/**
 * The bone that a name stands for.
 *
 * @param {string} name
 * @returns {BoneName | null}
 */
export function boneOf(name) {
  const plainly = name.replace(/[.:]/g, "").replace(/\s/g, "_");
  return BONES.find((bone) => BONE_NAMES[bone].test(plainly)) ?? null;
}
