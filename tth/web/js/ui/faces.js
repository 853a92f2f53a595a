/** Which model file is shown in place of the drawn face, if any: the persona's, one of the server's or a local one. */

import { fill } from "./pickers.js";

/** @typedef {{models: string[], drawable: boolean}} Offer What the server has, and whether the page can draw it. */

const OWN = "";
const LOCAL = "local";
const OPEN = "open";
const SERVED = "model:";

/** Of notices, the stage's among them. */
const TOPIC = "face";

/**
 * The choice of a face. Dispatches `change` when another one is to be shown, `notice` (`Notice`) where it cannot be
 * had, `over` (its topic) once something else is chosen.
 */
export class Faces extends EventTarget {
  #select;
  #input;
  #server;
  /** @type {Offer} */
  #offer = { models: [], drawable: true };
  /** What the persona asks for. */
  #wish = "";
  /** @type {File | null} */
  #local = null;
  /** The choice before the person went to look for a file. */
  #before = OWN;
  /** @type {Map<string, File>} What was fetched last. */
  #fetched = new Map();
  /** Counts choices, so that what an abandoned one still brings is told apart. */
  #attempt = 0;
  /** Whether a notice may stand on the page that is about a face. */
  #troubled = false;

  /** @type {File | undefined} The model to show. */
  model;

  /**
   * @param {HTMLSelectElement} select
   * @param {HTMLInputElement} input For a local file.
   * @param {import("../session/server.js").Server} server
   */
  constructor(select, input, server) {
    super();
    this.#select = select;
    this.#input = input;
    this.#server = server;
    select.addEventListener("change", () => this.#choose());
    input.addEventListener("change", () => {
      this.open(input.files?.[0]);
      // The same file may be chosen again when it has been mended.
      input.value = "";
    });
    document.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.open(event.dataTransfer.files[0]);
    });
  }

  /** @param {Offer} offer */
  offer(offer) {
    this.#offer = offer;
    this.#fill(this.#select.value);
  }

  /**
   * What the persona asks for; nothing by default.
   *
   * @param {string} [wish] Name of one of the server's files.
   */
  want(wish = "") {
    this.#wish = wish;
    this.#begin();
  }

  /**
   * Show a file of the person's own. It stays in the browser.
   *
   * @param {File | undefined} file
   */
  open(file) {
    if (!file) return;
    if (!this.#offer.drawable) return void this.#lack();
    this.#local = file;
    this.#fill(LOCAL);
    this.#begin();
  }

  /**
   * A model could not be shown: go back to the persona's own face.
   *
   * @param {unknown} model
   */
  refuse(model) {
    if (!model || model !== this.model) return;
    this.#troubled = true;
    if (model === this.#local) this.#local = null;
    // It may be mended on the server by the time it is chosen again.
    this.#fetched.clear();
    if (this.#select.value === OWN) this.#show(undefined);
    else this.#return();
  }

  /** @param {string} chosen */
  #fill(chosen) {
    // Without the libraries there is nothing to choose; whoever asks all the same is told why.
    if (!this.#offer.drawable) return this.#select.replaceChildren();
    const served = this.#offer.models.map((name) => ({ label: name.replace(/\.\w+$/, ""), value: SERVED + name }));
    const local = this.#local ? [{ label: this.#local.name.replace(/\.\w+$/, ""), value: LOCAL }] : [];
    const open = { label: "From a file …", value: OPEN, title: "A GLB or VRM avatar; it stays in the browser" };
    const own = { label: "Own", value: OWN, title: "The persona's own" };
    fill(this.#select, [own, ...served, ...local, open], chosen);
    this.#before = this.#select.value;
  }

  #choose() {
    if (this.#select.value === OPEN) {
      this.#select.value = this.#before;
      return this.#input.click();
    }
    this.#before = this.#select.value;
    this.#begin();
  }

  /** Something else is wanted; what was wrong before is no more. */
  #begin() {
    if (this.#troubled) this.dispatchEvent(new CustomEvent("over", { detail: TOPIC }));
    this.#troubled = false;
    void this.#settle();
  }

  /** What was chosen cannot be had. */
  #return() {
    this.#fill(OWN);
    void this.#settle();
  }

  /** Have what is chosen now, and say so if that is another model. */
  async #settle() {
    const attempt = ++this.#attempt;
    const { value } = this.#select;
    if (value === LOCAL) return this.#show(this.#local ?? undefined);
    const name = value.startsWith(SERVED) ? value.slice(SERVED.length) : this.#wish;
    this.#show(this.#fetched.get(name));
    if (!name || this.model) return;
    if (!this.#offer.drawable) return this.#lack();
    try {
      // Few show a model: the page does not wait for what reads one.
      const { fetchModel } = await import("../face/model/source.js");
      const file = await fetchModel(this.#server.at(`models/${encodeURIComponent(name)}`), this.#server);
      if (attempt !== this.#attempt) return;
      this.#fetched = new Map([[name, file]]);
      this.#show(this.#fetched.get(name));
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#tell(error instanceof Error ? error.message : String(error));
      if (value !== OWN) this.#return();
    }
  }

  async #lack() {
    const { LACKING } = await import("../face/model/library.js");
    this.#tell(LACKING);
  }

  /** @param {string} problem */
  #tell(problem) {
    const message = `The model face cannot be shown: ${problem}`;
    this.#troubled = true;
    this.dispatchEvent(new CustomEvent("notice", { detail: { topic: TOPIC, level: "warning", message } }));
  }

  /** @param {File | undefined} model */
  #show(model) {
    if (model === this.model) return;
    this.model = model;
    this.dispatchEvent(new CustomEvent("change"));
  }
}
