import assert from "node:assert/strict";
import { test } from "node:test";

import { Reporter } from "../../tth/web/js/media/reporter.js";
import { Backoff } from "../../tth/web/js/session/backoff.js";
import { Gate } from "../../tth/web/js/session/gate.js";

test("waits double up to ten seconds, and start over after success", () => {
  const backoff = new Backoff(() => 1);
  assert.deepEqual(Array.from({ length: 7 }, () => backoff.next()), [400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  backoff.reset();
  assert.equal(backoff.next(), 400);
  assert.equal(new Backoff(() => 0).next(), 200);
});

test("a turn that was broken off is not wanted, the next one is", () => {
  const gate = new Gate();
  gate.asked();
  assert.ok(gate.started("a", 1));
  gate.breakOff();
  assert.ok(!gate.wants(1));
  gate.asked();
  assert.ok(gate.started("b", 2));
  assert.ok(gate.wants(2));
  assert.equal(gate.number("b"), 2);
});

test("breaking off before the turn began drops that turn when it comes", () => {
  const gate = new Gate();
  gate.asked();
  gate.breakOff();
  gate.asked();
  assert.ok(!gate.started("a", 1));
  assert.ok(gate.started("b", 2));
});

test("a turn that nobody here asked for is wanted", () => {
  const gate = new Gate();
  gate.breakOff();
  assert.ok(gate.started("greeting", 1));
});

test("a turn dropped by the server stays known for what was heard of it", () => {
  const gate = new Gate();
  gate.started("a", 1);
  gate.drop(1);
  assert.ok(!gate.wants(1));
  assert.equal(gate.number("a"), 1);
  gate.ended("a");
  assert.equal(gate.number("a"), 0);
});

test("the playhead is reported every 100 ms, at each change of state, and once at the end", () => {
  const sent = [];
  const reporter = new Reporter((report) => sent.push(report));
  reporter.see({ turn: 0, unit: 0, state: "idle" }, 0);
  for (let ms = 0; ms <= 250; ms += 10) reporter.see({ turn: 1, unit: ms * 24, state: "playing" }, ms);
  reporter.see({ turn: 1, unit: 6100, state: "blocked" }, 255);
  for (let ms = 260; ms < 600; ms += 10) reporter.see({ turn: 1, unit: 7000, state: "ended" }, ms);
  assert.deepEqual(sent.map(({ sample, state }) => [sample, state]), [
    [0, "playing"], [2400, "playing"], [4800, "playing"], [6100, "blocked"], [7000, "ended"],
  ]);
  reporter.see({ turn: 2, unit: 0, state: "playing" }, 610);
  assert.equal(sent.at(-1).turn, 2);
});
