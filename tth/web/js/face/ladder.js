/** A face by the best renderer that works at the moment; where one stops working, the next takes its place. */

/** @typedef {import("./renderer.js").Look} Look */
/** @typedef {import("./renderer.js").Pose} Pose */
/** @typedef {import("./renderer.js").Renderer} Renderer */
/** @typedef {import("./renderer.js").Room} Room */
/** @typedef {import("./renderer.js").Rung} Rung */

/** @typedef {{rung: Rung, want: unknown}} Choice What shall draw, and for what. */
/** @typedef {Choice & {layer: HTMLElement, renderer: Renderer}} Made */

/** So long the first picture is waited for where none is shown, as in a page that is hidden. */
const UNSEEN_MS = 500;

const FADE_MS = 240;

/** Shows one renderer, and makes the next one out of sight. */
export class Ladder {
  #host;
  #rungs;
  #look;
  #tell;
  /** @type {Room | null} */
  #room = null;
  /** @type {Made | null} */
  #shown = null;
  /** @type {Choice | null} What is being made to take over. */
  #coming = null;
  /** @type {Set<Made>} All that hold a layer of the host. */
  #made = new Set();
  /** @type {Set<Made>} Those whose graphics context was taken away. */
  #lost = new Set();
  /** @type {Choice[]} */
  #failed = [];
  #over = new AbortController();
  /** Whether there was a face to be seen, so that making a better one keeps nobody waiting. */
  #begun = false;

  /** Change faces without a fade. */
  still = false;

