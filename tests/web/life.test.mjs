import assert from "node:assert/strict";
import { test } from "node:test";

import { INDEX } from "../../tth/web/js/face/arkit.js";
import { Life } from "../../tth/web/js/life/life.js";

const REST = new Float32Array(52);

/** Poses of `seconds` at 60 a second. */
function live(seconds, mood, { seed = 7, still = false, weights = REST } = {}) {
  const life = new Life({ seed, still });
  return Array.from({ length: seconds * 60 }, (_, i) => life.at(i / 60, mood, weights));
}

const shut = ({ weights }) => weights[INDEX.eyeBlinkLeft] > 0.9;

test("the same seed and times give the same life", () => {
  assert.deepEqual(live(20, "speaking"), live(20, "speaking"));
  assert.notDeepEqual(live(20, "speaking"), live(20, "speaking", { seed: 8 }));
});

for (const [mood, least, most] of [["idle", 8, 26], ["speaking", 10, 34]]) {
  test(`${mood}: ${least} to ${most} blinks a minute, each a closing and an opening`, () => {
    let blinks = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const poses = live(120, mood, { seed });
      blinks += poses.filter((pose, i) => shut(pose) && !shut(poses[i - 1] ?? pose)).length / 10;
    }
    assert.ok(blinks >= least && blinks <= most, `${blinks} a minute`);
  });
}

test("a listener looks at the person most of the time, a thinker seldom", () => {
  const share = (mood) => {
    const poses = [1, 2, 3, 4].flatMap((seed) => live(120, mood, { seed, still: true }));
    return poses.filter(({ gaze }) => Math.hypot(gaze.x, gaze.y) < 0.05).length / poses.length;
  };
  assert.ok(share("listening") > 0.7);
  assert.ok(share("speaking") > 0.5 && share("speaking") < 0.85);
  assert.ok(share("thinking") < 0.35);
});

test("every weight stays within 0 and 1, the given ones are not touched", () => {
  const full = new Float32Array(52).fill(1);
  for (const { weights } of live(30, "interrupted", { weights: full })) {
    assert.ok(weights.every((weight) => weight >= 0 && weight <= 1));
  }
  assert.ok(full.every((weight) => weight === 1));
});

test("the head moves slowly and never far", () => {
  const poses = live(60, "speaking");
  const degrees = poses.map(({ head }) => (head.yaw * 180) / Math.PI);
  assert.ok(Math.max(...degrees.map(Math.abs)) < 14);
  assert.ok(Math.max(...degrees.slice(1).map((yaw, i) => Math.abs(yaw - degrees[i]))) < 0.6);
});

test("with less motion asked for, lids and eyes live and the rest keeps still", () => {
  const poses = live(60, "speaking", { still: true });
  assert.ok(poses.every(({ head }) => head.yaw === 0 && head.pitch === 0 && head.roll === 0));
  assert.equal(new Set(poses.map(({ breath }) => breath)).size, 1);
  assert.ok(poses.some(shut));
  assert.ok(poses.some(({ gaze }) => Math.abs(gaze.x) > 0.1));
});

test("the lungs fill twelve to eighteen times a minute, and at once before speaking", () => {
  const breaths = live(60, "idle").map(({ breath }) => breath);
  const tops = breaths.filter((breath, i) => breath > 0.99 && (breaths[i - 1] ?? 1) <= 0.99).length;
  assert.ok(tops >= 12 && tops <= 18, `${tops}`);
  const life = new Life({ seed: 1 });
  for (let i = 0; i < 180; i++) life.at(i / 60, "thinking", REST);
  for (let i = 180; i < 202; i++) life.at(i / 60, "speaking", REST);
  assert.ok(life.at(202 / 60, "speaking", REST).breath > 0.9);
});

test("a speaker blinks where phrases end, about four times out of ten", () => {
  let blinks = 0;
  const phrases = 400;
  const life = new Life({ seed: 3 });
  const open = Float32Array.from(REST, (_, i) => (i === INDEX.jawOpen ? 0.4 : 0));
  const closing = [];
  for (let i = 0; i < phrases * 120; i++) {
    // A second of speech, a second of silence; what counts are lids that fall right after the mouth has shut.
    const { weights } = life.at(i / 60, "speaking", i % 120 < 60 ? open : REST);
    closing.push(weights[INDEX.eyeBlinkLeft] > 0.9);
  }
  for (let p = 0; p < phrases; p++) {
    const from = p * 120 + 60;
    if (!closing[from + 8] && closing.slice(from + 9, from + 22).includes(true)) blinks++;
  }
  assert.ok(blinks / phrases > 0.3 && blinks / phrases < 0.62, `${blinks / phrases}`);
});
