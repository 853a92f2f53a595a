/** How much of what the avatar says has been heard, as text. */

/** Media units that a character of speech lasts, about: 15 of them a second. */
const CHAR_UNITS = 1600;

/** @typedef {{kind: string, start: number, text_start: number, text_end: number}} Mark */
/** @typedef {{chars: string[], marks: Mark[], heard: string | null}} Item */

/**
 * The text of one turn, revealed with the voice.
 *
 * An item with word marks shows each word when it begins; one without shows its words at the pace of speech, from where
 * the item before is thought to end. What was shown stays.
 */
export class Caption {
  /** @type {Map<string, Item>} */
  #items = new Map();
  /** @type {Map<string, number>} */
  #shown = new Map();
  #voiced = false;
  #whole = false;

  /**
   * @param {string} itemId
   * @param {string} token
   */
  addText(itemId, token) {
    // Marks count characters as Unicode does, not the halves JavaScript's strings are made of.
    this.#item(itemId).chars.push(...token);
  }

  /**
   * @param {string} itemId
   * @param {Mark[]} marks
   */
  addMarks(itemId, marks) {
    this.#item(itemId).marks.push(...marks.filter((mark) => mark.kind === "word" && mark.text_end > mark.text_start));
  }

  /** The turn's sound can be heard from now on. */
  voiced() {
    this.#voiced = true;
  }

  /** The turn is complete: all of its text counts as heard. */
  complete() {
    this.#whole = true;
  }

  /**
   * The turn was broken off; this is what the conversation keeps of an item.
   *
   * @param {string} itemId
   * @param {string} text
   */
  keep(itemId, text) {
    this.#item(itemId).heard = text;
  }

  /**
   * What has been said up to a media position.
   *
   * @param {number} unit
   */
  textAt(unit) {
    const parts = [];
    let begin = 0;
    for (const [id, item] of this.#items) {
      if (item.heard === null) {
        const shown = Math.max(this.#shown.get(id) ?? 0, this.#lengthAt(item, unit - begin, unit));
        this.#shown.set(id, shown);
        parts.push(item.chars.slice(0, shown).join("").trim());
      } else parts.push(item.heard.trim());
      begin += item.chars.length * CHAR_UNITS;
    }
    return parts.filter(Boolean).join(" ");
  }

  /**
   * @param {Item} item
   * @param {number} since Units since the item is thought to have begun.
   * @param {number} unit
   */
  #lengthAt(item, since, unit) {
    if (this.#whole) return item.chars.length;
    if (!this.#voiced) return 0;
    if (!item.marks.length) return since < 0 ? 0 : wordEnd(item.chars, Math.floor(since / CHAR_UNITS));
    const end = item.marks.reduce((far, mark) => (mark.start <= unit ? Math.max(far, mark.text_end) : far), 0);
    return end ? end + trailing(item.chars, end) : 0;
  }

  /** @param {string} itemId */
  #item(itemId) {
    let item = this.#items.get(itemId);
    if (!item) this.#items.set(itemId, (item = { chars: [], marks: [], heard: null }));
    return item;
  }
}

/**
 * Where the word ends that stands at a character.
 *
 * @param {string[]} chars
 * @param {number} at
 */
function wordEnd(chars, at) {
  const next = chars.slice(at).findIndex((char, place) => /\s/.test(char) && at + place > 0);
  return next < 0 ? chars.length : at + next;
}

/**
 * How many characters after a word cling to it: its punctuation.
 *
 * @param {string[]} chars
 * @param {number} end
 */
function trailing(chars, end) {
  const next = chars.slice(end).findIndex((char) => /[\s\p{L}\p{N}]/u.test(char));
  return next < 0 ? chars.length - end : next;
}
