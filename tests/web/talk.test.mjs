import assert from "node:assert/strict";
import { test } from "node:test";

import { Chronicle } from "../../tth/web/js/session/chronicle.js";
import { Hearing } from "../../tth/web/js/session/hearing.js";
import { stateOf } from "../../tth/web/js/session/state.js";
import { EMPTY_MS, Talk, isTyped } from "../../tth/web/js/session/talk.js";
import { Utterances } from "../../tth/web/js/session/utterances.js";

/** A person with a microphone, and what is asked of it. */
function talking(way) {
  const asked = [];
  const talk = new Talk(way, (ear, discard) => asked.push(discard ? `${ear}!` : ear));
  return { talk, asked: () => asked.splice(0).join(" ") };
}

test("a click opens the microphone for who has typed so far, and the next one shuts it", () => {
  const { talk, asked } = talking("text");
  talk.click();
  assert.deepEqual([talk.way, asked()], ["open", "open"]);
  talk.click();
  assert.deepEqual([talk.way, asked()], ["open", "off"]);
});

test("a press holds until the release; in other ways it means nothing", () => {
  const { talk, asked } = talking("push");
  assert.ok(talk.press(0));
  assert.ok(talk.press(50));
  talk.release(EMPTY_MS);
  talk.release(900);
  assert.equal(asked(), "held off");
  for (const way of ["text", "open"]) {
    const other = talking(way);
    assert.ok(!other.talk.press(0));
    other.talk.release(500);
    assert.equal(other.asked(), "");
  }
});

test("an empty press is thrown away", () => {
  const { talk, asked } = talking("push");
  talk.press(1000);
  talk.release(1000 + EMPTY_MS - 1);
  assert.equal(asked(), "held off!");
});

test("another way can be chosen at any time, and throws away what is held", () => {
  const { talk, asked } = talking("text");
  talk.choose("open");
  talk.choose("push");
  talk.press(0);
  talk.choose("open");
  talk.choose("text");
  assert.equal(asked(), "open off held off! open off");
});

test("a microphone that has gone off by itself can be switched on again", () => {
  const { talk, asked } = talking("open");
  talk.click();
  talk.failed();
  talk.click();
  assert.equal(asked(), "open open");
});

test("a key is typed where there is text to type, function keys never are", () => {
  const field = { matches: (selectors) => selectors.includes("textarea") };
  const button = { matches: (selectors) => selectors.includes("button") };
  const nothing = { matches: () => false };
  assert.ok(isTyped(field, "KeyV"));
  assert.ok(!isTyped(field, "F4"));
  assert.ok(isTyped(button, "Space"));
  assert.ok(!isTyped(button, "KeyV"));
  assert.ok(!isTyped(nothing, "Space"));
});

const started = (id) => ({ type: "user_speech_started", item_id: id });
const stopped = (id) => ({ type: "user_speech_stopped", item_id: id });
const words = (id, text, final = true) => ({ type: "user_transcript", item_id: id, text, final });

test("who speaks is heard until they stop, and then waits for an answer until it begins", () => {
  const utterances = new Utterances();
  assert.ok(!utterances.speaking);
  utterances.take(started("a"), 0);
  assert.ok(utterances.speaking && !utterances.waiting(0));
  utterances.take(stopped("a"), 100);
  assert.ok(!utterances.speaking && utterances.waiting(100));
  const answered = utterances.take({ type: "turn_started", item_id: "a", text: "Hello" }, 200);
  assert.deepEqual([answered.text, answered.endedMs], ["Hello", 100]);
  assert.ok(!utterances.waiting(200));
});

test("nobody waits for an answer to nothing, to what was no interruption, or for ever", () => {
  const utterances = new Utterances();
  for (const end of [() => utterances.take(words("a", ""), 200), () => utterances.settle()]) {
    utterances.take(started("a"), 0);
    utterances.take(stopped("a"), 100);
    assert.ok(utterances.waiting(150));
    end();
    assert.ok(!utterances.waiting(250));
  }
  utterances.take(started("b"), 0);
  utterances.take(stopped("b"), 100);
  assert.ok(utterances.waiting(10_000) && !utterances.waiting(20_000));
  utterances.take(words("b", "Yes"), 300);
  assert.ok(!utterances.waiting(5000));
});

test("an utterance whose name is not known yet is named by its next event", () => {
  const utterances = new Utterances();
  utterances.take(started(""), 0);
  assert.ok(utterances.speaking);
  assert.deepEqual([utterances.take(stopped("a"), 100).id, utterances.speaking], ["a", false]);
  utterances.take({ type: "turn_started", item_id: "a", text: "" }, 200);
  utterances.take(started(""), 300);
  utterances.take(stopped(""), 400);
  assert.equal(utterances.take(words("b", "Yes"), 500).endedMs, 400);
  assert.ok(utterances.waiting(600));
});

test("the state: who speaks comes first, then the answer, and a microphone that is on listens", () => {
  const scene = { link: "ready", hears: false, waits: false, phase: null, live: false };
  assert.equal(stateOf(scene), "ready");
  assert.equal(stateOf({ ...scene, live: true }), "listening");
  assert.equal(stateOf({ ...scene, live: true, phase: "speaking" }), "speaking");
  assert.equal(stateOf({ ...scene, hears: true, phase: "held" }), "listening");
  assert.equal(stateOf({ ...scene, waits: true, phase: "held" }), "thinking");
  assert.equal(stateOf({ ...scene, phase: "held" }), "held");
  assert.equal(stateOf({ ...scene, waits: true, live: true }), "thinking");
  assert.equal(stateOf({ ...scene, link: "reconnecting", hears: true }), "reconnecting");
});

