/** Colours as the canvas wants them, mixed as paint is. */

/** @typedef {[number, number, number]} Rgb */

/**
 * @param {string} hex Like `#f0bd9c`.
 * @returns {Rgb}
 */
function parse(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} share How much of `to`.
 */
export function blend(from, to, share) {
  const [a, b] = [parse(from), parse(to)];
  const part = (/** @type {number} */ i) => Math.round(a[i] + (b[i] - a[i]) * share);
  return `#${((part(0) << 16) | (part(1) << 8) | part(2)).toString(16).padStart(6, "0")}`;
}

/**
 * The colour, to be seen through.
 *
 * @param {string} hex
 * @param {number} alpha
 */
export function clear(hex, alpha) {
  const [r, g, b] = parse(hex);
  return `rgba(${r},${g},${b},${alpha})`;
}

/**
 * A scale of tones from dark through middle to light.
 *
 * @param {string} dark
 * @param {string} middle
 * @param {string} light
 * @returns {(tone: number) => string} Takes 0 to 1.
 */
export function ramp(dark, middle, light) {
  const steps = Array.from({ length: 48 }, (_, i) => {
    const tone = i / 47;
    return tone < 0.5 ? blend(dark, middle, tone * 2) : blend(middle, light, tone * 2 - 1);
  });
  return (tone) => steps[Math.round(Math.min(1, Math.max(0, tone)) * 47)];
}
