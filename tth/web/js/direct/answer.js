/** What is known of one answer of a provider. */

/**
 * @typedef {object} Spoken One item of it that is sound.
 * @property {string} id
 * @property {number} part Which part of the item.
 * @property {number} from Media unit of the answer at which it begins.
 * @property {number} units How much of it came.
 */

export class Answer {
  /** The provider's name of it; empty before there is one. */
  response = "";
  /** The provider has made all of it. */
  made = false;
  /** All of its sound was sent, or there is none. */
  sent = false;
  /** The page has played all of it. */
  played = false;
  /** Nothing more is told of it. */
  over = false;
  /** Its sound has begun. */
  sounds = false;
  /** There is sound, or there will be. */
  voiced = false;
  /** How much sound came with events, in media units. */
  units = 0;
  /** @type {Spoken[]} */
  items = [];

  /**
   * @param {string} id Of the turn.
   * @param {number} number
   */
  constructor(id, number) {
    this.id = id;
    this.number = number;
  }

  /**
   * Take more sound.
   *
   * @param {string} id
   * @param {number} part
   * @param {number} units
   * @returns {number} Where it begins.
   */
  add(id, part, units) {
    const from = this.units;
    let item = this.items.at(-1);
    if (item?.id !== id || item.part !== part) this.items.push((item = { id, part, from, units: 0 }));
    item.units += units;
    this.units += units;
    return from;
  }
}
