/**
 * The net that is laid over the face: angles and rings of confocal ellipses about the mouth.
 *
 * The innermost ellipse is as flat as the closed mouth, a slit between its corners; outwards they become circles. So
 * the lips have edges of their own that part, vertices are dense where the face moves most, and squares stay squares.
 */

/** Vertices around; the first lies at the left corner of the mouth, they go over the upper lip. */
export const AROUND = 120;

/** Rings that turn inwards behind the lips. */
export const INNER = 3;

/** Rings over the red of the lips. */
export const LIP = 7;

/** All rings, the last behind ears and crown. */
export const RINGS = 62;

/**
 * Corners of the triangles, three each.
 *
 * @param {number} [step] Take every so-manieth vertex only, around and, away from the lips, outwards: it divides both.
 */
export function gridTriangles(step = 1) {
  const lips = INNER + LIP + 1;
  const rings = Array.from({ length: RINGS }, (_, ring) => ring).filter((ring) => ring < lips
    || (RINGS - 1 - ring) % step === 0);
  const corners = [];
  for (let k = 0; k + 1 < rings.length; k++) {
    const [here, out] = [rings[k] * AROUND, rings[k + 1] * AROUND];
    for (let i = 0; i < AROUND; i += step) {
      const next = (i + step) % AROUND;
      corners.push(here + i, out + i, here + next, here + next, out + i, out + next);
    }
  }
  return Uint16Array.from(corners);
}

/** How many vertices the net has, for shaders. */
export const GRID_SIZE = `
const int AROUND = ${AROUND}, RINGS = ${RINGS};
`;

/** The net for shaders; `MID` is the height of the mouth. Needs the form. */
export const GRID = `
${GRID_SIZE}
const int INNER = ${INNER}, LIP = ${LIP};
const float TAU = 6.2831853, MID = -.50, REACH = 2.93;
float mouthHalf() { return .272 * form_mouth; }
// How far the red of the lips reaches, in the net's own measure: less at the upper lip.
float lipReach(float sine) { return mix(.262, .185, smoothstep(-.35, .35, sine))
  * mix(.12, 1., smoothstep(0., .92, abs(sine))) * form_lip; }
float angleOf(int i) { return TAU * float(i) / float(AROUND); }
// Place across the lip: below 0 inside, 0 at the edge, 1 where the red ends, more than 1 on the skin.
float acrossOf(int ring) { return ring < INNER ? float(ring - INNER) / float(INNER)
  : float(ring - INNER) / float(LIP); }
// The ellipse of a ring.
float ellipseOf(float across, float sine) {
  float lip = lipReach(sine);
  if (across <= 1.) return lip * max(across, 0.);
  float last = float(RINGS - 1 - INNER) / float(LIP), q = (across - 1.) / (last - 1.);
  return lip + (REACH - lip) * mix(q, q * q, .12);
}
`;
