import assert from "node:assert/strict";
import { test } from "node:test";

import { seeded } from "../../tth/web/js/life/random.js";
import { AudioClock } from "../../tth/web/js/media/clock.js";

const PICTURE_MS = 1000 / 60;

/** An output that plays from the start, `latencyMs` behind its context, and a clock that reads it. */
function output({ latencyMs = 40, stepMs = 10, skew = 0, noiseMs = 0 } = {}) {
  const random = seeded(1);
  const out = { nowMs: 0, latencyMs, skew, running: true, stoodMs: 0 };
  const playedMs = () => (out.nowMs - out.stoodMs) * (1 + out.skew);
  out.heardMs = () => Math.max(0, playedMs() - out.latencyMs);
  out.clock = new AudioClock(() => {
    const timeMs = Math.floor(playedMs() / stepMs) * stepMs;
    const off = noiseMs * (random() - 0.5);
    return { nowMs: out.nowMs, timeS: timeMs / 1000, heardS: (timeMs - out.latencyMs + off) / 1000, running: out.running };
  });
  /** Draw pictures for so long; gives how far the clock was off with each, and how fast it ran. */
  out.draw = (ms, each = () => {}) => {
    const seen = [];
    let before = null;
    for (const end = out.nowMs + ms; out.nowMs < end; out.nowMs += PICTURE_MS) {
      each(out);
      const nowMs = out.clock.heardS() * 1000;
      seen.push({ off: nowMs - out.heardMs(), rate: before === null ? 1 : (nowMs - before) / PICTURE_MS });
      before = nowMs;
    }
    return seen;
  };
  return out;
}

const most = (seen, read) => Math.max(...seen.map(read));
const least = (seen, read) => Math.min(...seen.map(read));

for (const stepMs of [3, 10, 23, 100]) {
  test(`a context whose time moves in steps of ${stepMs} ms is followed evenly`, () => {
    const out = output({ stepMs });
    out.draw(1500);
    const seen = out.draw(5000);
    assert.ok(most(seen, ({ off }) => Math.abs(off)) < 3 + stepMs / 6);
    assert.ok(most(seen, ({ rate }) => Math.abs(rate - 1)) < 0.15);
  });
}

test("jitter of the readings does not reach the face", () => {
  const out = output({ noiseMs: 20 });
  out.draw(1500);
  const seen = out.draw(5000);
  assert.ok(most(seen, ({ off }) => Math.abs(off)) < 12);
  assert.ok(most(seen, ({ rate }) => Math.abs(rate - 1)) < 0.6);
});

test("one reading that is wrong is not believed", () => {
  const out = output({ stepMs: 1 });
  out.draw(1000);
  const read = out.clock.read;
  out.clock.read = () => ({ ...read(), heardS: read().heardS + 0.2 });
  out.clock.heardS();
  out.nowMs += 1;
  out.clock.heardS();
  out.clock.read = read;
  assert.ok(most(out.draw(500), ({ off }) => Math.abs(off)) < 3);
});

for (const skew of [200e-6, -200e-6]) {
  test(`ten minutes of a skew of ${skew * 1e6} ppm leave no drift`, () => {
    const out = output({ skew });
    out.draw(10_000);
    out.draw(590_000);
    const seen = out.draw(2000);
    assert.ok(most(seen, ({ off }) => Math.abs(off)) < 6);
  });
}

for (const latencyMs of [220, 500]) {
  test(`a latency that grows to ${latencyMs} ms is followed within a second, and nothing runs backwards`, () => {
    const out = output();
    out.draw(1000);
    out.latencyMs = latencyMs;
    const seen = out.draw(1000);
    assert.ok(least(seen, ({ rate }) => rate) >= 0.24);
    assert.ok(most(out.draw(500), ({ off }) => Math.abs(off)) < 12);
  });
}

test("a latency that shrinks is followed within a second, at twice the speed at most", () => {
  const out = output({ latencyMs: 220 });
  out.draw(1000);
  out.latencyMs = 40;
  const seen = out.draw(1000);
  assert.ok(most(seen, ({ rate }) => rate) <= 2.01);
  assert.ok(most(out.draw(500), ({ off }) => Math.abs(off)) < 12);
});

test("a suspended context stands still, and goes on where it stood", () => {
  const out = output();
  out.draw(1000);
  out.running = false;
  const before = out.clock.heardS();
  for (const at of [0, 500, 3000]) {
    out.nowMs += at;
    out.stoodMs += at;
    assert.equal(out.clock.heardS(), before);
    assert.equal(out.clock.heardS(500), before);
  }
  out.running = true;
  assert.ok(most(out.draw(300), ({ off }) => Math.abs(off)) < 22);
  assert.ok(most(out.draw(500), ({ off }) => Math.abs(off)) < 6);
});

test("an output that says it runs and shows no progress stands still", () => {
  const out = output({ stepMs: 1 });
  out.draw(1000);
  const stuck = out.clock.read();
  out.clock.read = () => ({ ...stuck, nowMs: out.nowMs });
  out.draw(600);
  const before = out.clock.heardS();
  out.draw(5000);
  assert.equal(out.clock.heardS(), before);
  assert.ok(before - stuck.heardS < 0.25);
});

test("after seconds in which nobody looked it is right at once", () => {
  const out = output();
  out.draw(1000);
  out.nowMs += 5000;
  out.latencyMs = 200;
  assert.ok(Math.abs(out.draw(20)[0].off) <= 10);
});

test("what will be heard later is what is heard now and the time between", () => {
  const out = output();
  out.draw(1000);
  assert.ok(Math.abs(out.clock.heardS(30) - out.clock.heardS() - 0.03) < 1e-9);
});

test("what the browser tells is known at once, before the clock has come round to it", () => {
  const out = output({ stepMs: 1 });
  out.draw(1000);
  out.latencyMs = 140;
  out.draw(250);
  assert.ok(Math.abs(out.clock.toldS() * 1000 - out.heardMs()) < 3);
  assert.ok(out.clock.heardS() * 1000 - out.heardMs() > 20);
});
