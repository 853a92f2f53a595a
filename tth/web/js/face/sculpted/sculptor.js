/** Sculpts beside the page where the browser lets it, so that nothing that moves has to wait. */

/** @typedef {Awaited<ReturnType<typeof import("./parts.js").sculpt>>} Sculpture */

/** Who asks for a head while another is being sculpted gets the new one; whoever asked for the old one gets nothing. */
export class Sculptor {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {(made: Sculpture | null) => void} Whoever waits for the worker. */
  #tell = () => {};
  #asked = 0;

  constructor() {
    try {
      this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      this.#worker.addEventListener("message", ({ data: { number, made } }) => {
        if (number === this.#asked) this.#tell(made);
      });
    } catch {
      // A page of another origin may not start one from here.
    }
  }

  /**
   * Sculpt the parts of a head.
   *
   * @param {import("./forms.js").Character} who
   * @param {Float32Array} shell Places of the face's vertices at rest, four numbers each.
   * @param {boolean} fine Whether the machine is quick enough for small triangles.
   * @returns {Promise<Sculpture | null>} Null where another head was asked for meanwhile.
   */
  async sculpt(who, shell, fine) {
    this.#tell(null);
    const number = ++this.#asked;
    const made = this.#worker && (await this.#ask(this.#worker, { number, who, shell, fine }));
    if (made || number !== this.#asked) return made;
    // There is no worker, or it could not be loaded.
    const { sculpt } = await import("./parts.js");
    const own = await sculpt(who, shell, fine);
    return number === this.#asked ? own : null;
  }

  close() {
    this.#asked++;
    this.#worker?.terminate();
    this.#tell(null);
  }

  /**
   * @param {Worker} worker
   * @param {object} job
   * @returns {Promise<Sculpture | null>} Null where it does not run, or the job was overtaken.
   */
  #ask(worker, job) {
    return new Promise((resolve) => {
      this.#tell = resolve;
      worker.addEventListener("error", () => resolve(null), { once: true });
      worker.postMessage(job);
    });
  }
}
