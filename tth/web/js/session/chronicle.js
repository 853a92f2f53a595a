/** The conversation so far, both voices, in the order in which turns began. */

/** @typedef {import("./utterances.js").Utterance} Utterance */

/**
 * @typedef {object} Entry
 * @property {string} key What it tells of; empty for what is over.
 * @property {"user" | "avatar" | "divider"} who
 * @property {string} text Empty for what is not known yet.
 * @property {"" | "partial" | "interrupted" | "failed"} state
 */

const MOST = 400;
const OUTCOMES = /** @type {const} */ ({
  running: "partial", complete: "", interrupted: "interrupted", failed: "failed",
});
const KINDS = ["user", "avatar", "divider"];

/** Entries by what they tell of. Each utterance and each answer is one, however often it is told. */
export class Chronicle {
  /** @type {Entry[]} */
  #entries = [];

  /** @type {readonly Entry[]} */
  get entries() {
    return this.#entries;
  }

  /**
   * What is understood of what the person says; one of which nothing was understood is taken away.
   *
   * @param {Utterance} utterance
   */
  heard({ id, text, final }) {
    const key = `item ${id}`;
    if (final && !text) this.#entries = this.#entries.filter((entry) => entry.key !== key);
    else Object.assign(this.#at(key, "user"), { text, state: final ? "" : "partial" });
  }

  /**
   * A turn begins: what the person said stands at the end now, and the answer's place after it.
   *
   * @param {{turnId: string, itemId: string, text: string}} turn
   */
  begin({ turnId, itemId, text }) {
    const key = itemId ? `item ${itemId}` : `asked ${turnId}`;
    /** @type {Entry[]} */
    const both = [];
    if (itemId || text) {
      const entry = this.#at(key, "user");
      entry.text ||= text;
      both.push(entry);
    }
    both.push(this.#at(`turn ${turnId}`, "avatar"));
    this.#entries = [...this.#entries.filter((other) => !both.includes(other)), ...both];
  }

  /**
   * What the avatar says in a turn, so far.
   *
   * @param {{id: string, text: string, outcome: keyof typeof OUTCOMES}} turn
   */
  answer({ id, text, outcome }) {
    Object.assign(this.#at(`turn ${id}`, "avatar"), { text, state: OUTCOMES[outcome] });
  }

  /**
   * Another conversation begins, which knows nothing of what was said before.
   *
   * @param {string} name Who it is with.
   */
  renew(name) {
    this.#seal();
    const last = this.#entries.at(-1);
    if (!last) return;
    const text = `New conversation with ${name}`;
    if (last.who === "divider") last.text = text;
    else this.#entries.push({ key: "", who: "divider", text, state: "" });
  }

  /** All of it, as text to be kept. */
  save() {
    return JSON.stringify(this.#entries.filter(({ text }) => text));
  }

  /**
   * Go on from what was kept.
   *
   * @param {string | null} kept
   * @param {boolean} [open] The conversation may go on: what stands there may be told more of.
   */
  restore(kept, open = false) {
    const found = read(kept);
    this.#entries = found.filter((entry) => KINDS.includes(entry?.who) && typeof entry.text === "string");
    if (!open) this.#seal();
  }

  /** Nothing more will be told of what stands there; what was not understood by now will not be. */
  #seal() {
    this.#entries = this.#entries.filter(({ who, text, state }) => text && !(who === "user" && state === "partial"));
    for (const entry of this.#entries) {
      entry.key = "";
      if (entry.state === "partial") entry.state = "interrupted";
    }
  }

  /**
   * @param {string} key
   * @param {Entry["who"]} who
   */
  #at(key, who) {
    let entry = this.#entries.find((known) => known.key === key);
    if (!entry) {
      entry = { key, who, text: "", state: "" };
      this.#entries = [...this.#entries.slice(1 - MOST), entry];
    }
    return entry;
  }
}

/**
 * @param {string | null} kept
 * @returns {Entry[]} Nothing where it is no list.
 */
function read(kept) {
  try {
    const found = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
