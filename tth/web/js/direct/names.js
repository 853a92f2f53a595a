/** Names that events had before, and still have at some servers, as they are today. */

const OLD = /** @type {const} */ ([
  [/^response\.audio\./, "response.output_audio."],
  [/^response\.audio_transcript\./, "response.output_audio_transcript."],
  [/^response\.text\./, "response.output_text."],
  [/^conversation\.item\.created$/, "conversation.item.added"],
]);

/**
 * @param {string} type
 * @returns {string}
 */
export function nameOf(type) {
  return OLD.reduce((name, [old, now]) => name.replace(old, now), type);
}
