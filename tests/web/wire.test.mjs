import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeFrame } from "../../tth/web/js/media/wire.js";

/** A frame as the server packs it. */
function frame({ kind = 1, flags = 0, param = 24_000, sample = 0, payload = new Uint8Array(0) }) {
  const [generation, turn] = [3, 2];
  const buffer = new ArrayBuffer(20 + payload.byteLength);
  const view = new DataView(buffer);
  view.setUint8(0, kind);
  view.setUint8(1, flags);
  view.setUint16(2, param, true);
  view.setUint32(4, generation, true);
  view.setUint32(8, turn, true);
  view.setBigUint64(12, BigInt(sample), true);
  new Uint8Array(buffer, 20).set(payload);
  return buffer;
}

test("an audio frame gives its place, rate and samples", () => {
  const payload = new Uint8Array(Int16Array.of(0, 1, -32_768, 32_767).buffer);
  const decoded = decodeFrame(frame({ param: 22_050, sample: 2n ** 40n, payload }));
  assert.equal(decoded.kind, "audio");
  assert.deepEqual([decoded.generation, decoded.turn, decoded.sample], [3, 2, 2 ** 40]);
  assert.deepEqual([decoded.rateHz, decoded.last], [22_050, false]);
  assert.deepEqual([...decoded.pcm], [0, 1, -32_768, 32_767]);
});

test("the last audio of a turn may be empty", () => {
  const decoded = decodeFrame(frame({ flags: 1 }));
  assert.deepEqual([decoded.last, decoded.pcm.length], [true, 0]);
});

test("a face frame gives 52 weights and drops further shapes", () => {
  const payload = new Uint8Array(Float32Array.from({ length: 68 }, (_, i) => i / 100).buffer);
  const decoded = decodeFrame(frame({ kind: 2, param: 68, payload }));
  assert.equal(decoded.weights.length, 52);
  assert.ok(Math.abs(decoded.weights[51] - 0.51) < 1e-6);
});

test("a video frame gives its picture", () => {
  assert.deepEqual([...decodeFrame(frame({ kind: 3, payload: Uint8Array.of(255, 216) })).data], [255, 216]);
});

for (const [name, broken] of Object.entries({
  "a frame without a whole header": new ArrayBuffer(19),
  "an unknown kind": frame({ kind: 9 }),
  "half a sample": frame({ payload: new Uint8Array(3) }),
  "a rate that cannot be played": frame({ param: 7999 }),
  "too few weights": frame({ kind: 2, param: 51, payload: new Uint8Array(51 * 4) }),
  "weights that do not fill the payload": frame({ kind: 2, param: 52, payload: new Uint8Array(204) }),
})) {
  test(`${name} is refused`, () => assert.throws(() => decodeFrame(broken), RangeError));
}
