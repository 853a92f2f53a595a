/** What a person is told of what went wrong. */

/** @typedef {import("./client.js").WireEvent} WireEvent */

/**
 * @typedef {object} Notice
 * @property {string} topic What it is about: a newer notice takes an older one's place, and goes with the trouble.
 * @property {"info" | "warning" | "error"} level
 * @property {string} message
 */

/**
 * @typedef {object} Advice What helps where a session is refused; it depends on where key and profile are chosen.
 * @property {string} profile Where there is no profile of that name.
 * @property {string} wrongKey
 * @property {string} noKey
 */

/** Which setting says so is for those who run the server: its log and its answer have it. */
const TOO_MANY = "Too many conversations are open or were begun at your address. It is tried again by itself.";

/** Where the page's address has the key and the page lists the profiles. @type {Advice} */
export const ON_THE_PAGE = {
  profile: "Choose another one above.",
  wrongKey: "The server's key in this page's address is wrong: correct what stands behind #key=.",
  noKey: "This server wants its key: add #key= and the key to this page's address.",
};

/** Where an element's attributes say it. @type {Advice} */
export const BY_ATTRIBUTES = {
  profile: "Correct the attribute 'profile'.",
  wrongKey: "The server's key is wrong: correct the attribute 'key'.",
  noKey: "This server wants its key: give it by the attribute 'key'.",
};

/** What a person calls the parts of an avatar. */
const PARTS = new Map([
  ["realtime", "voice"], ["tts", "voice"], ["llm", "mind"], ["stt", "hearing"], ["avatar", "face"],
]);

const REFUSED = new Map([
  ["draining", "The server is about to stop and answers nothing new. Your text is kept."],
  ["too_many_turns", "That came too fast. Your text is kept; send it again in a moment."],
]);

/**
 * Why words began no turn.
 *
 * @param {WireEvent} event
 * @returns {Notice}
 */
export function refusedText({ code, message }) {
  return { topic: "refused", level: "warning", message: REFUSED.get(code) ?? sentence(message) };
}

/**
 * What an event has to tell a person.
 *
 * @param {WireEvent} event
 * @returns {Notice | null} Nothing for most events.
 */
export function noticeOf({ type, turn_id, code = "", message = "", decision, component, was, now, reason }) {
  const part = PARTS.get(component) ?? component;
  switch (type) {
    case "error": {
      const fatal = decision === "fatal";
      const topic = turn_id ? "turn" : fatal ? "session" : code;
      return { topic, level: fatal ? "error" : "warning", message: sentence(message) };
    }
    case "turn_failed":
      return { topic: "turn", level: "error", message: sentence(message) };
    case "warning":
      return { topic: `${code} ${message}`, level: "warning", message: sentence(message) };
    case "degraded": {
      const change = now ? `is ${now} now, not ${was}` : `is left out: ${was} does not work`;
      return { topic: component, level: "warning", message: sentence(`the ${part} ${change} (${reason})`) };
    }
    case "recovered":
      return { topic: component, level: "info", message: `The ${part} is ${now} again.` };
    default:
      return null;
  }
}

/**
 * Why there is no session.
 *
 * @param {string} code
 * @param {string} message The server's own words.
 * @param {{profile?: string, key: string | null}} asked
 * @param {Advice | null} advice Without any, the server's own words do.
 */
export function refusedSession(code, message, { profile, key }, advice) {
  if (!advice) return sentence(message);
  if (code === "no_such_profile" && profile) return `There is no profile named '${profile}'. ${advice.profile}`;
  if (code === "unauthorized") return key ? advice.wrongKey : advice.noKey;
  if (code === "rate_limit_exceeded") return TOO_MANY;
  return sentence(message);
}

/**
 * Why a session that was granted could not begin.
 *
 * @param {string} profile
 * @param {WireEvent} error
 */
export function brokenSession(profile, { code, message }) {
  if (code !== "voice_failed") return sentence(message);
  return sentence(`The profile '${profile}' has no voice that works: ${message.replace(/^voice: /, "")}`);
}

/** @param {string} words */
function sentence(words) {
  const text = words.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}
