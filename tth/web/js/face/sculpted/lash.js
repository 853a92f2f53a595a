/** Lashes and lid edges: bands along where the lids end. */

import { FIELD } from "./field.js";
import { LIDS } from "./lids.js";
import { LIGHT, WORLD } from "./light.js";
import { patches } from "./patches.js";

const LONG = 24;
const WIDE = 4;
const BANDS = 4;

/** Size of the table of the bands' vertices: across all four, and along. */
export const LASH_WIDTH = BANDS * (WIDE + 1);
export const LASH_HEIGHT = LONG + 1;

/** Four bands: the upper of the left and the right eye, then the lower ones. */
export const lashTriangles = () => patches(BANDS, LONG, WIDE);

/** Fills the table: each band goes from the ball over the lid's edge to the skin, above on to the lashes' tips. */
export const LASH_SHAPE = `
layout(location = 0) out vec4 place;
${FIELD}
${LIDS}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  const int W = ${WIDE} + 1;
  int band = at.x / W, j = at.x % W;
  float side = (band & 1) == 0 ? 1. : -1., upper = band < 2 ? 1. : 0., left = step(0., side), way = upper * 2. - 1.;
  float t = float(at.y) / ${LONG}., x = mix(-.895, .90, t), ring = sqrt(max(0., 1. - x * x));
  vec2 lids = lidsAt(x, left);
  float elevation = (upper > .5 ? lids.y : lids.x) + way * (j < 2 ? 0. : .018);
  vec3 mirror = vec3(side, 1., 1.), d = vec3(x, ring * vec2(sin(elevation), cos(elevation)));
  float radius = eyeRadius(), far = radius + .02;
  // The lid's outer side lies where the skin is, which in the corners is farther from the ball.
  for (int k = 0; k < 3; k++) far -= skin((eyeCentre() + d * far) * mirror);
  float tip = upper * form_lash * (.008 + .034 * smoothstep(.30, .90, t)) * smoothstep(0., .25, t)
    * (1. - smoothstep(.90, 1., t));
  vec3 p = d * (j == 0 ? radius * .99 : far + .003);
  if (j > 1) {
    float out_ = float(j - 1) / 3.;
    p += (vec3(.35 * smoothstep(.4, 1., t), .25 + .45 * out_, 1.) * tip
      + vec3(0., .007 * upper * smoothstep(0., .3, t) * smoothstep(1., .93, t), 0.) * form_lash) * out_;
  }
  place = vec4((eyeCentre() + p) * mirror, upper * step(.5, float(j)) * smoothstep(-.02, .10, t));
}
`;

export const LASH_VERTEX = `
${WORLD}
uniform sampler2D lashes;
out float dark;
out vec3 shade;
void main() {
  const int L = ${LONG} + 1, W = ${WIDE} + 1;
  int each = gl_VertexID % (L * W);
  vec4 place = texelFetch(lashes, ivec2(gl_VertexID / (L * W) * W + each % W, each / W), 0);
  dark = place.w;
  vec3 world = fromHead(place.xyz);
  shade = shadeOf(world, vec3(0., 0., 1.));
  gl_Position = view * vec4(world, 1.);
}
`;

export const LASH_FRAGMENT = `
${LIGHT}
uniform vec3 lashTint, skinTint, blushTint;
in float dark;
in vec3 shade;
out vec4 colour;
void main() {
  vec3 wet = mix(skinTint, blushTint, .35) * (keyTint * .5 * mix(.5, 1., lit(shade)) + skyTop * .4);
  colour = vec4(film(mix(wet, lashTint * .30, smoothstep(.1, .6, dark))), 1.);
}
`;
