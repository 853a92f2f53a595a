/** A face of 52 weights as moods: for files that can only be happy, sad, angry or surprised as a whole. */

import { unmixer } from "./mixture.js";

/** @typedef {import("../arkit.js").Shapes} Shapes */
/** @typedef {Record<string, number>} Moods How far each mood has the face, 0 to 1. */

/** By VRM's names. */
export const MOODS = ["happy", "sad", "angry", "surprised"];

/**
 * What of a face tells moods apart; both sides of a shape together. tth/face/emotions.py has them at full strength.
 */
const SIGNS = /** @type {readonly ((w: Partial<Shapes>) => number)[]} */ ([
  ({ browInnerUp = 0 }) => browInnerUp,
  ({ browOuterUpLeft = 0, browOuterUpRight = 0 }) => (browOuterUpLeft + browOuterUpRight) / 2,
  ({ browDownLeft = 0, browDownRight = 0 }) => (browDownLeft + browDownRight) / 2,
  ({ eyeWideLeft = 0, eyeWideRight = 0 }) => (eyeWideLeft + eyeWideRight) / 2,
  ({ eyeSquintLeft = 0, eyeSquintRight = 0 }) => (eyeSquintLeft + eyeSquintRight) / 2,
  ({ cheekSquintLeft = 0, cheekSquintRight = 0 }) => (cheekSquintLeft + cheekSquintRight) / 2,
  ({ noseSneerLeft = 0, noseSneerRight = 0 }) => (noseSneerLeft + noseSneerRight) / 2,
  ({ mouthSmileLeft = 0, mouthSmileRight = 0 }) => (mouthSmileLeft + mouthSmileRight) / 2,
  ({ mouthFrownLeft = 0, mouthFrownRight = 0 }) => (mouthFrownLeft + mouthFrownRight) / 2,
]);

/** Each emotion by the signs above, and by VRM's moods. */
const EMOTIONS = /** @type {readonly {signs: number[], moods: Moods}[]} */ ([
  { signs: [0.08, 0, 0, 0, 0.3, 0.55, 0, 0.7, 0], moods: { happy: 1 } },
  { signs: [0.7, 0, 0.2, 0, 0.15, 0, 0, 0, 0.55], moods: { sad: 1 } },
  { signs: [0, 0, 0.8, 0.2, 0.4, 0, 0.3, 0, 0.25], moods: { angry: 1 } },
  { signs: [0.7, 0.75, 0, 0.7, 0, 0, 0, 0, 0], moods: { surprised: 1 } },
  { signs: [0.8, 0.35, 0.25, 0.65, 0, 0, 0, 0, 0.15], moods: { surprised: 0.6, sad: 0.4 } },
  { signs: [0, 0, 0.4, 0, 0.35, 0.2, 0.75, 0, 0.3], moods: { angry: 0.6, sad: 0.3 } },
]);

// A face that is merely alive lifts its brows a little; that is no mood.
const unmix = unmixer(EMOTIONS.map(({ signs }) => signs), 0.12);

/** What `least` takes away of a mood at full strength. */
const FULL = EMOTIONS.map(({ signs }) => 1 - 0.12 / signs.reduce((sum, sign) => sum + sign * sign, 0));

/**
 * @param {Partial<Shapes>} w
 * @returns {Moods}
 */
export function moodsOf(w) {
  const shares = unmix(SIGNS.map((of) => of(w)));
  const moods = /** @type {Moods} */ (Object.fromEntries(MOODS.map((mood) => [mood, 0])));
  EMOTIONS.forEach((emotion, i) => {
    const share = Math.min(1, shares[i] / FULL[i]);
    for (const [mood, amount] of Object.entries(emotion.moods)) moods[mood] = Math.min(1, moods[mood] + share * amount);
  });
  return moods;
}

/**
 * As much of a mood as leaves the mouth free to speak.
 *
 * @param {number} weight
 * @param {"none" | "block" | "blend"} override What the mood does to a mouth that speaks: nothing, shut it, damp it.
 * @param {number} speaking 0 to 1.
 */
export function besideSpeech(weight, override, speaking) {
  if (override === "block") return weight * (1 - speaking);
  return override === "blend" ? Math.min(weight, 1 - speaking / 2) : weight;
}
