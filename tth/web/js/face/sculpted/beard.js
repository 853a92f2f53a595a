/** Where a beard grows: with the skin's colours, places are those at rest, so it moves along. */

export const BEARD = `
uniform float beard;
float beardAt(vec3 home, float across) {
  float ax = abs(home.x);
  float jaw = smoothstep(-.30, -.47, home.y - .10 * smoothstep(.25, .5, ax));
  float side = smoothstep(.50, .64, ax) * smoothstep(.12, -.10, home.y) * smoothstep(-.16, .02, home.z);
  float lip = smoothstep(.30, .20, ax) * smoothstep(-.36, -.395, home.y) * smoothstep(-.50, -.44, home.y);
  float bare = smoothstep(1.15, 1.75, across) * smoothstep(-.30, .0, home.z + .25);
  return beard * max(max(jaw, side), lip) * bare;
}
float hairs(vec3 home) { return sin(home.x * 70. + 12. * sin(home.y * 9.))
  * sin(home.y * 46. + 5. * sin(home.x * 13.)); }
`;
