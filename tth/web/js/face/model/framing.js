/** Where the camera stands, so that the head of any file fills its room on the page. */

// In the file's units: heights, the middle from left to right, and the point that is nearest to the camera.
/** @typedef {{top: number, bottom: number, x: number, front: number}} Extent Of all that is seen. */
/** @typedef {{top: number, chin: number, eye: number, x: number, front: number}} Head */
/** @typedef {import("../renderer.js").Room} Room */
/** @typedef {{width: number, height: number}} Size */

/**
 * @typedef {object} Marks What a file tells about its head, as far as it does.
 * @property {Extent} extent
 * @property {number} [bone] Height of the bone that turns the head.
 * @property {number} [eye] Height of the eyes.
 * @property {number} [chin] Lowest point that the jaw moves.
 */

/** How a room is seen: narrow, as a portrait is taken. */
const FOV = (24 * Math.PI) / 180;

/** Share of the room's height that the head takes, and of its width at most. */
const TALL = 0.575;
const WIDE = 0.85;

/** A head's width as a share of its height. */
const SLIM = 0.78;

/** The head's middle stands a little above the room's. */
const ABOVE = 0.47;

/** Skull above the eyes as a share of what is below them to the chin; with hair it may be more. */
const SKULL = 1.1;
const HAIR = 1.75;

/**
 * The head of a file, from the best that it tells: the shapes' own places, a bone, or the top quarter of all.
 *
 * @param {Marks} marks
 * @returns {Head}
 */
export function headOf({ extent, bone, eye, chin }) {
  const { top, bottom, x, front } = extent;
  if (eye !== undefined && chin !== undefined && eye > chin) {
    const below = eye - chin;
    return { top: top - eye <= HAIR * below ? top : eye + SKULL * below, chin, eye, x, front };
  }
  const from = bone !== undefined && bone < top ? bone : top - (top - bottom) / 4;
  const tall = top - from;
  return { top, chin: from - 0.04 * tall, eye: eye ?? from + 0.38 * tall, x, front };
}

/** Numbers of 32 bits tell heights apart that differ by more than this share. */
const FLAT = 1e-5;

/**
 * Whether a camera can be put before it: there is more than a point, and all measures are numbers.
 *
 * @param {Marks} marks
 */
export function isThere(marks) {
  const { top, bottom } = marks.extent, head = headOf(marks);
  const tall = Math.min(top - bottom, head.top - head.chin);
  return Object.values(head).every(Number.isFinite) && tall > FLAT * Math.max(Math.abs(top), Math.abs(bottom));
}

/**
 * @typedef {object} View
 * @property {number} distance From the front of the head.
 * @property {number} fovDeg Of the whole host, from top to bottom.
 * @property {number} left Where the picture begins in one that has the eyes' middle in its centre, in page pixels.
 * @property {number} top
 * @property {number} unit Page pixels of the file's unit, at the front of the head.
 */

/**
 * A camera at the height of the eyes that looks straight ahead; the picture is moved, not the camera turned.
 *
 * @param {Head} head
 * @param {Room} room
 * @param {Size} host
 * @returns {View}
 */
export function viewOf(head, room, host) {
  const tall = Math.max(1e-6, head.top - head.chin);
  const [width, height] = [Math.max(1, room.right - room.left), Math.max(1, room.bottom - room.top)];
  const unit = Math.min((TALL * height) / tall, (WIDE * width) / (SLIM * tall));
  const distance = height / (2 * unit * Math.tan(FOV / 2));
  const middle = (head.top + head.chin) / 2;
  return {
    distance,
    unit,
    fovDeg: (2 * Math.atan(host.height / (2 * unit * distance)) * 180) / Math.PI,
    left: host.width / 2 - (room.left + room.right) / 2,
    top: host.height / 2 + (head.eye - middle) * unit - (room.top + ABOVE * height),
  };
}
