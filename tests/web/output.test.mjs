import assert from "node:assert/strict";
import { test } from "node:test";

import { askedLatency, readLatency, readOutput } from "../../tth/web/js/media/output.js";

/** A context that has come to 10 s, with a stamp `behindMs` behind it or none. */
function context({ behindMs = null, baseLatency = 0.01, outputLatency = 0.03 } = {}) {
  const stamp = () => ({ contextTime: 10 - behindMs / 1000, performanceTime: performance.now() });
  return { currentTime: 10, state: "running", baseLatency, outputLatency, getOutputTimestamp: behindMs === null ? undefined : stamp };
}

const behindMs = (made, latencyMs = null) => {
  const { timeS, heardS } = readOutput(made, latencyMs);
  return Math.round((timeS - heardS) * 1000);
};

test("the output's stamp says what is heard", () => assert.equal(behindMs(context({ behindMs: 70 })), 70));

test("without a stamp the two latencies do, and those that a browser does not know count as none", () => {
  assert.equal(behindMs(context()), 40);
  assert.equal(behindMs(context({ outputLatency: null })), 10);
  assert.equal(behindMs(context({ baseLatency: null, outputLatency: 0 })), 0);
});

test("a stamp that cannot be is not believed", () => {
  assert.equal(behindMs(context({ behindMs: 9_999 })), 40);
  assert.equal(behindMs(context({ behindMs: -500 })), 40);
  assert.equal(behindMs({ ...context(), getOutputTimestamp: () => ({ contextTime: 0, performanceTime: 0 }) }), 40);
  assert.equal(behindMs({ ...context(), getOutputTimestamp: () => ({ contextTime: 9.9, performanceTime: -5000 }) }), 40);
});

test("a stamp that leaves out a headset's latency, which the browser knows, is not believed", () => {
  assert.equal(behindMs(context({ behindMs: 10, outputLatency: 0.2 })), 210);
});

test("what a person says of the latency stands in place of all that", () => {
  assert.equal(behindMs(context({ behindMs: 70 }), 180), 180);
  assert.equal(behindMs(context(), 0), 0);
});

test("the address may say it in milliseconds; what is no number says nothing", () => {
  assert.equal(askedLatency("?debug=1&latency=180"), 180);
  assert.equal(askedLatency("?latency=0"), 0);
  for (const search of ["", "?latency=", "?latency=much", "?latency=-5", "?latency=90000"]) {
    assert.equal(askedLatency(search), null);
  }
  assert.equal(readLatency("180"), 180);
  for (const written of [null, "", "  ", "abc"]) assert.equal(readLatency(written), null);
});
