/** Which shape of a file shows what of a pose. */

import { MOODS } from "./moods.js";
import { kinOf, shapeOf, visemeOf } from "./names.js";
import { VOWELS } from "./speech.js";

/** @typedef {import("../arkit.js").Shapes} Shapes */

/**
 * @typedef {object} State A pose in all the words that files know.
 * @property {Shapes} shapes
 * @property {Record<string, number>} visemes
 * @property {Record<string, number>} vowels
 * @property {Record<string, number>} moods
 */

/** @typedef {(state: State) => number} Show */
/** @typedef {Map<string, Show>} Plan By the file's own names. */

/**
 * For shapes that a file names itself. Its 52 come first; what is akin to them, and visemes, only where they are
 * missing.
 *
 * @param {Iterable<string>} names
 * @returns {Plan}
 */
export function planShapes(names) {
  const all = [...new Set(names)];
  const direct = new Set(all.map(shapeOf));
  const spoken = !direct.has("jawOpen") && all.some(visemeOf);
  const plan = /** @type {Plan} */ (new Map());
  for (const name of all) {
    const shape = shapeOf(name), kin = kinOf(name), viseme = visemeOf(name);
    if (shape) plan.set(name, ({ shapes }) => shapes[shape]);
    else if (viseme && viseme !== "sil") {
      if (spoken) plan.set(name, ({ visemes }) => visemes[viseme]);
    } else if (kin && !kin.some((source) => direct.has(source)) && !(spoken && kin[0] === "jawOpen")) {
      plan.set(name, ({ shapes }) => kin.reduce((sum, source) => sum + shapes[source], 0) / kin.length);
    }
  }
  return plan;
}

/**
 * For the expressions of a VRM file. Custom ones named like the 52 drive the face alone; else vowels speak, and presets
 * blink and feel. Looking is left to the file's own look-at.
 *
 * @param {Iterable<string>} names By VRM 1.0's names for presets.
 * @param {ReadonlySet<string | null>} [shown] What of the 52 the file shows without its expressions.
 * @returns {Plan}
 */
export function planExpressions(names, shown = new Set()) {
  const all = [...new Set(names)];
  const known = new Set(all.map(shapeOf));
  const speaks = known.has("jawOpen");
  const plan = speaks ? planShapes(all.filter(shapeOf)) : /** @type {Plan} */ (new Map());
  if (!(speaks ? known : shown).has("eyeBlinkLeft")) planLids(all, plan);
  if (speaks || shown.has("jawOpen")) return plan;
  for (const vowel of VOWELS) if (all.includes(vowel)) plan.set(vowel, ({ vowels }) => vowels[vowel]);
  for (const mood of MOODS) {
    // VRM 0.x knows no surprise; its fun, relaxed by now, is the nearest.
    const name = all.find((one) => one.toLowerCase() === mood) ?? (mood === "surprised" ? "relaxed" : "");
    if (all.includes(name)) plan.set(name, ({ moods }) => moods[mood]);
  }
  return plan;
}

/**
 * @param {string[]} names
 * @param {Plan} plan
 */
function planLids(names, plan) {
  if (names.includes("blinkLeft") && names.includes("blinkRight")) {
    plan.set("blinkLeft", ({ shapes }) => shapes.eyeBlinkLeft);
    plan.set("blinkRight", ({ shapes }) => shapes.eyeBlinkRight);
  } else if (names.includes("blink")) {
    plan.set("blink", ({ shapes }) => (shapes.eyeBlinkLeft + shapes.eyeBlinkRight) / 2);
  }
}
