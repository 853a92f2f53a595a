import assert from "node:assert/strict";
import { test } from "node:test";

import { seeded } from "../../tth/web/js/life/random.js";
import { Closing } from "../../tth/web/js/lips/closing.js";
import { mouthOf } from "../../tth/web/js/lips/dominance.js";
import { Fourier } from "../../tth/web/js/lips/fourier.js";
import { LipReader, lookAheadMs } from "../../tth/web/js/lips/reader.js";
import { GROUPS, HEARING, SHAPES, VISEMES } from "../../tth/web/js/lips/tables.js";
import { INDEX } from "../../tth/web/js/face/arkit.js";

const OUTPUTS = VISEMES.length + 2;
const FRAME = 800;

/** A layer of random weights. */
function layer(random, offsets, inputs, outputs) {
  const some = (count) => Float32Array.from({ length: count }, () => random() - 0.5);
  return { offsets, inputs, outputs, weight: some(offsets.length * inputs * outputs), bias: some(outputs) };
}

const draw = seeded(1);
const MODEL = {
  mean: new Float32Array(HEARING.bands).fill(-5),
  live: [layer(draw, [-1, 0, 1], HEARING.bands, OUTPUTS)],
  buffered: [layer(draw, [-2, 0, 2], HEARING.bands, 9), layer(draw, [-3, 0, 3], 9, OUTPUTS)],
};

/** @param {number} count */
function noise(count) {
  const random = seeded(2);
  return Float32Array.from({ length: count }, () => 0.4 * random() - 0.2);
}

/** @param {Float32Array} sound @param {() => number} cut */
function read(sound, cut, how = {}) {
  const reader = new LipReader(MODEL, how);
  const made = [];
  for (let at = 0; at < sound.length; ) {
    const piece = sound.subarray(at, at + cut());
    made.push(...reader.feed(piece));
    at += piece.length;
  }
  return [...made, ...reader.flush(how.tailFrames)];
}

test("a transform tells how strong each frequency is, as its definition does", () => {
  const size = 64;
  const random = seeded(3);
  const signal = Array.from({ length: size }, () => [random() - 0.5, random() - 0.5]);
  const real = Float64Array.from(signal, ([value]) => value);
  const imaginary = Float64Array.from(signal, ([, value]) => value);
  new Fourier(size).transform(real, imaginary);
  for (let bin = 0; bin < size; bin++) {
    let [sumReal, sumImaginary] = [0, 0];
    signal.forEach(([a, b], i) => {
      const turn = (-2 * Math.PI * bin * i) / size;
      sumReal += a * Math.cos(turn) - b * Math.sin(turn);
      sumImaginary += a * Math.sin(turn) + b * Math.cos(turn);
    });
    assert.ok(Math.hypot(real[bin] - sumReal, imaginary[bin] - sumImaginary) < 1e-12);
  }
});

test("poses are the same bit for bit however the sound is cut, at both operating points", () => {
  const sound = noise(9000);
  for (const live of [true, false]) {
    const whole = read(sound, () => sound.length, { live, startUnit: 77 });
    for (let seed = 0; seed < 4; seed++) {
      const random = seeded(seed);
      assert.deepEqual(read(sound, () => Math.floor(random() * 900), { live, startUnit: 77 }), whole);
    }
  }
});

test("every thirtieth of a second begun has a pose, and as many more as are asked for", () => {
  for (const count of [0, 1, 533, 534, 1600, 12_345]) {
    for (const tailFrames of [0, 6]) {
      const made = read(noise(count), () => 128, { tailFrames });
      assert.deepEqual(made.map(({ unit }) => unit), made.map((_, i) => i * FRAME));
      assert.equal(made.length, Math.ceil((count * 30) / HEARING.rateHz) + tailFrames);
    }
  }
});

test("a pose comes as soon as its look-ahead has passed", () => {
  for (const live of [true, false]) {
    const reader = new LipReader(MODEL, { live });
    const ahead = lookAheadMs(live ? MODEL.live : MODEL.buffered);
    const sound = noise(16_000);
    for (let at = 0; at < sound.length; at += 16) {
      for (const { unit } of reader.feed(sound.subarray(at, at + 16))) {
        const lateMs = (at + 16) / 16 - unit / 24;
        assert.ok(lateMs >= ahead - 1 && lateMs <= ahead + 1.1, `${lateMs} ms, not ${ahead}`);
      }
    }
  }
});

test("after a reset nothing is left of the voice before", () => {
  const reader = new LipReader(MODEL);
  reader.feed(noise(5000));
  reader.reset();
  const again = [...reader.feed(noise(3000)), ...reader.flush()];
  assert.deepEqual(again, read(noise(3000), () => 3000));
});

test("in silence the mouth rests, whatever the network thinks", () => {
  for (const { weights, speaking, closure } of read(new Float32Array(8000), () => 128)) {
    assert.ok(weights.every((weight) => weight === 0));
    assert.deepEqual([speaking, closure], [0, 0]);
  }
});

test("lips that met stay shut for two frames at least and then let go", () => {
  const closing = new Closing();
  const step = (lips, teeth) => closing.step(Float32Array.of(lips, teeth, lips, teeth), 0, 2);
  const met = [-5, 5, -5, -5, 5, 5, 5, -5].map((lips) => {
    step(lips, -5);
    return closing.met;
  });
  assert.deepEqual(met, [0, 1, 1, 0, 1, 1, 1, 0]);
  step(5, 5);
  assert.equal(closing.viseme, "FF");
});

test("one viseme alone has the mouth, and a closure overrides it whatever the loudness", () => {
  const pulls = new Float32Array(VISEMES.length * GROUPS.length);
  pulls.fill(1, VISEMES.indexOf("aa") * GROUPS.length, (VISEMES.indexOf("aa") + 1) * GROUPS.length);
  const open = mouthOf(pulls, 1, 0, "PP");
  assert.ok(Math.abs(open[INDEX.jawOpen] - SHAPES.aa.jawOpen) < 1e-6);
  assert.equal(mouthOf(pulls, 0.5, 0, "PP")[INDEX.jawOpen], open[INDEX.jawOpen] / 2);
  const shut = mouthOf(pulls, 1, 1, "PP");
  for (const [name, weight] of Object.entries(SHAPES.PP)) assert.ok(Math.abs(shut[INDEX[name]] - weight) < 1e-6);
});
