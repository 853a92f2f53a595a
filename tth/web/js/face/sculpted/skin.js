/** Draws the face: places come from the table, normals from each vertex's neighbours in it. */

import { BEARD } from "./beard.js";
import { EYES } from "./field.js";
import { FORM } from "./form.js";
import { GRID, GRID_SIZE } from "./grid.js";
import { LIDS } from "./lids.js";
import { LIGHT, WORLD } from "./light.js";
import { WEIGHTS } from "./names.js";

export const SKIN_VERTEX = `
${WORLD}
${FORM}
${GRID}
uniform sampler2D places, facings, rest;
layout(location = 0) in float sheltered;
out vec3 spot, home, normal, world, shade;
out float across, hollow, shelter;
void main() {
  ivec2 at = ivec2(gl_VertexID % AROUND, gl_VertexID / AROUND);
  vec4 here = texelFetch(places, at, 0), facing = texelFetch(facings, at, 0);
  spot = here.xyz;
  across = here.w;
  home = texelFetch(rest, at, 0).xyz;
  normal = turn * facing.xyz;
  hollow = facing.w;
  shelter = sheltered;
  world = fromHead(spot);
  shade = shadeOf(world, normal);
  gl_Position = view * vec4(world, 1.);
}
`;

/** Only where things are: for the shadow map. */
export const SKIN_SHADOW_VERTEX = `
${WORLD}
${GRID_SIZE}
uniform sampler2D places;
void main() {
  vec3 place = texelFetch(places, ivec2(gl_VertexID % AROUND, gl_VertexID / AROUND), 0).xyz;
  gl_Position = sun * vec4(fromHead(place), 1.);
}
`;

export const NOTHING = "void main() {}";

export const SKIN_FRAGMENT = `
${WEIGHTS}
${FORM}
${EYES}
${LIDS}
${LIGHT}
${BEARD}
uniform vec3 skinTint, blushTint, lipTint, lashTint, hairTint, hairLit;
uniform float freckles, lidTint;
in vec3 spot, home, normal, world, shade;
in float across, hollow, shelter;
out vec4 colour;

float hill2(vec2 p, vec2 r) { p /= r; return exp(-dot(p, p)); }
float hill3(vec3 p, vec3 r) { p /= r; return exp(-dot(p, p)); }

float speckle(vec2 p) {
  vec2 cell = floor(p), at = fract(p) - .5;
  float a = fract(sin(dot(cell, vec2(127.1, 311.7))) * 43758.5), b = fract(a * 91.7), c = fract(a * 37.3);
  return step(.55, a) * smoothstep(.20 + .12 * c, .04, length(at - .5 * vec2(b - .5, c - .5)));
}

void main() {
  vec3 n = normalize(normal), v = normalize(eye - world);
  vec3 s = vec3(abs(spot.x), spot.yz), e = s - eyeCentre(),
    q = home;  // colours stay where they are while the face moves
  float l = leftness(spot.x), radius = eyeRadius(), alpha = 1., margin = 1., above = 0.;
  bool atEye = length(e.xy) < radius * 1.25 && e.z > 0.;
  float elevation = atan(e.y, e.z), blur = max(fwidth(elevation), 1e-4);
  if (atEye) {
    vec2 lids = lidsAt(e.x / radius, l);
    float within = min(elevation - lids.x, lids.y - elevation);
    if (lids.y - lids.x > .012 && abs(e.x) < radius * .93) {
      alpha = clamp(.5 - within / blur, 0., 1.);
      if (alpha <= (fine > .5 ? .01 : .5)) discard;
      margin = smoothstep(0., .055, -within);
    }
    above = smoothstep(lids.y + .30, lids.y, elevation) * step(0., elevation - .5 * (lids.x + lids.y))
      * smoothstep(1.2, .9, length(e.xy) / radius);
  }
  vec3 tint = skinTint;
  float ax = abs(q.x), lift = max(mouthSmile(l), cheekSquint(l));
  float cheek = hill2(vec2(ax - .42, (q.y + .235) * 1.1), vec2(.20)), tip = hill3(q - vec3(0., -.23, .84), vec3(.148));
  tint = mix(tint, blushTint, clamp(cheek * (.34 + .22 * lift) + .22 * tip, 0., 1.));
  tint = mix(tint, blushTint * .78, .20 * hill2(e.xy, vec2(.255)) * smoothstep(.3, .6, q.z));
  if (freckles * fine > 0. && max(cheek, tip) > .02) {
    tint *= 1. - freckles * .30 * max(cheek, .8 * tip) * max(speckle(q.xy * 34.), .7 * speckle(q.xy * 55. + 3.7))
      * smoothstep(.1, .4, q.z);
  }
  tint = mix(tint, lashTint, above * lidTint);
  tint *= 1. - .55 * hill2(vec2(s.x - .046 * form_nose * form_noseWide, s.y + .306 - .02 * form_snub),
    vec2(.030, .020)) * smoothstep(.70, .78, s.z);
  float soft = fwidth(across) + .10, lips = 1. - smoothstep(1. - soft * .5, 1. + soft, across);
  tint = mix(tint, lipTint * mix(1.06, .94, across), lips * smoothstep(-.9, -.3, across));
  tint = mix(tint, vec3(.16, .03, .04), smoothstep(-.3, -.9, across));
  float grown = 0.;
  if (beard > 0.) {
    float strands = hairs(q);
    grown = smoothstep(.25, .75, beardAt(q, across) + .10 * strands);
    tint = mix(tint, mix(hairTint, hairLit, .22 + .16 * strands), grown);
  }
  // A crease's shadow is red: light comes through its walls.
  float sky = clamp(1. - hollow * 2.3, 0., 1.) * (1. - .62 * shelter);
  sky *= mix(1., .5, smoothstep(.0, -.7, across));
  vec3 open = pow(vec3(max(sky, .03)), vec3(.72, 1.12, 1.22));
  float facing = dot(n, KEY), sun_ = lit(shade) * smoothstep(-.3, .1, facing) ;
  vec3 shadow = mix(vec3(.50, .27, .23), vec3(1.), sun_);
  vec3 c = tint * (wrapped(facing, .40) * shadow * keyTint * mix(.42, 1., sky) * 1.06 + open * ambient(n) * .50
    + open * blushTint * .22 * max(-n.y, 0.));
  c += tint * blushTint * .30 * open * smoothstep(-.55, .1, facing) * smoothstep(.65, .05, facing);
  c += rims(n, v, smoothstep(.2, .8, sky)) * mix(vec3(1.), tint, .35);
  float gloss = mix(.085, .36, lips) * (1. - .7 * grown), tight = mix(22., 70., lips);
  c += gloss * shine(n, v, KEY, tight) * mix(.35, 1., sun_) * vec3(1., .96, .92) * sky;
  c += .05 * shine(n, v, KEY, 7.) * sun_;
  // The lash line, and what the lid's own edge shows.
  if (atEye) c = mix(c * vec3(.62, .44, .42), c, margin);
  // Between closed lips is a dark line.
  c *= mix(vec3(.36, .16, .17), vec3(1.), mix(1., smoothstep(-.02, .20, across), smoothstep(-1.2, -.3, across)));
  c = film(c);
  colour = vec4(c + grain(gl_FragCoord.xy) / 350., alpha);
}
`;
