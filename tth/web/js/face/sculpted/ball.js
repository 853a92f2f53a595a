/** The eyes: balls whose iris is drawn by the angle between a point's direction and the gaze. */

import { EYES } from "./field.js";
import { FORM } from "./form.js";
import { LIDS } from "./lids.js";
import { LIGHT, WORLD } from "./light.js";
import { WEIGHTS } from "./names.js";
import { patches } from "./patches.js";

const ACROSS = 28;
const DOWN = 20;

/** The front of both balls: a quarter more than half of each. */
export const ballTriangles = () => patches(2, DOWN, ACROSS);

export const BALL_VERTEX = `
${WORLD}
${FORM}
${EYES}
out vec3 direction, world, normal, shade;
flat out float side;
void main() {
  const int A = ${ACROSS} + 1, D = ${DOWN} + 1;
  int each = gl_VertexID % (A * D);
  side = gl_VertexID < A * D ? 1. : -1.;
  float u = (float(each % A) / ${ACROSS}. - .5) * 3.6, t = (float(each / A) / ${DOWN}. - .5) * 3.0;
  direction = vec3(sin(u) * cos(t), sin(t), cos(u) * cos(t));
  vec3 p = eyeCentre() * vec3(side, 1., 1.) + direction * eyeRadius();
  normal = turn * direction;
  world = fromHead(p);
  shade = shadeOf(world, normal);
  gl_Position = view * vec4(world, 1.);
}
`;

export const BALL_FRAGMENT = `
${WEIGHTS}
${FORM}
${EYES}
${LIDS}
${LIGHT}
uniform vec3 irisTint, irisLit, whiteTint, lashTint;
uniform float glow, pupil;
in vec3 direction, world, normal, shade;
flat in float side;
out vec4 colour;
void main() {
  vec3 d = normalize(direction), n = normalize(normal), v = normalize(eye - world);
  float left = step(0., side);
  vec2 look = gaze + vec2(left > .5 ? eyeLookOutLeft - eyeLookInLeft : eyeLookInRight - eyeLookOutRight,
    eyeLookUp(left) - eyeLookDown(left));
  look = clamp(look, -1., 1.);
  // A touch of turning in: both eyes meet at the viewer.
  vec3 g = normalize(vec3(look.x * .58 - side * .035, look.y * .46, 1.));
  float a = acos(clamp(dot(d, g), -1., 1.)), iris = .60, hole = .255 * pupil;
  vec3 w = d - g;
  float soft = max(fwidth(a), .008);
  float spokes = atan(w.y, w.x);
  vec3 c = mix(irisTint, irisLit, smoothstep(.24, -.46, w.y) * .92);
  c *= .72 + .28 * smoothstep(hole, iris * .8, a);
  c *= .90 + .13 * sin(spokes * 24. + sin(spokes * 7.) * 2.) * smoothstep(hole, iris, a);
  c = mix(c, irisTint * .14, smoothstep(iris * .76, iris, a));
  c *= mix(1., .42, smoothstep(.04, .5, w.y));
  vec3 white = whiteTint * mix(vec3(1.), vec3(.93, .76, .73), smoothstep(.72, 1.2, a));
  vec3 tint = mix(c, white, smoothstep(iris - soft, iris + soft, a));
  float within = smoothstep(hole - soft, hole + soft, a);
  tint = mix(vec3(.012, .010, .018), tint, within);
  float inIris = 1. - smoothstep(iris - soft, iris + soft, a);
  vec2 lids = lidsAt(d.x * side, left);
  float elevation = atan(d.y, d.z);
  // The lid's shade lies on the ball; where the lids meet in the corners it is darker and redder.
  float under = smoothstep(.0, .34, lids.y - elevation) * .62 + .38;
  float corner = smoothstep(.92, .62, abs(d.x));
  float rim = smoothstep(-.01, .07, elevation - lids.x);
  float sun_ = mix(.55, 1., lit(shade)), facing = dot(n, KEY);
  vec3 light = keyTint * (.45 * wrapped(facing, .6) * sun_ + .30) + ambient(n) * .42;
  vec3 out_ = tint * light * under * mix(vec3(.62, .40, .38), vec3(1.), corner)
    * mix(vec3(.9, .66, .62), vec3(1.), rim);
  out_ += c * inIris * within * (.22 + glow) * under;
  // Lights that the eye reflects stay where they are while it turns: nothing says life more plainly.
  vec3 mirror = reflect(-v, n);
  float high = smoothstep(.955, .975, dot(mirror, normalize(vec3(-.40, .52, .75))));
  float low = smoothstep(.962, .990, dot(mirror, normalize(vec3(.46, -.36, .80))));
  out_ += (vec3(1.55) * high + skyTop * .55 * low) * smoothstep(.02, .10, lids.y - elevation);
  colour = vec4(film(out_), 1.);
}
`;
