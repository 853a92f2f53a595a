/** Light, shadow and colour, the same for skin, hair and cloth. Directions are in the world, +z to the viewer. */

/** The world as vertex shaders need it. */
export const WORLD = `
uniform mat4 view;
uniform mat3 turn;
uniform vec3 lift;
uniform mat4 sun;
const vec3 PIVOT = vec3(0., -.78, -.16);
// Where the shadow map has a point; a little off the surface, which must not shade itself.
vec3 shadeOf(vec3 world, vec3 normal) { return (sun * vec4(world + normal * .022, 1.)).xyz * .5 + .5; }
vec3 fromHead(vec3 p) { return turn * (p - PIVOT) + PIVOT + lift; }
`;

export const LIGHT = `
uniform highp sampler2DShadow shadows;
uniform float fine;  // 0 where the machine is slow
uniform vec3 skyTop, skyFloor, keyTint, rimTint, eye;
const vec3 KEY = vec3(-.4925, .5556, .6700);

float lit(vec3 spot) {
  if (any(greaterThan(abs(spot - .5), vec3(.5)))) return 1.;
  if (fine < .5) return texture(shadows, vec3(spot.xy, spot.z - .004));
  float sum = 0., step_ = 1.3 / 512.;
  for (int i = 0; i < 4; i++) sum += texture(shadows,
    vec3(spot.xy + step_ * (vec2(i & 1, i >> 1) * 2. - 1.), spot.z - .004));
  return sum * .25;
}

// Diffuse light that goes round the edge a little, as on skin.
float wrapped(float facing, float wrap) {
  float x = max((facing + wrap) / (1. + wrap), 0.);
  return x * (.35 * x + .65);
}

// What comes from behind, left and right, where the surface turns away from the viewer.
vec3 rims(vec3 n, vec3 v, float open) {
  float edge = pow(1. - max(dot(n, v), 0.), 2.7);
  return edge * open * (rimTint * 1.35 * max(dot(n, normalize(vec3(.86, .34, -.22))), 0.)
    + skyTop * .42 * max(dot(n, normalize(vec3(-.9, .2, -.35))), 0.));
}

float shine(vec3 n, vec3 v, vec3 l, float power) { return pow(max(dot(n, normalize(l + v)), 0.), power); }

vec3 ambient(vec3 n) { return mix(skyFloor, skyTop, n.y * .5 + .5); }

// Film's way with light: soft shoulder, deep toe.
vec3 film(vec3 c) {
  c *= 1.16;
  c = (c * (1.556 * c + .05)) / (c * (1.507 * c + .55) + .12) * 1.10;
  return c;
}
float grain(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453) - .5; }
`;
