/** The conversation so far on the page, both sides; it stays there when the page is loaded again. */

import { Chronicle } from "../session/chronicle.js";
import { keep, recall } from "./kept.js";
import { element } from "./page.js";

/** @typedef {import("../session/chronicle.js").Entry} Entry */

/** Where it stands beside the face; elsewhere it takes the caption's place. */
const WIDE = "(min-width: 68rem) and (min-height: 36rem)";
const KEPT = "tth.history";
const KEEP_MS = 500;

/** A list that stays at its end while nobody has scrolled up. */
export class History {
  #panel;
  #list;
  #toggle;
  #chronicle = new Chronicle();
  #follows = true;
  /** @type {Map<Entry, HTMLLIElement>} */
  #shown = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;

  /**
   * @param {import("./page.js").Parts} parts
   * @param {boolean} open Whether what was kept may go on.
   */
  constructor({ history, entries, historyToggle }, open) {
    this.#panel = history;
    this.#list = entries;
    this.#toggle = historyToggle;
    historyToggle.addEventListener("click", () => this.#open(historyToggle.ariaExpanded !== "true"));
    history.addEventListener("scroll", () => (this.#follows = this.#atEnd()));
    // The text box grows, the window is turned: the end stays in sight.
    new ResizeObserver(() => this.#follow()).observe(history);
    this.#chronicle.restore(recall("sessionStorage", KEPT), open);
    addEventListener("pagehide", () => this.#keep());
    this.#show();
    this.#open(matchMedia(WIDE).matches);
  }

  /** @param {import("../session/dialogue.js").Said} said What began a turn. */
  begin(said) {
    this.#chronicle.begin(said);
    this.#show();
  }

  /** @param {import("../session/utterances.js").Utterance} utterance What is heard of the person, so far. */
  heard(utterance) {
    if (!utterance.id) return;
    this.#chronicle.heard(utterance);
    this.#show();
  }

  /** @param {import("../session/turn.js").Turn} turn What the avatar says in it, so far. */
  answer(turn) {
    this.#chronicle.answer(turn);
    this.#show();
  }

  /** Forget what was said. */
  clear() {
    this.#chronicle.restore(null);
    this.#show();
  }

  /** @param {string} name Who another conversation begins with. */
  renew(name) {
    this.#chronicle.renew(name);
    this.#show();
  }

  #show() {
    const { entries } = this.#chronicle;
    const there = new Set(entries);
    for (const [entry, shown] of this.#shown) {
      if (there.has(entry)) continue;
      shown.remove();
      this.#shown.delete(entry);
    }
    let next = null;
    for (const entry of [...entries].reverse()) {
      const shown = this.#fill(entry);
      if (shown.parentNode !== this.#list || shown.nextSibling !== next) this.#list.insertBefore(shown, next);
      next = shown;
    }
    this.#follow();
    this.#keeping ??= setTimeout(() => this.#keep(), KEEP_MS);
  }

  /** @param {Entry} entry */
  #fill(entry) {
    let shown = this.#shown.get(entry);
    if (!shown) this.#shown.set(entry, (shown = element("li", "")));
    const kind = [entry.who, entry.state].filter(Boolean).join(" ");
    if (shown.className !== kind) shown.className = kind;
    if (shown.textContent !== entry.text) shown.textContent = entry.text;
    return shown;
  }

  #keep() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    keep("sessionStorage", KEPT, this.#chronicle.save());
  }

  /** @param {boolean} open */
  #open(open) {
    this.#panel.hidden = !open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    this.#follows = true;
    this.#follow();
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#panel;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #follow() {
    if (this.#follows) this.#panel.scrollTop = this.#panel.scrollHeight;
  }
}
