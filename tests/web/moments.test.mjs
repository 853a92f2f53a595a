import assert from "node:assert/strict";
import { test } from "node:test";

import { newTurn } from "../../tth/web/js/session/turn.js";
import { Moments } from "../../tth/web/js/session/moments.js";

const JAW = 17, SMILE = 23;
const still = new Float32Array(52);

function moved(place, by = 0.1) {
  const weights = new Float32Array(52);
  weights[place] = by;
  return weights;
}

function asked({ itemId = "", askedMs = 1000 } = {}) {
  const moments = new Moments(), turn = newTurn({ turn_id: "t", turn: 3 }, askedMs, true);
  moments.begin(turn);
  moments.said({ turnId: "t", itemId });
  return { moments, turn };
}

const transcript = (item_id, text = "Hello", final = true) => ({ type: "user_transcript", item_id, text, final, turn_id: "" });
const token = { type: "text_delta", turn_id: "t", token: "Hi" };

test("the parts of a typed turn follow each other and add up to the whole, to the millisecond", () => {
  const { moments, turn } = asked({ askedMs: 1000.4 });
  moments.look(still, false, 1010);
  moments.take(token, 1120.9);
  moments.take(token, 1200);
  moments.feed({ kind: "face", turn: 3 }, 1250);
  moments.feed({ kind: "audio", turn: 3 }, 1301.2);
  turn.unit = 240; // 10 ms of it were heard when the picture was drawn
  moments.look(moved(JAW), true, 1350.7);
  assert.deepEqual(moments.parts, [
    { step: "text", fromMs: 0, ms: 121 },
    { step: "sound", fromMs: 121, ms: 180 },
    { step: "heard", fromMs: 301, ms: 39 },
    { step: "mouth", fromMs: 340, ms: 10 },
  ]);
  assert.equal(moments.parts.reduce((sum, { ms }) => sum + ms, 0), 350);
});

test("a spoken turn begins at the end of speech, and its transcript may come before the turn does or after", () => {
  for (const early of [true, false]) {
    const moments = new Moments(), turn = newTurn({ turn_id: "t", turn: 1 }, 500, true);
    if (early) moments.take(transcript("u7"), 620);
    moments.begin(turn);
    moments.said({ turnId: "t", itemId: "u7" });
    moments.take(transcript("u7", "Hel", false), 610);
    moments.take(transcript("other"), 615);
    if (!early) moments.take(transcript("u7"), 620);
    moments.take(token, 700);
    assert.deepEqual(moments.parts.map(({ step, ms }) => [step, ms]), [["transcript", 120], ["text", 80]]);
  }
});

test("a transcript that comes when the answer is there already stands in its place in time", () => {
  const { moments } = asked({ itemId: "u1" });
  moments.take(token, 1100);
  moments.take(transcript("u1"), 1400);
  assert.deepEqual(moments.parts.map(({ step, fromMs, ms }) => [step, fromMs, ms]), [["text", 0, 100], ["transcript", 100, 300]]);
});

test("what did not happen is left out, and of another turn nothing is told", () => {
  const { moments } = asked();
  assert.deepEqual(moments.parts, []);
  moments.take({ ...token, turn_id: "before" }, 1100);
  moments.feed({ kind: "audio", turn: 2 }, 1100);
  moments.take(transcript(""), 1100);
  assert.deepEqual(moments.parts, []);
  moments.take({ type: "measure", turn_id: "t", name: "first_text_ms", value: 12.3 }, 1100);
  assert.equal(moments.measured.get("first_text_ms"), 12.3);
  moments.take(token, 1100);
  moments.begin(newTurn({ turn_id: "u", turn: 4 }, 2000, true));
  assert.deepEqual([moments.parts, moments.measured.size], [[], 0]);
});

test("a mouth has moved when the turn has moved it as one that speaks, not when the last one shuts or it smiles", () => {
  const { moments } = asked();
  moments.look(moved(JAW, 0.5), false, 1010); // the answer that was broken off
  moments.look(still, false, 1200);
  moments.look(moved(SMILE, 0.5), true, 1300);
  assert.deepEqual(moments.parts, []);
  moments.look(moved(JAW), true, 1400);
  moments.look(moved(JAW, 0.4), true, 1416);
  assert.deepEqual(moments.parts, [{ step: "mouth", fromMs: 0, ms: 400 }]);
});

test("the first pose may come before any picture without one", () => {
  const { moments } = asked();
  moments.look(moved(JAW), true, 1040);
  assert.deepEqual(moments.parts, [{ step: "mouth", fromMs: 0, ms: 40 }]);
});

test("nothing comes about before it was asked for", () => {
  const { moments, turn } = asked();
  turn.unit = 24_000;
  moments.look(still, false, 1500);
  assert.deepEqual(moments.parts, [{ step: "heard", fromMs: 0, ms: 0 }]);
});
