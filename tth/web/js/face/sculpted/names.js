/** The weights by name in shaders: `jawOpen` there is the number that a frame carries under this name. */

import { NAMES } from "../arkit.js";

/** How many vec4 hold the weights. */
export const WEIGHT_VECTORS = NAMES.length / 4;

const SIDED = NAMES.filter((name) => name.endsWith("Left") && name !== "jawLeft" && name !== "mouthLeft")
  .map((name) => name.slice(0, -"Left".length));

/**
 * Declares the weights for a shader. What has two sides is also a function of how far left a point lies:
 * `mouthSmile(l)` goes from `mouthSmileRight` at 0 to `mouthSmileLeft` at 1.
 */
export const WEIGHTS = [
  `uniform vec4 weights[${WEIGHT_VECTORS}];`,
  ...NAMES.map((name, i) => `#define ${name} weights[${i >> 2}].${"xyzw"[i & 3]}`),
  "float leftness(float x) { return smoothstep(-.12, .12, x); }",
  ...SIDED.map((name) => `float ${name}(float l) { return mix(${name}Right, ${name}Left, l); }`),
].join("\n");
