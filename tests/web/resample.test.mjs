import assert from "node:assert/strict";
import { test } from "node:test";

import { Resampler } from "../../tth/web/js/media/resample.js";
import { seeded } from "../../tth/web/js/life/random.js";

const TO = 48_000;

/** @param {number} hz @param {number} rate @param {number} count */
const sine = (hz, rate, count) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));

/** Resample in pieces whose lengths `cut` gives. */
function run(rate, input, cut) {
  const resampler = new Resampler(rate, TO);
  const output = [];
  for (let at = 0; at < input.length; ) {
    const length = cut();
    output.push(...resampler.push(input.subarray(at, at + length)));
    at += length;
  }
  output.push(...resampler.flush());
  return Float32Array.from(output);
}

for (const rate of [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]) {
  const input = sine(440, rate, Math.floor(rate / 5));

  test(`${rate} Hz: any cutting gives the same samples`, () => {
    const whole = run(rate, input, () => input.length);
    for (let seed = 0; seed < 5; seed++) {
      const random = seeded(seed);
      assert.deepEqual(run(rate, input, () => 1 + Math.floor(random() * 700)), whole);
    }
  });

  test(`${rate} Hz: the output lasts as long as the input`, () => {
    assert.equal(run(rate, input, () => 480).length, Math.ceil((input.length * TO) / rate));
  });

  test(`${rate} Hz: a tone comes out as that tone, without delay`, () => {
    const output = run(rate, input, () => 320);
    const wanted = sine(440, TO, output.length);
    for (let i = 400; i < output.length - 400; i++) assert.ok(Math.abs(output[i] - wanted[i]) < 2e-3, `frame ${i}`);
  });
}

test("samples that fall on the grid stay as they are, bit for bit", () => {
  const random = seeded(4);
  const input = Float32Array.from({ length: 500 }, () => random() * 2 - 1);
  const output = run(24_000, input, () => 37);
  input.forEach((sample, i) => assert.equal(output[2 * i], sample));
});

test("a lower rate than the input's is refused", () => assert.throws(() => new Resampler(48_001, TO), RangeError));
