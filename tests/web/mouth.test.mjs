import assert from "node:assert/strict";
import { test } from "node:test";

import { INDEX } from "../../tth/web/js/face/arkit.js";
import { Mouth } from "../../tth/web/js/media/mouth.js";
import { AHEAD_MS } from "../../tth/web/js/media/timeline.js";

const REFRESH = 1000 / 60;

/** A player that has played turn 1 so far, by itself and by what the browser tells. */
function player() {
  const made = { unit: 0, state: "playing", toldUnits: 0, turn: 1, nowMs: 1000 };
  made.position = (inMs) => ({ turn: made.turn, unit: made.unit + inMs * 24, state: made.state });
  made.toldUnit = (inMs) => made.unit + made.toldUnits + inMs * 24;
  return made;
}

function pose(jaw) {
  const weights = new Float32Array(52);
  weights[INDEX.jawOpen] = jaw;
  return weights;
}

/** So many pictures of a mouth that opens steadily within the first second. */
function draw(mouth, source, pictures) {
  let weights = null;
  for (let i = 0; i < pictures; i++) {
    source.unit += REFRESH * 24;
    source.nowMs += REFRESH;
    weights = mouth.weights(source.nowMs, 1, source.nowMs);
  }
  return weights;
}

function opening(source) {
  const mouth = new Mouth(source);
  for (let frame = 0; frame <= 30; frame++) mouth.add({ sample: frame * 800, weights: pose(frame / 30) });
  return mouth;
}

test("a picture shows the pose of what is heard when it is seen, and a little more", () => {
  const source = player();
  const jaw = draw(opening(source), source, 20)[INDEX.jawOpen];
  const wanted = (source.unit / 24 + REFRESH + AHEAD_MS) / 1000;
  assert.ok(Math.abs(jaw - wanted) < 0.003, `${jaw} is not ${wanted}`);
});

test("how far it is ahead of the sound is measured by what the browser tells", () => {
  const source = player();
  const mouth = opening(source);
  assert.equal(mouth.offset, null);
  draw(mouth, source, 10);
  assert.ok(Math.abs(mouth.offset.meanMs - AHEAD_MS) < 0.5);
  source.toldUnits = -100 * 24;
  draw(mouth, source, 1);
  assert.ok(Math.abs(mouth.offset.nowMs - AHEAD_MS - 100) < 0.5);
});

test("nothing is measured while sound stands still, without frames, or of another turn", () => {
  const source = player();
  source.state = "blocked";
  const mouth = opening(source);
  draw(mouth, source, 5);
  source.state = "playing";
  source.turn = 2;
  draw(mouth, source, 5);
  draw(new Mouth(source), source, 5);
  assert.equal(mouth.offset, null);
});

test("what came late in one turn is still counted in the next", () => {
  const source = player();
  const mouth = opening(source);
  draw(mouth, source, 30);
  for (const lateMs of [20, 300]) mouth.add({ sample: source.unit - lateMs * 24, weights: pose(0) });
  assert.deepEqual([mouth.late, mouth.dropped], [2, 1]);
  mouth.begin();
  assert.deepEqual([mouth.late, mouth.dropped], [2, 1]);
});
