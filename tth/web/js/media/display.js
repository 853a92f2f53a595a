/** When a picture that is drawn now will be seen. */

const KEEP = 30;
const LIKELY_MS = 1000 / 60;
const [SHORTEST_MS, LONGEST_MS] = [4, 250];

/** Learns a display's rate from the times of its pictures. */
export class Display {
  /** @type {number[]} Times between two pictures. */
  #gaps = [];
  #pictureMs = 0;

  /** How long a picture stands, in ms: a refresh, or what it takes to draw one where that is longer. */
  periodMs = LIKELY_MS;

  /**
   * A picture is about to be drawn: with the first refresh after the drawing begins it is seen.
   *
   * @param {number} pictureMs The picture's time, as `requestAnimationFrame` gives it.
   * @param {number} nowMs Later than that where the page was busy.
   * @returns {number} When, in ms from now.
   */
  seenInMs(pictureMs, nowMs) {
    this.#learn(pictureMs);
    const lateMs = Math.max(0, nowMs - pictureMs);
    const refreshes = Math.floor(lateMs / this.periodMs) + 1;
    return pictureMs + refreshes * this.periodMs - nowMs;
  }

  /** @param {number} pictureMs */
  #learn(pictureMs) {
    const gap = pictureMs - this.#pictureMs;
    this.#pictureMs = pictureMs;
    if (gap < SHORTEST_MS || gap > LONGEST_MS) return;
    this.#gaps.push(gap);
    if (this.#gaps.length > KEEP) this.#gaps.shift();
    // A page that is busy now and then leaves refreshes out: the shorter gaps are the display's own.
    const ordered = this.#gaps.toSorted((a, b) => a - b);
    this.periodMs = ordered[ordered.length >> 2];
  }
}
