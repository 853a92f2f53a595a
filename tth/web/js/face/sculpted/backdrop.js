/** What is behind the figure: light on a wall, and lights out of focus. */

import { LIGHT } from "./light.js";

export const BACKDROP_FRAGMENT = `
${LIGHT}
uniform vec3 wallLight, wallMiddle, wallEdge, lampTint;
uniform vec2 picture;
uniform vec3 head;  // pixel from the lower left, and pixels to a head unit
uniform float lamps;
out vec4 colour;
float random(float n) { return fract(sin(n * 91.345 + 3.1) * 47453.5453); }
void main() {
  vec2 at = gl_FragCoord.xy, from = (at - head.xy) / head.z;
  float far = length(max(abs(head.xy - vec2(0.)), abs(picture - head.xy))) / head.z;
  float t = length(from - vec2(-.7, .5)) / max(far * 1.2, 3.2);
  vec3 c = mix(mix(wallLight, wallMiddle, smoothstep(0., .46, t)), wallEdge, smoothstep(.38, 1.05, t));
  float small = min(picture.x, picture.y);
  for (int i = 0; i < 12; i++) {
    float n = float(i), r = small * mix(.05, .16, random(n));
    vec2 lamp = picture * vec2(random(n + 20.), random(n + 40.) * .95 + .05);
    float d = length(at - lamp) / r;
    c += lampTint * lamps * random(n + 60.) * (1. - smoothstep(.72, 1., d)) * (.55 + .45 * smoothstep(.3, 1., d));
  }
  c += lampTint * lamps * 1.1 * exp(-dot(from - vec2(-.1, .3), from - vec2(-.1, .3)) / 2.6);
  colour = vec4(c + grain(at) / 300., 1.);
}
`;

/** Shows the backdrop as it was drawn before: it changes with the room and the look only. */
export const WALL_FRAGMENT = `
uniform sampler2D wall;
out vec4 colour;
void main() { colour = texelFetch(wall, ivec2(gl_FragCoord.xy), 0); }
`;
