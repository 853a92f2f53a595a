/** Reads an audio context: how far it has come, and which of its moments reaches the ear. */

/** Two ways of telling the same moment may differ by the step in which the context's time moves. */
const STEP_S = 0.1;
const LONGEST_S = 3;
const STALE_MS = 1000;

/**
 * A look at a context's output.
 *
 * The output's own stamp says best what is heard. Where a browser has none, or one that cannot be, the latencies tell;
 * where they are wrong too, as with some wireless headsets, a person can say it.
 *
 * @param {AudioContext} context
 * @param {number | null} latencyMs From the context to the ear, in place of what the browser tells.
 * @returns {import("./clock.js").Reading}
 */
export function readOutput(context, latencyMs) {
  const nowMs = performance.now();
  const { currentTime: timeS, state } = context;
  const heardS = latencyMs === null ? stamped(context, timeS, nowMs) : timeS - latencyMs / 1000;
  return { nowMs, timeS, heardS: heardS ?? timeS - latencyOf(context), running: state === "running" };
}

/**
 * The moment heard, by the output's stamp.
 *
 * @param {AudioContext} context
 * @param {number} timeS
 * @param {number} nowMs
 * @returns {number | null} Nothing without a stamp that can be true.
 */
function stamped(context, timeS, nowMs) {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
  const ageMs = nowMs - performanceTime;
  if (contextTime <= 0 || Math.abs(ageMs) > STALE_MS) return null;
  const heardS = contextTime + ageMs / 1000;
  const latencyS = timeS - heardS;
  // Some browsers stamp what they render and not what is heard: then their latency is not in it.
  const claimedS = context.outputLatency || 0;
  return latencyS > claimedS - STEP_S && latencyS < LONGEST_S ? heardS : null;
}

/**
 * What the browser says of the way from the context to the ear; it may know one part, both or none.
 *
 * @param {AudioContext} context
 */
function latencyOf({ baseLatency, outputLatency }) {
  return (baseLatency || 0) + (outputLatency || 0);
}

/**
 * The latency that the page's address asks for, `?latency=MS`.
 *
 * @param {string} search
 * @returns {number | null}
 */
export function askedLatency(search) {
  return readLatency(new URLSearchParams(search).get("latency"));
}

/**
 * A latency as a person writes it, in milliseconds.
 *
 * @param {string | null} written
 * @returns {number | null} Nothing where it is none that can be.
 */
export function readLatency(written) {
  const ms = Number(written);
  return written?.trim() && ms >= 0 && ms <= LONGEST_S * 1000 ? ms : null;
}