  /**
   * @param {HTMLElement} host
   * @param {readonly Rung[]} rungs Best first; the last one stands in while a better one is made.
   * @param {Look} look
   * @param {(problem: string, failed?: unknown) => void} tell Why a renderer is not the one that draws, and what it
   *   wanted of the look where it is given up; empty once it does again.
   */
  constructor(host, rungs, look, tell) {
    this.#host = host;
    this.#rungs = rungs;
    this.#look = look;
    this.#tell = tell;
    // These events do not bubble; on their way down they pass the host all the same.
    const options = { capture: true, signal: this.#over.signal };
    host.addEventListener("webglcontextlost", (event) => this.#lose(event), options);
    host.addEventListener("webglcontextrestored", ({ target }) => this.#regain(target), options);
    void this.#begin();
  }

  /** The name of the renderer that draws; empty before the first. */
  get name() {
    return this.#shown?.rung.name ?? "";
  }

  /**
   * @param {Pose} pose
   * @param {number} nowMs
   */
  draw(pose, nowMs) {
    const shown = this.#shown;
    if (shown) this.#try(shown, () => shown.renderer.draw(pose, nowMs));
  }

  resize() {
    for (const made of this.#standing()) this.#try(made, () => made.renderer.resize());
  }

  /** @param {Room | null} room */
  frame(room) {
    this.#room = room;
    for (const made of this.#standing()) this.#try(made, () => made.renderer.frame(room));
  }

  /** @param {Look} look */
  setLook(look) {
    this.#look = look;
    // What failed for another look may work when it is asked for again: a file may have been mended.
    this.#failed = this.#failed.filter(({ rung, want }) => rung.wants(look) === want);
    for (const made of this.#standing()) {
      if (made.rung.wants(look) === made.want) this.#try(made, () => made.renderer.setLook(look));
    }
    void this.#climb();
  }

  destroy() {
    this.#over.abort();
    this.#coming = this.#shown = null;
    for (const made of [...this.#made]) this.#drop(made);
  }

  /** First the one that draws at once, so that there is a face; then the best. */
  async #begin() {
    await this.#standIn();
    await Promise.race([shown(), new Promise((go) => setTimeout(go, UNSEEN_MS))]);
    this.#begun = true;
    await this.#climb();
  }

  #standing() {
    return [...this.#made].filter((made) => !this.#lost.has(made));
  }

  /**
   * The best renderer that may work for the look.
   *
   * @returns {Choice | undefined}
   */
  #best() {
    const lost = [...this.#lost];
    return this.#rungs
      .map((rung) => ({ rung, want: rung.wants(this.#look) }))
      .find((choice) => choice.want && ![...this.#failed, ...lost].some((other) => same(other, choice)));
  }

  /** Make the best renderer, unless it draws already or is being made. */
  async #climb() {
    const best = this.#best();
    if (!best || !this.#begun || this.#over.signal.aborted) return;
    if (this.#shown && same(best, this.#shown)) this.#coming = null;
    else if (!this.#coming || !same(best, this.#coming)) {
      this.#coming = best;
      const made = await this.#make(best, () => this.#coming === best);
      if (made) this.#show(made);
    }
  }

  /** Let the last renderer draw while nothing else does. */
  async #standIn() {
    const rung = this.#rungs[this.#rungs.length - 1];
    if (this.#shown || this.#coming?.rung === rung || this.#over.signal.aborted) return;
    const made = await this.#make({ rung, want: rung.wants(this.#look) }, () => !this.#shown);
    if (made) this.#show(made);
  }

  /**
   * A renderer in a layer of its own that nobody sees yet.
   *
   * @param {Choice} choice
   * @param {() => boolean} wanted Whether anybody still waits for it.
   * @returns {Promise<Made | null>}
   */
  async #make(choice, wanted) {
    const layer = document.createElement("div");
    layer.className = "layer";
    layer.style.opacity = "0";
    /** @type {Made | null} */
    let made = null;
    try {
      const { create } = await choice.rung.load();
      this.#host.append(layer);
      const look = this.#look;
      const renderer = wanted() ? await create(layer, look) : null;
      if (renderer) {
        made = { ...choice, layer, renderer };
        this.#made.add(made);
        renderer.frame(this.#room);
        renderer.resize();
        if (look !== this.#look) renderer.setLook(this.#look);
        await renderer.ready;
      }
      if (made && wanted() && !this.#over.signal.aborted) return made;
      if (!renderer && wanted()) this.#fail(choice, null);
    } catch (error) {
      if (wanted()) this.#fail(choice, error);
    }
    layer.remove();
    if (made) this.#drop(made);
    return null;
  }

  /** @param {Made} made */
  #show(made) {
    const before = this.#shown;
    this.#shown = made;
    if (this.#coming && same(made, this.#coming)) this.#coming = null;
    made.layer.style.opacity = "1";
    if (!before) {
      // What the host held before there was a renderer has done its duty.
      for (const other of [...this.#host.children]) if (!this.#owner(other)) other.remove();
      return;
    }
    this.#host.append(made.layer);
    if (this.still) this.#drop(before);
    else {
      const fade = made.layer.animate([{ opacity: 0 }, { opacity: 1 }], FADE_MS);
      fade.finished.catch(() => {}).then(() => this.#drop(before));
    }
  }

  /** @param {Made} made */
  #drop(made) {
    this.#made.delete(made);
    this.#lost.delete(made);
    try {
      made.renderer.destroy();
    } catch {
      // It may be broken already; its layer goes all the same.
    }
    made.layer.remove();
  }

  /**
   * @param {Made} made
   * @param {() => void} act
   */
  #try(made, act) {
    try {
      act();
    } catch (error) {
      this.#leave(made);
      this.#drop(made);
      this.#fail(made, error);
    }
  }

  /**
   * @param {Choice} choice
   * @param {unknown} error Null where it only cannot work here.
   */
  #fail({ rung, want }, error) {
    this.#failed.push({ rung, want });
    if (this.#coming && same(this.#coming, { rung, want })) this.#coming = null;
    const why = error instanceof Error ? error.message : error;
    if (why) this.#tell(`The ${rung.name} face cannot be shown: ${why}`, want);
    this.#next();
  }

  /** @param {Event} event */
  #lose(event) {
    // Without this the browser does not give it back.
    event.preventDefault();
    const made = this.#owner(event.target);
    if (!made) return;
    this.#lost.add(made);
    made.layer.style.opacity = "0";
    this.#leave(made);
    this.#tell(`The ${made.rung.name} face has lost the graphics card; another stands in until it is back.`);
    this.#next();
  }

  /** @param {EventTarget | null} target */
  #regain(target) {
    const made = this.#owner(target);
    if (!made) return;
    this.#drop(made);
    this.#tell("");
    void this.#climb();
  }

  /** @param {EventTarget | null} target */
  #owner(target) {
    return [...this.#made].find(({ layer }) => target instanceof Node && layer.contains(target));
  }

  /** @param {Made} made */
  #leave(made) {
    if (this.#shown === made) this.#shown = null;
    if (this.#coming && same(this.#coming, made)) this.#coming = null;
  }

  #next() {
    void this.#climb();
    void this.#standIn();
  }
}

/** Resolves when what was just put on the page is seen. */
function shown() {
  return new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
}

/**
 * @param {Choice} one
 * @param {Choice} other
 */
function same(one, other) {
  return one.rung === other.rung && one.want === other.want;
}
