import assert from "node:assert/strict";
import { test } from "node:test";

import { seeded } from "../../tth/web/js/life/random.js";
import { LowPass } from "../../tth/web/js/lips/resample.js";

const TO = 16_000;

/** @param {number} hz @param {number} rate @param {number} count */
const sine = (hz, rate, count) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));

/** @param {number} rate @param {Float32Array} input @param {() => number} cut */
function run(rate, input, cut) {
  const lowPass = new LowPass(rate, TO);
  const made = [];
  for (let at = 0; at < input.length; ) {
    const piece = input.subarray(at, at + cut());
    const output = new Float32Array(lowPass.most(piece.length));
    made.push(...output.subarray(0, lowPass.push(piece, output)));
    at += piece.length;
  }
  return Float32Array.from(made);
}

for (const rate of [8000, 22_050, 24_000, 44_100, 48_000, 96_000]) {
  const input = sine(440, rate, rate / 5);

  test(`${rate} Hz: any cutting gives the same samples`, () => {
    const whole = run(rate, input, () => input.length);
    for (let seed = 0; seed < 4; seed++) {
      const random = seeded(seed);
      assert.deepEqual(run(rate, input, () => 1 + Math.floor(random() * 300)), whole);
    }
  });

  test(`${rate} Hz: a tone comes out as that tone, without delay`, () => {
    const output = run(rate, input, () => 128);
    const wanted = sine(440, TO, output.length);
    // The newest 32 samples of the lower rate are held back until what follows them is known.
    assert.ok(output.length >= TO / 5 - 32 * Math.max(1, TO / rate) - 1);
    for (let i = 100; i < output.length; i++) assert.ok(Math.abs(output[i] - wanted[i]) < 2e-3, `sample ${i}`);
  });

  if (rate > 2 * TO) {
    test(`${rate} Hz: a tone that the output cannot carry does not come back as another`, () => {
      const output = run(rate, sine(9000, rate, rate / 5), () => 128).subarray(200);
      assert.ok(output.every((sample) => Math.abs(sample) < 1e-3));
    });
  }
}

test("at the output's own rate each sample stays as it is", () => {
  const random = seeded(4);
  const input = Float32Array.from({ length: 500 }, () => random() * 2 - 1);
  assert.deepEqual(run(TO, input, () => 37), input);
});
