/** What goes on, in one word. */

/** @typedef {"thinking" | "speaking" | "held"} Phase Of a turn. */
/** @typedef {"connecting" | "ready" | "resuming" | "reconnecting" | "error"} Link */
/** @typedef {"connecting" | "ready" | "reconnecting" | "error" | Phase | "listening"} State */
/**
 * @typedef {object} Scene
 * @property {Link} link
 * @property {boolean} hears The person is heard to speak.
 * @property {boolean} waits The person waits for an answer to begin.
 * @property {Phase | null} phase Of the turn that runs.
 * @property {boolean} live The microphone is on.
 */

/**
 * The state: who speaks comes first, and a microphone that is on listens even where nobody speaks.
 *
 * @param {Scene} scene
 * @returns {State}
 */
export function stateOf({ link, hears, waits, phase, live }) {
  if (link === "resuming") return "reconnecting";
  if (link !== "ready") return link;
  if (hears) return "listening";
  // Held for what was said, it is found out now what that was.
  if (phase) return phase === "held" && waits ? "thinking" : phase;
  if (waits) return "thinking";
  return live ? "listening" : "ready";
}
