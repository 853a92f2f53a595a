/** The brows: bands that follow the forehead. */

import { FIELD } from "./field.js";
import { LIGHT, WORLD } from "./light.js";
import { patches } from "./patches.js";

const LONG = 22;
const WIDE = 6;

export const browTriangles = () => patches(2, LONG, WIDE);

/** Size of the table of the brows' vertices: across both, and along. */
export const BROW_WIDTH = 2 * (WIDE + 1);
export const BROW_HEIGHT = LONG + 1;

/** Fills the table: places, and which way they face. */
export const BROW_SHAPE = `
layout(location = 0) out vec4 place;
layout(location = 1) out vec4 facing;
${FIELD}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  const int W = ${WIDE} + 1;
  float side = at.x < W ? 1. : -1., l = step(0., side), t = float(at.y) / ${LONG}., s = float(at.x % W) / ${WIDE}. * 2.
    - 1.;
  float down = browDown(l), outer = browOuterUp(l), inner = browInnerUp;
  float x = .125 + .455 * t - .035 * down * (1. - t) + (form_eyeApart - 1.) * .28;
  float y = .322 + .075 * form_browArch * sin(.35 + t * 2.15) - .058 * t * t * t + .006 * (1. - t);
  y += inner * (.165 * pow(1. - t, 1.35) - .030 * t * (1. - outer)) + outer * (.03 + .125 * pow(t, .65))
    - down * (.135 * (1. - t) + .035);
  y += .10 * (form_eye - 1.);
  float thick = .034 * form_brow * smoothstep(-.03, .10, t) * (1. - .74 * pow(t, 1.8)) * (1. + .10 * down);
  // Across the brow's own direction.
  float lean = .16 * form_browArch * cos(.35 + t * 2.15) - .174 * t * t - inner * .2 * (1. - t) + down * .135;
  vec2 over = normalize(vec2(-lean, .455));
  vec3 p = vec3((x + over.x * thick * s) * side, y + over.y * thick * s, .95);
  for (int i = 0; i < 6; i++) p.z -= skin(p) * .9;
  float e = .006;
  vec3 n = normalize(vec3(skin(p + vec3(e, 0., 0.)) - skin(p - vec3(e, 0., 0.)), skin(p + vec3(0., e, 0.))
    - skin(p - vec3(0., e, 0.)),
    skin(p + vec3(0., 0., e)) - skin(p - vec3(0., 0., e))));
  p += n * (.022 * form_brow * sqrt(max(0., 1. - s * s)) * smoothstep(0., .08, t) * smoothstep(1.02, .85, t) + .003);
  place = vec4(p, t);
  facing = vec4(normalize(n + vec3(over * s * .9, 0.) * vec3(side, 1., 1.)), s);
}
`;

export const BROW_VERTEX = `
${WORLD}
uniform sampler2D brows, browFacings;
out vec3 world, normal, shade;
out vec2 cell;
void main() {
  const int L = ${LONG} + 1, W = ${WIDE} + 1;
  int each = gl_VertexID % (L * W);
  ivec2 at = ivec2(each % W + (gl_VertexID < L * W ? 0 : W), each / W);
  vec4 place = texelFetch(brows, at, 0), facing = texelFetch(browFacings, at, 0);
  normal = turn * facing.xyz;
  cell = vec2(place.w, facing.w);
  world = fromHead(place.xyz);
  shade = shadeOf(world, normal);
  gl_Position = view * vec4(world, 1.);
}
`;

export const BROW_FRAGMENT = `
${LIGHT}
uniform vec3 browTint, skinTint;
in vec3 world, normal, shade;
in vec2 cell;
out vec4 colour;
void main() {
  vec3 n = normalize(normal), v = normalize(eye - world);
  float hairs = sin(cell.x * 95. + cell.y * 3.5) * .5 + sin(cell.x * 41. - cell.y * 2.) * .5;
  vec3 tint = browTint * (1. + .16 * hairs);
  vec3 c = tint * (wrapped(dot(n, KEY), .35) * keyTint * mix(.35, 1., lit(shade)) + ambient(n) * .6)
    + .05 * shine(n, v, KEY, 12.);
  float edge = 1. - smoothstep(.74, 1., abs(cell.y)), ends = smoothstep(0., .07, cell.x) * smoothstep(1., .9, cell.x);
  colour = vec4(film(c + rims(n, v, .4) * .4), clamp(edge * (.35 + .65 * ends), 0., 1.));
}
`;
