/** What an open mouth shows: teeth, tongue and the dark behind them. */

import { EYES } from "./field.js";
import { FORM } from "./form.js";
import { GRID } from "./grid.js";
import { LIGHT, WORLD } from "./light.js";
import { MOUTH } from "./mouth.js";
import { WEIGHTS } from "./names.js";
import { patches } from "./patches.js";

const LONG = 18;
const WIDE = 7;
const PARTS = 4;

/** Four patches: upper teeth, lower teeth, tongue, and the hollow. */
export const withinTriangles = () => patches(PARTS, LONG, WIDE);

export const WITHIN_VERTEX = `
${WEIGHTS}
${WORLD}
${FORM}
${GRID}
${MOUTH}
out vec3 spot, normal, world;
out float part, up;

vec3 placeOf(float which, float s, float t) {
  float open = openness(), ax = s * s;
  // Behind lips that are all but shut, the teeth keep away from them.
  float gap = open + .3 * (mouthUpperUp(.5) + mouthLowerDown(.5)) + .2 * mouthFunnel
    + .3 * max(0., mouthRollLower - mouthRollUpper);
  float back_ = .05 * max(mouthRollUpper, mouthRollLower) + .02 * roundness() + .04 * (1. - smoothstep(.0, .06, gap));
  vec3 jaw = vec3(.085 * (jawLeft - jawRight), -.235 * open - .05 * (jawOpen - open), .06 * jawForward);
  if (which < .5 || (which > .5 && which < 1.5)) {
    bool above = which < .5;
    // A bow of teeth; its front is a little rounded, the canines stand a little longer.
    float width = above ? .262 : .215, high = above ? .125 : .075;
    float x = s * width, edge = above ? -.052 - .012 * smoothstep(.25, .4, abs(s)) * (1. - smoothstep(.45, .6, abs(s)))
      + .030 * ax : -.070 - .02 * ax;
    float y = above ? edge + t * high : edge - t * high;
    float z = (above ? .655 : .565) - .26 * ax * ax - .13 * ax - .045 * pow(t - .25, 2.) * 4. - back_;
    y += above ? .028 * roundness() : 0.;
    return vec3(x, MID + y, z) + (above ? vec3(.0) : jaw) ;
  }
  if (which < 2.5) {
    float a = (s * .5 + .5) * TAU, b = t * 1.5708, out_ = tongueOut * smoothstep(.02, .16, open + .2 * mouthFunnel);
    vec3 r = vec3(.150, .055 + .012 * out_, .235 + .12 * out_);
    vec3 d = vec3(cos(b) * cos(a), cos(b) * sin(a), sin(b));
    vec3 p = d * r;
    p.y -= .10 * p.z * out_ + .03 * exp(-p.x * p.x / .002) * step(0., d.y) * .4;
    return p + jaw * vec3(1., .92, 1.) + vec3(0., MID - .105 + .10 * smoothstep(0., .3, out_) + .03 * open, .36
      + .16 * out_);
  }
  // The dark: a disc in front of the neck.
  float w = t * 2. - 1.;
  return vec3(s * sqrt(1. - .5 * w * w) * .54, MID - .03 + jaw.y * .5
    + w * sqrt(1. - .5 * s * s) * (.26 - jaw.y * .45), .15);
}

void main() {
  const int W = ${WIDE} + 1, L = ${LONG} + 1;
  part = float(gl_VertexID / (L * W));
  int each = gl_VertexID % (L * W);
  float s = float(each / W) / ${LONG}. * 2. - 1., t = float(each % W) / ${WIDE}.;
  spot = placeOf(part, s, t);
  vec3 along = placeOf(part, s + .02, t) - placeOf(part, s - .02, t), over = placeOf(part, s, t + .02)
    - placeOf(part, s, t - .02);
  vec3 n = normalize(cross(along, over) + vec3(0., 0., 1e-5));
  normal = turn * (n.z < 0. && part < 1.5 ? -n : n);
  if (part > 1.5) normal *= sign(dot(n, spot - vec3(0., MID - .12, .3)) + 1e-4);
  up = t;
  world = fromHead(spot);
  gl_Position = view * vec4(world, 1.);
}
`;

export const WITHIN_FRAGMENT = `
${WEIGHTS}
${FORM}
${EYES}
${LIGHT}
uniform vec3 gumTint, toothTint;
in vec3 spot, normal, world;
in float part, up;
out vec4 colour;
void main() {
  vec3 n = normalize(normal), v = normalize(eye - world), c;
  // Light comes in from the front: the deeper, the darker.
  float deep = smoothstep(.30, .66, spot.z), side = smoothstep(.265, .08, abs(spot.x));
  float open = clamp(jawOpen * 2.2 + .45, 0., 1.);
  if (part < 1.5) {
    c = mix(toothTint, gumTint, smoothstep(.66, .80, up));
    c *= (.55 + .45 * wrapped(dot(n, KEY), .5)) * mix(.34, 1., side) * mix(.5, 1., open) * (part < .5 ? 1. : .82)
      * (1. - .45 * clamp(mouthPucker + .5 * mouthFunnel, 0., 1.));
    c += .30 * shine(n, v, normalize(vec3(-.3, .3, 1.)), 40.) * side;
  } else if (part < 2.5) {
    c = mix(gumTint, vec3(.95, .50, .50), .25) * 1.15 * (.35 + .65 * wrapped(dot(n, KEY), .5))
      * mix(.25, 1., max(deep, tongueOut)) * mix(.5, 1., side);
    c += .16 * shine(n, v, normalize(vec3(-.3, .5, 1.)), 26.) * deep;
  } else c = gumTint * .12 * mix(.4, 1., deep);
  colour = vec4(film(c * keyTint), 1.);
}
`;
