/** A mouth of 52 weights as visemes, and as the five vowels of VRM: for files that have no other mouth. */

import { SHAPES, VISEMES } from "../../lips/tables.js";
import { unmixer } from "./mixture.js";

/** @typedef {import("../arkit.js").Shapes} Shapes */

export const VOWELS = /** @type {const} */ (["aa", "ih", "ou", "ee", "oh"]);

/** @typedef {Record<typeof VOWELS[number], number>} Vowels */

/** Each viseme by vowels; those that shut the lips have none. */
const BY_VOWELS = /** @type {Record<string, Partial<Vowels>>} */ ({
  PP: {}, FF: { ih: 0.12 }, TH: { ee: 0.25 }, DD: { ih: 0.25 }, kk: { ee: 0.22 }, CH: { ou: 0.45 }, SS: { ih: 0.4 },
  nn: { ih: 0.22 }, RR: { ou: 0.35, oh: 0.1 }, aa: { aa: 1 }, E: { ee: 1 }, I: { ih: 1 }, O: { oh: 1 }, U: { ou: 1 },
});

const SPOKEN = VISEMES.filter((viseme) => viseme !== "sil");

/** What of a mouth tells visemes apart, and how much each counts. Smiles do not: moods have them too. */
const SIGNS = /** @type {readonly [number, (w: Partial<Shapes>) => number][]} */ ([
  // How far the lips are apart: what mouthClose closes is shut.
  [1.6, ({ jawOpen = 0, mouthClose = 0 }) => Math.max(0, jawOpen - mouthClose)],
  [1, ({ mouthFunnel = 0 }) => mouthFunnel],
  [1, ({ mouthPucker = 0 }) => mouthPucker],
  [1, ({ mouthStretchLeft = 0, mouthStretchRight = 0 }) => (mouthStretchLeft + mouthStretchRight) / 2],
  [1, ({ mouthRollLower = 0 }) => mouthRollLower],
  [1, ({ mouthRollUpper = 0 }) => mouthRollUpper],
  [1, ({ mouthPressLeft = 0, mouthPressRight = 0 }) => (mouthPressLeft + mouthPressRight) / 2],
  [1, ({ tongueOut = 0 }) => tongueOut],
  [0.6, ({ mouthLowerDownLeft = 0, mouthLowerDownRight = 0 }) => (mouthLowerDownLeft + mouthLowerDownRight) / 2],
  [0.6, ({ mouthUpperUpLeft = 0, mouthUpperUpRight = 0 }) => (mouthUpperUpLeft + mouthUpperUpRight) / 2],
]);

const signs = (/** @type {Partial<Shapes>} */ w) => SIGNS.map(([counts, of]) => counts * of(w));

const unmix = unmixer(SPOKEN.map((viseme) => signs(SHAPES[/** @type {keyof typeof SHAPES} */ (viseme)])), 0.004);

/**
 * How far each viseme has the mouth, 0 to 1, together 1 at most.
 *
 * @param {Partial<Shapes>} w
 * @returns {Record<string, number>}
 */
export function visemesOf(w) {
  const shares = unmix(signs(w));
  const most = Math.max(1, shares.reduce((sum, share) => sum + share, 0));
  return Object.fromEntries(SPOKEN.map((viseme, i) => [viseme, shares[i] / most]));
}

/**
 * @param {Record<string, number>} visemes
 * @returns {Vowels}
 */
export function vowelsOf(visemes) {
  const vowels = { aa: 0, ih: 0, ou: 0, ee: 0, oh: 0 };
  for (const viseme of SPOKEN) {
    for (const vowel of VOWELS) vowels[vowel] += visemes[viseme] * (BY_VOWELS[viseme][vowel] ?? 0);
  }
  return vowels;
}
