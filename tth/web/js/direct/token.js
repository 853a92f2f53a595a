/** The short-lived secret by which a page may talk to a provider. */

import { Refusal } from "../session/server.js";

/**
 * @typedef {object} Token
 * @property {string} value
 * @property {{calls: string, socket: string}} url May be relative to the server.
 * @property {string} [session_id]
 * @property {string} model
 * @property {string} voice
 * @property {string[]} voices Those that may be chosen; empty where any may.
 * @property {string} profile
 * @property {string} persona
 */

/** Why there is no straight way, in a sentence for a person. */
export class NoWay extends Error {}

const REFUSED = new Map([
  ["no_direct_mode", "This profile's provider takes no calls from a page."],
  ["direct_mode_refused", "The provider refuses to let this page call it; the server's log says why."],
  ["provider_busy", "The provider lets no page call it now."],
  ["rate_limit_exceeded", "This page has called too often; try again in a minute."],
  ["forbidden", "This server lets pages of its own call the provider, and no others, where it has no key."],
  ["invalid_api_key", "The server wants its key before this page may call the provider."],
]);

/**
 * Ask the server for one.
 *
 * @param {import("../session/server.js").Server} server
 * @param {import("../session/client.js").Wish} wish
 * @returns {Promise<Token>}
 * @throws {NoWay} There is none to be had.
 */
export async function askForToken(server, { profile, persona, control }) {
  const asked = { ...(profile && { profile }), ...(persona && { persona }), ...(control && { control }) };
  try {
    return /** @type {Token} */ (await server.request("/v1/realtime/token", asked));
  } catch (error) {
    if (!(error instanceof Refusal)) throw new NoWay("The server cannot be reached.", { cause: error });
    throw new NoWay(REFUSED.get(error.code) ?? `The server gives no secret for a call: ${error.message}.`);
  }
}

const ANSWERS = new Map([
  [401, "The secret for the call is no longer good."],
  [403, "The provider does not let this page call it."],
  [429, "The provider is busy, or has been called too often."],
  [501, "This server takes no calls: 'tth[webrtc]' is not installed on it."],
]);

/**
 * Why a call was not taken.
 *
 * @param {number} status
 * @param {string} body
 */
export function notTaken(status, body) {
  let words = "";
  try {
    words = JSON.parse(body).error?.message ?? "";
  } catch {
    // Words for programs help nobody here.
  }
  return new NoWay(ANSWERS.get(status) ?? `The call was refused (${status})${words && `: ${words}`}.`);
}
