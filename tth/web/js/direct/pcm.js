/** Sound as the Realtime protocol carries it: PCM16 in Base64. */

/** So many bytes become characters at once: more arguments than a call may have break it. */
const STEP = 8192;

/**
 * @param {string} text
 * @returns {Int16Array<ArrayBuffer>} A byte left over is none of it.
 */
export function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
}

/** @param {Int16Array} pcm */
export function toBase64(pcm) {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return btoa(text);
}
