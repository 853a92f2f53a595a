/** Chance that can be replayed. */

/**
 * Mulberry32: numbers from 0 to 1, the same for the same seed.
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A log-normal waiting time, as between blinks.
 *
 * @param {() => number} random
 * @param {number} median
 * @param {number} sigma
 */
export function logNormal(random, median, sigma) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/**
 * A number between two others, each as likely.
 *
 * @param {() => number} random
 * @param {number} low
 * @param {number} high
 */
export function between(random, low, high) {
  return low + (high - low) * random();
}

/**
 * Smooth aimless motion from -1 to 1 out of sines whose periods share no multiple.
 *
 * @param {() => number} random Sets the phases.
 * @param {number} slowestHz
 * @returns {(nowS: number) => number}
 */
export function drift(random, slowestHz) {
  const waves = [[1, 0.55], [2.17, 0.3], [3.71, 0.15]].map(([times, share]) => ({ times, share, phase: random() }));
  const turn = 2 * Math.PI;
  return (nowS) => {
    const cycles = slowestHz * nowS;
    return waves.reduce((sum, { times, share, phase }) => sum + share * Math.sin(turn * (cycles * times + phase)), 0);
  };
}
