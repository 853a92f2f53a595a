/** What is audible now: the audio output's clock, made even enough to draw by. */

/**
 * @typedef {object} Reading One look at the audio output.
 * @property {number} nowMs The page's timer at that moment.
 * @property {number} timeS How far the audio context has come.
 * @property {number} heardS Which of its moments reaches the ear, as far as the browser tells.
 * @property {boolean} running
 */

/** Readings come coarse, up to 100 ms, and jittery: what so many ms of them agree on is believed. */
const WINDOW_MS = 200;

/** Readings closer together than this are one: the same mistake made twice would count as agreed. */
const APART_MS = 4;

/** An output that shows no progress for so long is taken to stand still. */
const STALL_MS = 250;

/** Without a look for so long, as in a hidden tab, nobody has seen what was shown last. */
const UNSEEN_MS = 400;
const UNSEEN_TOLERANCE_S = 0.03;

/** How fast the clock comes round to what was read, and the least and most it may run meanwhile. */
const FOLLOW_MS = 150;
const SLOWEST = 0.25;
const FASTEST = 2;

/** Further off it jumps, for coming round would take about a second; ahead sooner, where a jump shows less. */
const JUMP_BACK_S = 0.75;
const JUMP_AHEAD_S = 0.4;

/**
 * Follows the readings of an audio output.
 *
 * Between the readings it runs with the page's timer. What they say otherwise, be it skew or another latency, it comes
 * round to by running faster or slower: what is drawn by it never runs backwards, but for a step of more than 0.75 s.
 */
export class AudioClock {
  /** @type {{nowMs: number, leadS: number}[]} Where the ear was, less the timer, of late. */
  #window = [];
  #told = { nowMs: 0, leadS: 0 };
  #heardS = 0;
  #seenMs = -Infinity;
  #timeS = -1;
  #progressMs = 0;
  #standing = true;

  /** @param {() => Reading} read The one place where what is shown meets the audio output; tests put theirs between. */
  constructor(read) {
    this.read = read;
  }

  /**
   * The moment of the audio context that is heard.
   *
   * @param {number} [inMs] So much later than now.
   * @returns {number} Seconds.
   */
  heardS(inMs = 0) {
    this.#look();
    return Math.max(0, this.#heardS + this.#ahead(inMs));
  }

  /**
   * The same as the browser tells it, neither as even nor as slow to change as `heardS`: what that is measured by.
   *
   * @param {number} [inMs]
   */
  toldS(inMs = 0) {
    this.#look();
    const { nowMs, leadS } = this.#told;
    return Math.max(0, this.#standing ? this.#heardS : leadS + nowMs / 1000 + this.#ahead(inMs));
  }

  /** @param {number} inMs */
  #ahead(inMs) {
    return this.#standing ? 0 : inMs / 1000;
  }

  #look() {
    const { nowMs, timeS, heardS, running } = this.read();
    const passedMs = nowMs - this.#seenMs;
    if (passedMs <= 0) return;
    this.#seenMs = nowMs;
    if (timeS !== this.#timeS) this.#progressMs = nowMs;
    this.#timeS = timeS;
    const stood = this.#standing;
    this.#standing = !running || nowMs - this.#progressMs > STALL_MS;
    if (this.#standing) {
      this.#window = [];
      return;
    }
    this.#keep({ nowMs, leadS: heardS - nowMs / 1000 });
    this.#told = { nowMs, leadS: agreed(this.#window) };
    if (stood) this.#heardS = Math.max(this.#heardS, this.#told.leadS + nowMs / 1000);
    else this.#follow(passedMs, passedMs > UNSEEN_MS);
  }

  /** @param {{nowMs: number, leadS: number}} reading */
  #keep(reading) {
    this.#window = this.#window.filter(({ nowMs }) => reading.nowMs - nowMs <= WINDOW_MS);
    const last = this.#window.at(-1);
    if (!last || reading.nowMs - last.nowMs >= APART_MS) this.#window.push(reading);
  }

  /**
   * Run on, and come round to what the readings agree on.
   *
   * @param {number} passedMs
   * @param {boolean} unseen
   */
  #follow(passedMs, unseen) {
    const { nowMs, leadS } = this.#told;
    const runS = passedMs / 1000;
    const offS = leadS + nowMs / 1000 - this.#heardS - runS;
    if (offS > JUMP_AHEAD_S || offS < -JUMP_BACK_S || (unseen && Math.abs(offS) > UNSEEN_TOLERANCE_S)) {
      this.#heardS += runS + offS;
    } else {
      const part = offS * (1 - Math.exp(-passedMs / FOLLOW_MS));
      this.#heardS += runS + Math.min((FASTEST - 1) * runS, Math.max((SLOWEST - 1) * runS, part));
    }
  }
}

/**
 * What readings agree on. A context's time moves in steps, so each reading is late by up to one step and the foremost
 * is nearest the truth; the second counts, so that one alone that is wrong is not believed.
 *
 * @param {{leadS: number}[]} readings At least one.
 */
function agreed(readings) {
  let [first, second] = [-Infinity, -Infinity];
  for (const { leadS } of readings) {
    if (leadS > first) [first, second] = [leadS, first];
    else if (leadS > second) second = leadS;
  }
  return second === -Infinity ? first : second;
}
