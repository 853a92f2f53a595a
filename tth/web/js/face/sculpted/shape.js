/**
 * Turns weights into the face's surface: a table with one place per vertex of the net.
 *
 * It is done in two passes over such tables. Once per head, `REST` finds where the net touches the sculpture at rest.
 * Each frame, `SHAPE` moves every vertex as lips and jaw take it along, lets it find the surface again, and adds the
 * lips.
 */

import { BEARD } from "./beard.js";
import { FIELD } from "./field.js";
import { GRID } from "./grid.js";
import { MOUTH } from "./mouth.js";

/** Covers a table with one triangle. */
export const WHOLE = `
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }
`;

export const REST = `
layout(location = 0) out vec4 place;
layout(location = 1) out vec4 aim;
${FIELD}
${GRID}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  float angle = angleOf(at.x), across = acrossOf(at.y), m = ellipseOf(across, sin(angle));
  vec2 flat_ = mouthHalf() * vec2(cosh(m) * cos(angle), sinh(m) * sin(angle));
  float far = length(flat_), turn = far / .92;
  // Near the mouth the net is flat and looks ahead; far from it, it is wound about the head's middle.
  vec3 middle = vec3(0., -.08, -.04), ahead = normalize(vec3(0., MID, .70) - middle),
    up = normalize(vec3(0., ahead.z, -ahead.y));
  vec2 way = flat_ / max(far, 1e-4);
  vec3 round_ = cos(turn) * ahead + sin(turn) * (way.x * vec3(1., 0., 0.) + way.y * up);
  float k = smoothstep(.24, .85, far);
  vec3 d = normalize(mix(vec3(0., 0., 1.), round_, k));
  vec3 p = mix(vec3(flat_.x, MID + flat_.y, .92), middle + round_ * 1.12, k);
  for (int i = 0; i < 40; i++) p -= d * skin(p) * .75;
  place = vec4(p, far);
  aim = vec4(d, 0.);
}
`;

export const SHAPE = `
layout(location = 0) out vec4 place;
uniform sampler2D rest, aims;
${FIELD}
${GRID}
${MOUTH}
${BEARD}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 home = texelFetch(rest, at, 0);
  vec3 p = home.xyz, d = texelFetch(aims, at, 0).xyz;
  float angle = angleOf(at.x), cosine = cos(angle), sine = sin(angle), across = acrossOf(at.y),
    m = ellipseOf(across, sine);
  float upper = smoothstep(-.22, .22, sine), l = leftness(p.x), drop = jawDrop();
  Lip lip = lipAt(l, upper);
  // The skin below the mouth goes with the jaw, all of it with the lips, less and less the farther it is from them.
  float near = exp(-pow(home.w / mix(.44, .40, upper), 3.)), jaw = jawShare(p);
  vec3 moved = p + jaw * jawShift() - vec3(0., drop * smoothstep(MID, MID - .30, p.y) * smoothstep(-.2, .3, p.z) * .85,
    0.);
  float red = lip.red * (1. + (1. / lip.red - 1.) * smoothstep(1., 3.5, across));
  float edge = MID + edgeAt(lip, cosine, sine);
  float reach = sinh(min(m, lipReach(sine))), beyond = sinh(m) - reach;
  vec2 spot = vec2(lip.half_ * cosh(m) * cosine, edge + mouthHalf() * sine * (reach * lip.red + beyond * red));
  spot.x += .075 * (mouthLeft - mouthRight) + jawShift().x * .8;
  p = moved;
  p.xy = mix(moved.xy, spot, near);
  for (int i = 0; i < 3; i++) p -= d * skin(p);
  float grown = beardAt(home.xyz, across);
  p += d * grown * (.030 + .006 * hairs(home.xyz));
  // On the surface lie the lips.
  float lips = 1. - smoothstep(1., 2.2, across), taper = smoothstep(0., .60, abs(sine));
  float bow = upper * (1. - roundness()) * exp(-cosine * cosine / .03);
  p.z += lip.bulge * taper * bulgeAt(across) * (1. - .18 * bow)
    + lip.push * (.35 + .65 * taper) * exp(-max(0., across - 1.) * .55);
  p.y -= upper * .012 * bow * smoothstep(.5, 1., across) * lips;
  // Their inner side turns back, and away from the opening.
  float inside = max(0., -across);
  p.z -= .05 * inside * inside + .03 * inside;
  p.y += sign(sine) * .055 * inside * abs(sine);
  place = vec4(p, across);
}
`;

/**
 * A third pass over the table: which way each vertex faces, and how much of the sky its neighbourhood takes away.
 */
export const FACING = `
layout(location = 0) out vec4 facing;
uniform sampler2D places;
${FIELD}
${GRID}
vec3 placeAt(int i, int j) { return texelFetch(places, ivec2((i + AROUND) % AROUND, clamp(j, 0, RINGS - 1)), 0).xyz; }
void main() {
  int i = int(gl_FragCoord.x), j = int(gl_FragCoord.y);
  vec3 here = placeAt(i, j);
  vec3 n = normalize(cross(placeAt(i, j + 1) - placeAt(i, j - 1), placeAt(i + 1, j) - placeAt(i - 1, j)));
  float taken = 0.;
  for (int ring = 0; ring < 2; ring++) {
    float far = 2. + 4. * float(ring);
    for (int k = 0; k < 8; k++) {
      float a = TAU * float(k) / 8.;
      vec3 way = placeAt(i + int(round(cos(a) * far)), max(j + int(round(sin(a) * far)), 0)) - here;
      float apart = length(way);
      taken += max(0., dot(way, n) / max(apart, 1e-4) - .06) * (1. - smoothstep(.0, .5, apart));
    }
  }
  facing = vec4(n, taken / 16.);
}
`;
