import assert from "node:assert/strict";
import { test } from "node:test";

import { Offsets } from "../../tth/web/js/media/offsets.js";
import { inStep } from "../../tth/web/js/media/reporter.js";

test("before the first picture nothing is known and nothing is reported", () => {
  assert.equal(new Offsets().summary, null);
  assert.deepEqual(inStep({ offset: null, late: 0 }), {});
});

test("mean and median keep the side, the ninety-fifth of a hundred counts either side", () => {
  const offsets = new Offsets();
  for (let i = 0; i < 100; i++) offsets.add(i, i < 90 ? 20 : -60);
  const { nowMs, meanMs, p50Ms, p95Ms } = offsets.summary;
  assert.equal(nowMs, -60);
  assert.ok(Math.abs(meanMs - 12) < 1e-9);
  assert.equal(p50Ms, 20);
  assert.equal(p95Ms, 60);
});

test("what is older than ten seconds is forgotten", () => {
  const offsets = new Offsets();
  offsets.add(0, 500);
  for (let ms = 5000; ms <= 10_001; ms += 1000) offsets.add(ms, 10);
  offsets.add(10_001, 10);
  assert.equal(offsets.summary.p95Ms, 10);
});

test("a report keeps to what the server takes", () => {
  const offset = { nowMs: -300_000, meanMs: 80_000, p50Ms: 0, p95Ms: 300_000 };
  const { offset_ms, offset_mean_ms, offset_p95_ms } = inStep({ offset, late: 0 });
  assert.deepEqual([offset_ms, offset_mean_ms, offset_p95_ms], [-60_000, 60_000, 60_000]);
});

test("a report tells tenths of a millisecond", () => {
  const offset = { nowMs: 12.345, meanMs: -3.21, p50Ms: 0, p95Ms: 44.96 };
  assert.deepEqual(inStep({ offset, late: 2 }), {
    offset_ms: 12.3, offset_mean_ms: -3.2, offset_p50_ms: 0, offset_p95_ms: 45, late_frames: 2,
  });
});
