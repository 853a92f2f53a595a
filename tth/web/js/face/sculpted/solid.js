/** Draws what does not change its form: hair, ears, neck, clothes, glasses. */

import { FORM } from "./form.js";
import { LIGHT, WORLD } from "./light.js";

const PLACED = `
${WORLD}
uniform mat3 lagging;
uniform float breath;
layout(location = 0) in vec3 place;
layout(location = 1) in vec3 outward;
layout(location = 2) in vec3 flow;
layout(location = 3) in vec4 traits;
mat3 turning() { return turn * (1. - traits.z) + lagging * traits.z; }
vec3 placed() {
  vec3 inHead = turning() * (place - PIVOT) + PIVOT + lift;
  // Breath lifts the shoulders more than the chest, and widens it a little.
  // On a tall page the figure goes on below what was sculpted.
  vec3 at = place - vec3(0., 40. * max(0., -2.25 - place.y), 0.);
  vec3 body = at + breath * vec3(.010 * place.x, .030 * smoothstep(-2.6, -1.4, place.y),
    .018 * smoothstep(.2, -.1, abs(place.x) - .5));
  return mix(body, inHead, traits.y);
}
`;

export const SOLID_VERTEX = `
${PLACED}
out vec3 world, normal, along, shade, home;
out vec3 looks;
void main() {
  world = placed();
  mat3 t = turning();
  normal = mix(outward, t * outward, traits.y);
  along = t * flow;
  home = place;
  looks = vec3(traits.x, traits.z, traits.w);
  shade = shadeOf(world, normal);
  gl_Position = view * vec4(world, 1.);
}
`;

export const SOLID_SHADOW_VERTEX = `
${PLACED}
void main() { gl_Position = sun * vec4(placed(), 1.); }
`;

export const HAIR_FRAGMENT = `
${LIGHT}
uniform vec3 hairTint, hairLit;
uniform float tipGlow, strandiness;
in vec3 world, normal, along, shade, home, looks;
out vec4 colour;
void main() {
  vec3 n = normalize(normal), v = normalize(eye - world), t = normalize(along + vec3(1e-5));
  float phase = looks.x, sky = 1. - .8 * looks.z, facing = dot(n, KEY);
  float strand = sin(phase * 29.) * .35;
  if (fine > .5) strand += sin(phase * 61. + sin(phase * 17.) * 2.) * .5 + sin(phase * 131. + 1.7) * .3;
  strand *= strandiness;
  vec3 tint = mix(hairTint, hairLit, clamp(.16 + .12 * strand + .16 * n.y, 0., 1.)) * (1. + .12 * strand);
  float sun_ = lit(shade) * smoothstep(-.25, .15, facing);
  vec3 c = tint * (wrapped(facing, .3) * keyTint * mix(.30, 1., sun_) * mix(.55, 1., sky) + sky * ambient(n) * .60);
  // Strands shine in bands across them.
  vec3 h = normalize(KEY + v);
  float th = dot(t, h) + .10 * strand, band = pow(max(1. - th * th, 0.), 46.), wide = pow(max(1. - th * th, 0.), 9.);
  c += (hairLit * (.30 * wide + .12) * wide + vec3(1., .93, .85) * .13 * band) * mix(.12, 1., sun_) * sky
    * smoothstep(-.2, .6, facing) * mix(.4, 1., strandiness);
  c += rims(n, v, smoothstep(.1, .7, sky)) * (.55 + .45 * hairLit) * (1. + .25 * strand);
  c += hairLit * tipGlow * looks.y * looks.y * 1.1;
  colour = vec4(film(c) + grain(gl_FragCoord.xy) / 350., 1.);
}
`;

export const PLAIN_FRAGMENT = `
${LIGHT}
${FORM}
uniform vec3 skinTint, blushTint, clothTint, frameTint, tieTint;
uniform float matter;
in vec3 world, normal, along, shade, home, looks;
out vec4 colour;
void main() {
  vec3 n = normalize(normal), v = normalize(eye - world);
  float sky = 1. - .85 * looks.z, facing = dot(n, KEY), near = lit(shade), sun_ = near * smoothstep(-.3, .1, facing);
  vec3 c;
  if (matter < .5) {
    vec3 tint = mix(skinTint, blushTint, .22 * smoothstep(.55, .75, abs(home.x)));
    vec3 open = pow(vec3(max(sky, .03)), vec3(.72, 1.12, 1.22)), shadow = mix(vec3(.50, .27, .23), vec3(1.), sun_);
    c = tint * (wrapped(facing, .40) * shadow * keyTint * mix(.42, 1., sky) * 1.06 + open * ambient(n) * .50);
    c += tint * blushTint * .30 * open * smoothstep(-.55, .1, facing) * smoothstep(.65, .05, facing);
  } else {
    float knit = matter < 1.5 ? 1. + .035 * sin(home.y * 160. + 2. * sin(home.x * 12.)) * sin(home.x * 120.) : 1.;
    vec3 tint = (matter < 1.5 ? clothTint : matter < 2.5 ? frameTint : tieTint) * knit;
    c = tint * (wrapped(facing, .22) * mix(.32, 1., sun_) * keyTint * mix(.5, 1., sky) + sky * ambient(n) * .62);
    c += (matter > 1.5 && matter < 2.5 ? .7 * shine(n, v, KEY, 60.) : .05 * shine(n, v, KEY, 9.)) * near;
    if (matter < 1.5) c += tint * .25 * pow(1. - max(dot(n, v), 0.), 3.) * sky;
  }
  c += rims(n, v, smoothstep(.2, .8, sky)) * mix(vec3(1.), matter < .5 ? skinTint : clothTint, .5);
  colour = vec4(film(c) + grain(gl_FragCoord.xy) / 350., 1.);
}
`;
