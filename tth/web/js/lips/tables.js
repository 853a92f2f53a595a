/**
 * Numbers shared with the lip reader in Python, each told where it stands there.
 *
 * Made by `python -m tools.lips_tables`; a test compares.
 */

/** tth/face/lipsync/hearing.py */
export const HEARING = {
  rateHz: 16000,
  steps: 3,
  stepsASecond: 90,
  window: 400,
  bands: 32,
  lowHz: 80,
  highHz: 7600,
  size: 512,
  emphasis: 0.97,
  floor: 1e-05,
  speechDb: 4,
  quiet: -8,
  fall: 0.033,
  priorSteps: 45,
  memorySteps: 270,
};

/** tth/face/lipsync/model.py */
export const MODEL = {
  format: 1,
  points: ["live", "buffered"],
  detectors: ["PP", "FF"],
};

/** tth/face/lipsync/closing.py */
export const CLOSING = {
  apart: -20,
  from: 0.15,
  to: 0.95,
  rival: -3,
  holdFrames: 2,
  release: 1,
};

/** tth/face/lipsync/reader.py */
export const READER = {
  mediaRateHz: 24000,
  framesASecond: 30,
  frameUnits: 800,
  behind: 3,
  ahead: 2,
  nearFrom: 2,
  nearTo: 5,
  quietPower: 1e-05,
  quietSteps: 5,
  quietDb: -50,
  loudDb: -14,
  least: 0.6,
  more: 0.55,
};

/** How strongly each step around a pose pulls each of the groups. */
export const PULLS = [
  [
    0.128311, 0.157393, 0.176772, 0.183737, 0.181065, 0.172722,
  ],
  [
    0.061226, 0.14045, 0.21012, 0.237634, 0.21012, 0.14045,
  ],
  [
    0.061226, 0.14045, 0.21012, 0.237634, 0.21012, 0.14045,
  ],
  [
    0.025594, 0.132074, 0.257632, 0.310659, 0.21818, 0.055862,
  ],
];

/** tth/face/visemes.py */
export const VISEMES = [
  "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U",
];

/** tth/face/dominance.py */
export const GROUPS = [
  "round", "jaw", "lips", "tongue",
];

/** The group of each of the 52 weights. */
export const GROUP_OF = [
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 2, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,
  1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3,
];

/** Places of the weights that loudness scales. */
export const OPENING = [
  17, 37, 38, 39, 40,
];

/** Each viseme at full strength: tth/face/visemes.py. */
export const SHAPES = {
  sil: {},
  PP: {
    jawOpen: 0.06, mouthClose: 0.06, mouthRollLower: 0.32, mouthRollUpper: 0.3, mouthPressLeft: 0.4,
    mouthPressRight: 0.4,
  },
  FF: {
    jawOpen: 0.07, mouthRollLower: 0.55, mouthShrugUpper: 0.12, mouthUpperUpLeft: 0.18, mouthUpperUpRight: 0.18,
  },
  TH: {
    jawOpen: 0.16, mouthLowerDownLeft: 0.15, mouthLowerDownRight: 0.15, mouthUpperUpLeft: 0.08, mouthUpperUpRight: 0.08,
    tongueOut: 0.3,
  },
  DD: {
    jawOpen: 0.15, mouthStretchLeft: 0.08, mouthStretchRight: 0.08, mouthLowerDownLeft: 0.18, mouthLowerDownRight: 0.18,
    mouthUpperUpLeft: 0.12, mouthUpperUpRight: 0.12,
  },
  kk: {
    jawOpen: 0.18, mouthLowerDownLeft: 0.15, mouthLowerDownRight: 0.15, mouthUpperUpLeft: 0.1, mouthUpperUpRight: 0.1,
  },
  CH: {
    jawOpen: 0.11, mouthFunnel: 0.5, mouthPucker: 0.15, mouthLowerDownLeft: 0.12, mouthLowerDownRight: 0.12,
    mouthUpperUpLeft: 0.12, mouthUpperUpRight: 0.12,
  },
  SS: {
    jawOpen: 0.07, mouthSmileLeft: 0.12, mouthSmileRight: 0.12, mouthStretchLeft: 0.22, mouthStretchRight: 0.22,
    mouthLowerDownLeft: 0.22, mouthLowerDownRight: 0.22, mouthUpperUpLeft: 0.1, mouthUpperUpRight: 0.1,
  },
  nn: {
    jawOpen: 0.14, mouthLowerDownLeft: 0.12, mouthLowerDownRight: 0.12, mouthUpperUpLeft: 0.06, mouthUpperUpRight: 0.06,
  },
  RR: {
    jawOpen: 0.17, mouthFunnel: 0.35, mouthPucker: 0.2,
  },
  aa: {
    jawOpen: 0.62, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2, mouthUpperUpLeft: 0.12, mouthUpperUpRight: 0.12,
  },
  E: {
    jawOpen: 0.38, mouthSmileLeft: 0.15, mouthSmileRight: 0.15, mouthStretchLeft: 0.22, mouthStretchRight: 0.22,
    mouthLowerDownLeft: 0.22, mouthLowerDownRight: 0.22, mouthUpperUpLeft: 0.1, mouthUpperUpRight: 0.1,
  },
  I: {
    jawOpen: 0.21, mouthSmileLeft: 0.25, mouthSmileRight: 0.25, mouthStretchLeft: 0.3, mouthStretchRight: 0.3,
    mouthLowerDownLeft: 0.18, mouthLowerDownRight: 0.18, mouthUpperUpLeft: 0.06, mouthUpperUpRight: 0.06,
  },
  O: {
    jawOpen: 0.42, mouthFunnel: 0.55, mouthPucker: 0.25,
  },
  U: {
    jawOpen: 0.19, mouthFunnel: 0.3, mouthPucker: 0.7,
  },
};
