import assert from "node:assert/strict";
import { test } from "node:test";

import { INDEX } from "../../tth/web/js/face/arkit.js";
import { AHEAD_MS, Timeline, isMouth } from "../../tth/web/js/media/timeline.js";

const { jawOpen, browInnerUp } = INDEX;
const AHEAD = AHEAD_MS * 24;

function pose(jaw, brow = 0) {
  const weights = new Float32Array(52);
  weights[jawOpen] = jaw;
  weights[browInnerUp] = brow;
  return weights;
}

/** A timeline with frames 800 units apart. */
function timeline(...jaws) {
  const line = new Timeline();
  jaws.forEach((jaw, i) => line.add({ sample: i * 800, weights: pose(jaw, 0.5) }));
  return line;
}

const near = (actual, wanted) => assert.ok(Math.abs(actual - wanted) < 1e-5, `${actual} is not ${wanted}`);

test("between two frames the pose is their linear mean", () => {
  const line = timeline(0, 0.8);
  near(line.read(400 - AHEAD, 0)[jawOpen], 0.4);
  near(line.read(600 - AHEAD, 8)[jawOpen], 0.6);
  assert.equal(line.shown, 600);
});

test("frames may come in any order, and a later one replaces its twin", () => {
  const line = new Timeline();
  line.add({ sample: 1600, weights: pose(0.2) });
  line.add({ sample: 0, weights: pose(0.9) });
  line.add({ sample: 800, weights: pose(0.1) });
  line.add({ sample: 0, weights: pose(0) });
  near(line.read(400 - AHEAD, 0)[jawOpen], 0.05);
});

test("a frame more than 100 ms late is dropped", () => {
  const line = timeline(0, 0.5);
  line.read(9600, 0);
  line.add({ sample: 9600 - 2401, weights: pose(1) });
  line.add({ sample: 9600 - 2400, weights: pose(0.7) });
  line.add({ sample: 9600, weights: pose(0.7) });
  assert.equal(line.dropped, 1);
  assert.equal(line.late, 2);
});

test("where frames stop, the mouth holds 80 ms and closes within 150 more; the brows stay", () => {
  const line = timeline(0.6);
  let ms = 0;
  const at = (time) => {
    let weights = line.read(0, ms);
    for (; ms <= time; ms += 5) weights = line.read(0, ms);
    return weights[jawOpen];
  };
  near(at(75), 0.6);
  assert.ok(at(150) > 0.1 && at(150) < 0.5);
  assert.equal(line.shown, 0);
  near(at(240), 0);
  assert.equal(line.shown, null);
  near(line.read(0, ms)[browInnerUp], 0.5);
});

test("when the sound goes on, the mouth opens again without a step", () => {
  const line = timeline(0.6, 0.6, 0.6, 0.6);
  for (let ms = 0; ms <= 400; ms += 10) line.read(0, ms);
  near(line.read(0, 405)[jawOpen], 0);
  let before = 0;
  for (let ms = 410, unit = 240; ms <= 500; ms += 10, unit += 240) {
    const now = line.read(unit, ms)[jawOpen];
    assert.ok(now - before < 0.15 && now >= before);
    before = now;
  }
  near(before, 0.6);
});

test("while the speech is held the mouth closes within 120 ms and one picture, and opens when the sound goes on", () => {
  const line = timeline(0.6, 0.6, 0.6, 0.6);
  line.read(0, 1000);
  line.held = true;
  for (let ms = 1000; ms <= 1136; ms += 16) line.read(0, ms);
  near(line.read(0, 1136)[jawOpen], 0);
  line.held = false;
  near(line.read(0, 1500)[jawOpen], 0);
  for (let ms = 1516, unit = 384; ms <= 1600; ms += 16, unit += 384) line.read(unit, ms);
  near(line.read(2000, 1610)[jawOpen], 0.6);
});

test("after the end the mouth is shut within 120 ms", () => {
  const line = timeline(0.6, 0.6);
  line.read(0, 1000);
  line.end();
  let jaw = 1;
  for (let ms = 1000; ms <= 1120; ms += 16) jaw = line.read(0, ms)[jawOpen];
  near(jaw, 0);
});

test("jaw, mouth and tongue count as mouth, nothing else does", () => {
  const names = Object.keys(INDEX).filter((name) => isMouth(INDEX[name]));
  assert.ok(names.every((name) => /^(jaw|mouth|tongue)/.test(name)));
  assert.equal(names.length, Object.keys(INDEX).filter((name) => /^(jaw|mouth|tongue)/.test(name)).length);
});
