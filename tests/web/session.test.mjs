import assert from "node:assert/strict";
import { test } from "node:test";

import { Reporter } from "../../tth/web/js/media/reporter.js";
import { Asks } from "../../tth/web/js/session/asks.js";
import { Backoff } from "../../tth/web/js/session/backoff.js";
import {
  BY_ATTRIBUTES, ON_THE_PAGE, brokenSession, noticeOf, refusedSession, refusedText,
} from "../../tth/web/js/session/words.js";

test("waits double up to ten seconds, and start over after success", () => {
  const backoff = new Backoff(() => 1);
  assert.deepEqual(Array.from({ length: 7 }, () => backoff.next()), [400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  backoff.reset();
  assert.equal(backoff.next(), 400);
  assert.equal(new Backoff(() => 0).next(), 200);
});

test("words are on their way until their turn begins or they are refused, each once", () => {
  const asks = new Asks();
  const [one, two] = [asks.add("one", 10), asks.add("two", 20)];
  assert.notEqual(one, two);
  assert.deepEqual(asks.take(two), { text: "two", askedMs: 20, wanted: true });
  assert.equal(asks.take(two), undefined);
  assert.ok(asks.waiting);
  asks.take(one);
  assert.ok(!asks.waiting);
  assert.equal(asks.take("a turn of the server's own"), undefined);
});

test("after breaking off nobody waits for the words on their way, only for new ones", () => {
  const asks = new Asks();
  const one = asks.add("one", 0);
  asks.breakOff();
  assert.ok(!asks.waiting);
  asks.add("two", 0);
  assert.ok(asks.waiting);
  assert.equal(asks.take(one).wanted, false);
});

test("a page that is loaded again names its turns otherwise", () => {
  assert.notEqual(new Asks().add("one", 0), new Asks().add("one", 0));
});

test("without a session nothing is on its way, and what was is told", () => {
  const asks = new Asks();
  asks.add("one", 0);
  assert.deepEqual(asks.clear().map(({ text }) => text), ["one"]);
  assert.ok(!asks.waiting);
});

test("a refusal of words is told in plain words, and where there are none in the server's", () => {
  assert.match(refusedText({ code: "draining", message: "x" }).message, /about to stop .* text is kept/);
  assert.equal(refusedText({ code: "text_too_long", message: "9000 are too many" }).message, "9000 are too many.");
});

test("a missing key and a wrong one are told apart", () => {
  assert.match(refusedSession("unauthorized", "", { key: null }, ON_THE_PAGE), /wants its key: add #key=/);
  assert.match(refusedSession("unauthorized", "", { key: "no" }, ON_THE_PAGE), /is wrong/);
  assert.match(refusedSession("no_such_profile", "", { profile: "x", key: null }, ON_THE_PAGE), /no profile named 'x'/);
});

test("a visitor is not told the server's settings", () => {
  const message = "as many sessions are open from this address as per_address.sessions allows; try again in 10 s";
  assert.match(refusedSession("rate_limit_exceeded", message, { key: null }, ON_THE_PAGE), /^Too many conversations/);
  assert.match(refusedSession("rate_limit_exceeded", message, { key: null }, null), /per_address/);
});

test("a refused session is explained by what is at hand: the page's address, attributes, or the server's words", () => {
  const refusals = [["unauthorized", null], ["unauthorized", "no"], ["no_such_profile", null]];
  for (const [code, key] of refusals) {
    const words = refusedSession(code, "", { profile: "x", key }, BY_ATTRIBUTES);
    assert.match(words, /attribute '(key|profile)'/);
    assert.doesNotMatch(words, /#key|above|page's address/);
    assert.equal(refusedSession(code, "the server's words", { profile: "x", key }, null), "The server's words.");
  }
});

test("a session that could not begin is explained by its profile, and a mistake of the server in its own words", () => {
  const voice = { code: "voice_failed", message: "voice: openai_realtime: there is no key; set OPENAI_API_KEY" };
  assert.equal(
    brokenSession("openai_realtime", voice),
    "The profile 'openai_realtime' has no voice that works: openai_realtime: there is no key; set OPENAI_API_KEY.",
  );
  const mistake = { code: "internal_error", message: "the server made a mistake; its log says more" };
  assert.equal(brokenSession("offline", mistake), "The server made a mistake; its log says more.");
});

test("an error is about its turn, and a fatal one outside a turn about the session", () => {
  const error = { type: "error", code: "c", message: "the voice is gone", decision: "fatal" };
  assert.deepEqual(noticeOf({ ...error, turn_id: "" }), {
    topic: "session", level: "error", message: "The voice is gone.",
  });
  assert.equal(noticeOf({ ...error, turn_id: "t" }).topic, noticeOf({ type: "turn_failed", message: "" }).topic);
  assert.equal(noticeOf({ ...error, turn_id: "", decision: "ignore" }).topic, "c");
});

test("a part that gives way and comes back is one topic", () => {
  const gone = noticeOf({ type: "degraded", component: "tts", was: "hibari", now: "pico", reason: "no model" });
  const back = noticeOf({ type: "recovered", component: "tts", now: "hibari" });
  assert.equal(gone.topic, back.topic);
  assert.equal(gone.message, "The voice is pico now, not hibari (no model).");
  assert.equal(noticeOf({ type: "text_delta" }), null);
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
