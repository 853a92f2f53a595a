/** How fine and how often to draw, by how late pictures are. */

/** Shares of the full resolution, and whether edges are smoothed, finest first. */
const STEPS = [
  [1, true],
  [1, false],
  [0.75, false],
  [0.55, false],
];

/** Pictures between two looks; the first look is taken early, for a slow machine is slow from the start. */
const LOOK_AT = 24;
const FIRST_LOOK_AT = 8;

const LATE_MS = 26;
const VERY_LATE_MS = 45;
const EARLY_MS = 19;
const TRY_FINER_MS = 12_000;
const FAILED_MS = 5000;

/** Looks at the times between pictures; coarser when they are late, finer again when they have long been in time. */
export class Pace {
  /** @type {number[]} */
  #gaps = [];
  #lastMs = 0;
  #step = 0;
  #halved = false;
  #skip = false;
  #sinceMs = 0;
  #finerMs = -Infinity;
  #firstMs = 0;
  #rhythmMs = 0;
  #waitMs = TRY_FINER_MS;
  #enough = FIRST_LOOK_AT;

  /** Share of the full resolution to draw with. */
  get scale() {
    return Number(STEPS[this.#step][0]);
  }

  /** Whether to take several samples to a pixel. */
  get smooth() {
    return Boolean(STEPS[this.#step][1]);
  }

  /**
   * A picture is due.
   *
   * @param {number} nowMs
   * @returns {boolean} Whether to draw it.
   */
  due(nowMs) {
    const gap = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    // A page in the background, or one that began just now, says nothing about the machine.
    if (gap > 0 && gap < 500) this.#gaps.push(gap);
    if (this.#gaps.length >= this.#enough) this.#judge(nowMs);
    this.#skip = this.#halved && !this.#skip;
    return !this.#skip;
  }

  /** @param {number} nowMs */
  #judge(nowMs) {
    const usual = this.#gaps.sort((a, b) => a - b)[this.#gaps.length >> 1];
    this.#gaps = [];
    this.#enough = LOOK_AT;
    const late = usual > Math.max(LATE_MS, this.#rhythmMs * 1.2);
    if (late) this.#coarser(usual, nowMs);
    else if (usual < Math.max(EARLY_MS, this.#rhythmMs * 1.1) && nowMs - this.#sinceMs > this.#waitMs)
      this.#finer(nowMs);
  }

  /**
   * @param {number} usual
   * @param {number} nowMs
   */
  #coarser(usual, nowMs) {
    // What was tried and was too fine is tried again, but ever more rarely.
    if (nowMs - this.#finerMs < FAILED_MS) this.#waitMs = Math.min(this.#waitMs * 2, 300_000);
    this.#sinceMs = nowMs;
    this.#firstMs ||= usual;
    if (this.#step < STEPS.length - 1)
      this.#step = Math.min(STEPS.length - 1, this.#step + (usual > VERY_LATE_MS ? 2 : 1));
    else if (usual < this.#firstMs * 0.9) this.#halved = true;
    else {
      // Drawing less has changed nothing: it is the display, or the browser, that wants so few pictures.
      this.#rhythmMs = usual;
      this.#step = 0;
    }
  }

  /** @param {number} nowMs */
  #finer(nowMs) {
    if (!this.#halved && this.#step === 0) return;
    if (this.#halved) this.#halved = false;
    else this.#step--;
    this.#firstMs = 0;
    this.#finerMs = nowMs;
    this.#sinceMs = nowMs;
  }
}
