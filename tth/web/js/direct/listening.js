/** How a provider finds out that somebody speaks: as the page tells it, and as it is asked to. */

/** @typedef {import("../session/hearing.js").Listening} Listening */
/** @typedef {import("../session/hearing.js").Wish} Wish */
/** @typedef {{type: string, [field: string]: any}} Detection */

const USUAL_THRESHOLD = 0.5;
const USUAL_SILENCE_MS = 500;

/** Where the profile wants none, and the person an open microphone. @type {Detection} */
export const USUAL = { type: "server_vad" };

/**
 * The provider's settings of a session.
 *
 * @param {Record<string, any> | undefined} session
 * @returns {Detection | null} `null`: it does not listen by itself.
 */
export function detectionOf(session) {
  return session?.audio?.input?.turn_detection ?? session?.turn_detection ?? null;
}

/**
 * @param {Detection} detection
 * @returns {Listening}
 */
export function listeningOf(detection) {
  const { threshold = USUAL_THRESHOLD, silence_duration_ms = USUAL_SILENCE_MS } = detection;
  const barge_in = detection.interrupt_response === false ? "off" : "stop";
  return { hears: true, why: "", detector: "voice", threshold, silence_ms: silence_duration_ms, barge_in };
}

/**
 * What a person wishes, in the provider's words; it cannot hold an answer back and go on with it.
 *
 * @param {Detection} detection
 * @param {Wish} wish
 * @returns {Detection}
 */
export function wished(detection, { threshold, silence_ms, barge_in }) {
  const level = detection.type === "server_vad";
  return {
    ...detection,
    ...(level && threshold !== undefined && { threshold }),
    ...(level && silence_ms !== undefined && { silence_duration_ms: silence_ms }),
    ...(barge_in && { interrupt_response: barge_in !== "off" }),
  };
}
