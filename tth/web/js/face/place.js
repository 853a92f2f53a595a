/** Where the head stands in a picture. */

/** @typedef {{x: number, y: number, unit: number}} Place Middle of the head and size of a head unit, in pixels. */

/** From the head's middle to the top of the hair and the chin of an open mouth, in head units. */
const ABOVE = 1.45;
const BELOW = 1.2;

/**
 * In the middle of the room and as large as fits.
 *
 * @param {import("./renderer.js").Room} room In pixels of the picture.
 * @param {number} height Of the picture.
 * @returns {Place}
 */
function placeHead({ left, top, right, bottom }, height) {
  const unit = Math.max(12, Math.min((right - left) * 0.335, height * 0.252, (bottom - top) / (ABOVE + BELOW)));
  const spare = Math.max(0, bottom - top - (ABOVE + BELOW) * unit);
  return { x: (left + right) / 2, y: top + ABOVE * unit + spare * 0.4, unit };
}

/**
 * The same on a canvas that may have other pixels than the page.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import("./renderer.js").Room | null} room In page pixels; null for all of the canvas.
 * @returns {Place}
 */
export function placeOn({ width, height, clientWidth }, room) {
  const ratio = width / Math.max(1, clientWidth);
  const { left, top, right, bottom } = room ?? { left: 0, top: 0, right: width / ratio, bottom: height / ratio };
  return placeHead({ left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio }, height);
}
