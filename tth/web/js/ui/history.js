/** The conversation so far, both sides. */

import { element } from "./page.js";

/** @typedef {import("../session/dialogue.js").Turn} Turn */

/** Where it stands beside the face; elsewhere it takes the caption's place. */
const WIDE = "(min-width: 68rem) and (min-height: 36rem)";
const MOST = 400;

/** A list that stays at its end while nobody has scrolled up. */
export class History {
  #panel;
  #list;
  #toggle;
  #follows = true;
  /** @type {WeakMap<Turn, HTMLLIElement>} */
  #entries = new WeakMap();

  /** @param {import("./page.js").Parts} parts */
  constructor({ history, entries, historyToggle }) {
    this.#panel = history;
    this.#list = entries;
    this.#toggle = historyToggle;
    historyToggle.addEventListener("click", () => this.#open(historyToggle.ariaExpanded !== "true"));
    history.addEventListener("scroll", () => (this.#follows = this.#atEnd()));
    // The text box grows, the window is turned: the end stays in sight.
    new ResizeObserver(() => this.#follow()).observe(history);
    this.#open(matchMedia(WIDE).matches);
  }

  /** @param {string} text What the person said. */
  said(text) {
    this.#add(element("li", "user", text));
  }

  /**
   * What the avatar says in a turn, so far.
   *
   * @param {Turn} turn
   */
  answer(turn) {
    let entry = this.#entries.get(turn);
    if (!entry) {
      if (!turn.text) return;
      entry = element("li", "avatar");
      this.#entries.set(turn, entry);
      this.#add(entry);
    }
    entry.textContent = turn.text;
    entry.classList.toggle("interrupted", turn.outcome === "interrupted");
    entry.classList.toggle("failed", turn.outcome === "failed");
    this.#follow();
  }

  /**
   * Another conversation begins, which knows nothing of what was said before.
   *
   * @param {string} name Who it is with.
   */
  renew(name) {
    const last = this.#list.lastElementChild;
    if (!last) return;
    const words = `New conversation with ${name}`;
    if (last.className === "divider") last.textContent = words;
    else this.#add(element("li", "divider", words));
  }

  /** @param {HTMLLIElement} entry */
  #add(entry) {
    this.#list.append(entry);
    while (this.#list.children.length > MOST) this.#list.firstElementChild?.remove();
    this.#follow();
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
