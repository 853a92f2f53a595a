/** Colours between style sheets and light. */

/**
 * A colour as light: steeper than a screen's own curve would have it less; the film's curve takes it back.
 *
 * @param {string} hex `#rrggbb`.
 */
export function linear(hex) {
  return Float32Array.from([1, 3, 5], (at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 1.6);
}