const told = (chronicle) => chronicle.entries.filter(({ text }) => text).map(({ text }) => text);
const turn = (id, text, outcome = "running") => ({ id, text, outcome });
const utterance = (id, text, final = true) => ({ id, text, final });

test("each utterance is one entry, however often it is told, and one of nothing goes", () => {
  const chronicle = new Chronicle();
  chronicle.heard(utterance("a", "", false));
  chronicle.heard(utterance("a", "Hell", false));
  assert.equal(chronicle.entries[0].state, "partial");
  chronicle.heard(utterance("a", "Hello"));
  chronicle.begin({ turnId: "1", itemId: "a", text: "Hello" });
  chronicle.answer(turn("1", "Hi."));
  chronicle.heard(utterance("b", "uh", false));
  chronicle.heard(utterance("b", ""));
  assert.deepEqual(told(chronicle), ["Hello", "Hi."]);
});

test("words that are understood after the answer began stand before it", () => {
  const chronicle = new Chronicle();
  chronicle.heard(utterance("a", "", false));
  chronicle.begin({ turnId: "1", itemId: "a", text: "" });
  chronicle.answer(turn("1", "Hi."));
  chronicle.heard(utterance("a", "Hello"));
  assert.deepEqual(told(chronicle), ["Hello", "Hi."]);
});

test("the order is that in which turns began, typed and spoken", () => {
  const chronicle = new Chronicle();
  chronicle.begin({ turnId: "1", itemId: "", text: "typed" });
  chronicle.answer(turn("1", "one"));
  chronicle.heard(utterance("a", "spoken", false));
  chronicle.begin({ turnId: "2", itemId: "", text: "typed again" });
  chronicle.answer(turn("1", "one", "interrupted"));
  chronicle.answer(turn("2", "two", "complete"));
  chronicle.heard(utterance("a", "spoken"));
  chronicle.begin({ turnId: "3", itemId: "a", text: "spoken" });
  chronicle.answer(turn("3", "three"));
  assert.deepEqual(told(chronicle), ["typed", "one", "typed again", "two", "spoken", "three"]);
});

test("an answer keeps its place while somebody speaks over it before its first word", () => {
  const chronicle = new Chronicle();
  chronicle.begin({ turnId: "1", itemId: "", text: "typed" });
  chronicle.heard(utterance("a", "mhm"));
  chronicle.answer(turn("1", "one"));
  assert.deepEqual(told(chronicle), ["typed", "one", "mhm"]);
});

test("what is kept is there again, sealed: another conversation's turns do not write into it", () => {
  const before = new Chronicle();
  before.begin({ turnId: "1", itemId: "", text: "typed" });
  before.answer(turn("1", "one", "complete"));
  before.begin({ turnId: "2", itemId: "a", text: "spoken" });
  before.answer(turn("2", "tw"));
  before.heard(utterance("b", "half a w", false));
  const after = new Chronicle();
  after.restore(before.save());
  assert.deepEqual(after.entries.map(({ state }) => state), ["", "", "", "interrupted"]);
  after.renew("Mira");
  after.renew("Noor");
  after.begin({ turnId: "1", itemId: "", text: "new" });
  assert.deepEqual(told(after), ["typed", "one", "spoken", "tw", "New conversation with Noor", "new"]);
});

test("nonsense that is kept is no history, and an empty one has no divider", () => {
  for (const kept of [null, "", "{", "7", "[null]", '[{"who":"x","text":"y"}]', '[{"who":"user"}]']) {
    const chronicle = new Chronicle();
    chronicle.restore(kept);
    chronicle.renew("Mira");
    assert.deepEqual(chronicle.entries, [], kept);
  }
});

test("a history that has grown long lets its oldest go", () => {
  const chronicle = new Chronicle();
  for (let i = 0; i < 500; i++) chronicle.heard(utterance(`${i}`, `word ${i}`));
  assert.equal(chronicle.entries.length, 400);
  assert.equal(chronicle.entries[0].text, "word 100");
});

/** A session's client, and what it was sent. */
class FakeClient extends EventTarget {
  sent = [];

  send(message) {
    this.sent.push(message);
    return true;
  }

  tell(event) {
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
  }
}

const LISTENING = { type: "listening", hears: true, why: "", threshold: 0.5, silence_ms: 700, barge_in: "hold" };

test("what the person chose of the listening is asked of the next session, a threshold of the same detector only", () => {
  const client = new FakeClient();
  const hearing = new Hearing(client);
  client.tell({ ...LISTENING, detector: "silero" });
  hearing.choose({ threshold: 0.3 });
  hearing.choose({ barge_in: "stop" });
  client.sent = [];
  client.tell({ type: "session_ready" });
  assert.equal(hearing.now, null);
  client.tell({ ...LISTENING, detector: "silero" });
  assert.deepEqual(client.sent, [{ type: "listening_update", listening: { threshold: 0.3, barge_in: "stop" } }]);
  client.sent = [];
  client.tell({ type: "session_ready" });
  client.tell({ ...LISTENING, detector: "energy" });
  assert.deepEqual(client.sent, [{ type: "listening_update", listening: { barge_in: "stop" } }]);
});
