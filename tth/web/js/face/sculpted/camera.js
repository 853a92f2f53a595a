/** Where the viewer and the sun stand. Matrices are column by column, as WebGL takes them. */

/** How far the viewer is from the head's middle, in head units. */
export const DISTANCE = 6.2;

/** The viewer's height. */
export const EYE_LEVEL = -0.08;

const NEAR = 3;
const FAR = 12;

/**
 * A picture of the world with the head's middle at a pixel.
 *
 * @param {{width: number, height: number}} picture
 * @param {{x: number, y: number, unit: number}} head Pixel of its middle, from the upper left, and size of a
 *   head unit.
 */
export function viewOf({ width, height }, { x, y, unit }) {
  const [sx, sy] = [(2 * unit * DISTANCE) / width, (2 * unit * DISTANCE) / height];
  const [cx, cy] = [(2 * x) / width - 1, 1 - (2 * y) / height];
  const a = (FAR + NEAR) / (NEAR - FAR),
    b = (2 * FAR * NEAR) / (NEAR - FAR);
  // Depth along −z; the lens is shifted, not turned, so that the head looks the same wherever it stands.
  return Float32Array.of(
    sx,
    0,
    0,
    0,
    0,
    sy,
    0,
    0,
    -cx,
    -cy,
    a,
    -1,
    cx * DISTANCE,
    cy * DISTANCE,
    b - a * DISTANCE,
    DISTANCE,
  );
}

/**
 * The head's turn: yaw to its left, pitch down, roll towards its left shoulder, in radians.
 *
 * @param {{yaw: number, pitch: number, roll: number}} head
 */
export function turnOf({ yaw, pitch, roll }) {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  const [cr, sr] = [Math.cos(roll), -Math.sin(roll)];
  const tilted = [
    [cr, sr, 0],
    [-sr * cp, cr * cp, sp],
    [sr * sp, -cr * sp, cp],
  ];
  return Float32Array.from(tilted.flatMap(([x, y, z]) => [x * cy + z * sy, y, z * cy - x * sy]));
}

/** Half of what the sun's picture shows, in head units. */
const SUN_REACH = 1.9;

/** Towards the sun; the same direction stands in the light's shader. */
const SUN = [-0.4925, 0.5556, 0.67];

/** What the sun sees, for the shadow map. */
export function sunView() {
  const flat = Math.hypot(SUN[0], SUN[2]);
  const right = [SUN[2] / flat, 0, -SUN[0] / flat];
  const up = [
    SUN[1] * right[2] - SUN[2] * right[1],
    SUN[2] * right[0] - SUN[0] * right[2],
    SUN[0] * right[1] - SUN[1] * right[0],
  ];
  const columns = [0, 1, 2].map((axis) => [right[axis] / SUN_REACH, up[axis] / SUN_REACH, -SUN[axis] / 3.2, 0]);
  return Float32Array.from([...columns.flat(), 0, 0.15, 0, 1]);
}
