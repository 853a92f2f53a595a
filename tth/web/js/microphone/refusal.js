/** Why there is no microphone, and what helps. */

const WHY = new Map([
  ["NotAllowedError",
    "The browser does not let this page use the microphone. Allow it by the sign beside the page's address, " +
    "and in the system's settings, then try again."],
  ["NotFoundError", "There is no microphone. Plug one in or switch it on, then try again."],
  ["NotReadableError", "The microphone does not answer. Close other programs that use it, or choose another one."],
]);

const INSECURE =
  "Browsers give the microphone to secure pages only. Open this page by https, or on the server's own machine as " +
  "localhost.";

/**
 * In words for a person.
 *
 * @param {unknown} error Of `getUserMedia`, or of what is to follow it.
 */
export function explain(error) {
  if (!globalThis.isSecureContext || !navigator.mediaDevices) return INSECURE;
  const { name = "", message = String(error) } = error instanceof Error ? error : {};
  return WHY.get(name) ?? `The microphone cannot be used: ${message}`;
}
