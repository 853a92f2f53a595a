import assert from "node:assert/strict";
import { test } from "node:test";

import { seeded } from "../../tth/web/js/life/random.js";
import { Display } from "../../tth/web/js/media/display.js";

const near = (actual, wanted) => assert.ok(Math.abs(actual - wanted) < 0.3, `${actual} is not ${wanted}`);

/** A display that has shown so many pictures, some of which came late for their refresh. */
function display(hz, pictures, missed = 0) {
  const random = seeded(3);
  const made = new Display();
  let atMs = 1000;
  for (let i = 0; i < pictures; i++) {
    made.seenInMs(atMs, atMs);
    atMs += (random() < missed ? 2 : 1) * (1000 / hz);
  }
  return { made, atMs };
}

for (const hz of [12, 60, 120, 144]) {
  test(`at ${hz} pictures a second one is seen with the next refresh`, () => {
    const { made, atMs } = display(hz, 40);
    near(made.seenInMs(atMs, atMs + 1), 1000 / hz - 1);
  });
}

test("refreshes that a busy page leaves out do not count as the display's", () => {
  const { made, atMs } = display(60, 200, 0.5);
  near(made.seenInMs(atMs, atMs), 1000 / 60);
});

test("a picture begun after its refresh is seen with a later one", () => {
  const { made, atMs } = display(60, 40);
  near(made.seenInMs(atMs, atMs + 20), 2000 / 60 - 20);
});
