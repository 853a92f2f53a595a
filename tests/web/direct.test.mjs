import assert from "node:assert/strict";
import { test } from "node:test";

import { Listeners } from "../../tth/web/js/client/listeners.js";
import { within } from "../../tth/web/js/direct/deadline.js";
import { Leads } from "../../tth/web/js/direct/leads.js";
import { detectionOf, listeningOf, wished } from "../../tth/web/js/direct/listening.js";
import { nameOf } from "../../tth/web/js/direct/names.js";
import { fromBase64, toBase64 } from "../../tth/web/js/direct/pcm.js";
import { Speaking } from "../../tth/web/js/direct/speaking.js";
import { notTaken } from "../../tth/web/js/direct/token.js";
import { Turns } from "../../tth/web/js/direct/turns.js";
import { Upward } from "../../tth/web/js/direct/upward.js";
import { decodeFrame, encodeSound, encodeVoice } from "../../tth/web/js/media/wire.js";
import { Backoff } from "../../tth/web/js/session/backoff.js";

/** Both ends of a session, as lists of what they were told. */
function session(sound = "deltas") {
  const told = [], played = [], sent = [];
  const ends = {
    sound, tell: (event) => told.push(event), play: (frame) => played.push(frame), send: (event) => sent.push(event),
  };
  const turns = new Turns(ends), speaking = new Speaking(ends, turns);
  const take = (...events) => {
    for (const event of events) (speaking.take(event), turns.take(event));
  };
  return { told, played, sent, turns, speaking, take };
}

const types = (events) => events.map(({ type }) => type);
const PCM = toBase64(Int16Array.from({ length: 2400 }, (_, i) => i));
const created = (id) => ({ type: "response.created", response: { id } });
const done = (id, status = "completed") => ({ type: "response.done", response: { id, status } });
const delta = (id, item = "a") => ({ type: "response.output_audio.delta", response_id: id, item_id: item, delta: PCM });
const words = (id, text) => ({
  type: "response.output_audio_transcript.delta", response_id: id, item_id: "a", delta: text,
});

/** A question that was typed, and taken. */
function asked(sound) {
  const all = session(sound);
  all.turns.ask({ turn_id: "page-1", text: "Hello" });
  all.take({ type: "conversation.item.added", item: all.sent[0].item });
  all.take(created("r1"));
  return all;
}

test("words that the provider takes begin a turn, and its answer is asked for once", () => {
  const { told, sent } = asked();
  assert.deepEqual(types(sent), ["conversation.item.create", "response.create"]);
  assert.deepEqual(types(told), ["turn_started", "turn_state"]);
  assert.equal(told[0].turn_id, "page-1");
  assert.equal(told[0].text, "Hello");
});

test("a turn is complete when all was made, sent and played, and not before", () => {
  const { told, played, turns, take } = asked();
  take(words("r1", "Hi"), delta("r1"), delta("r1"));
  assert.deepEqual(played.map(({ sample, last }) => [sample, last]), [[0, false], [2400, false]]);
  turns.played({ turn: told[0].turn, state: "ended" });
  assert.ok(!types(told).includes("turn_complete"));
  take(done("r1"));
  assert.equal(types(told).at(-1), "turn_complete");
  assert.deepEqual(played.at(-1).last, true);
  assert.deepEqual(told.filter(({ type }) => type === "text_delta").map(({ token }) => token), ["Hi"]);
});

test("sound that comes by a track begins and ends as the provider says", () => {
  const { told, played, turns, take } = asked("track");
  take(words("r1", "Hi"), { type: "output_audio_buffer.started", response_id: "r1" }, done("r1"));
  assert.equal(played.length, 1);
  assert.equal(told.at(-1).state, "speaking");
  take({ type: "output_audio_buffer.stopped", response_id: "r1" });
  assert.equal(played.at(-1).last, true);
  turns.played({ turn: told[0].turn, state: "ended" });
  assert.equal(types(told).at(-1), "turn_complete");
});

test("what is broken off is cancelled, and nothing that still comes of it is told or played", () => {
  const { told, played, sent, turns, take } = asked();
  take(delta("r1"));
  turns.breakOff();
  assert.deepEqual(types(sent).slice(2), ["response.cancel"]);
  const before = [told.length, played.length];
  take(delta("r1"), words("r1", "late"), done("r1", "cancelled"));
  assert.deepEqual([told.length, played.length], before);
  assert.equal(types(told).at(-1), "turn_interrupted");
});

test("of what is broken off, an item is cut to what was heard, and forgotten where nothing was", () => {
  const { sent, told, turns, take } = asked();
  take(delta("r1", "a"), delta("r1", "b"), delta("r1", "c"));
  turns.breakOff();
  turns.flushed({ turn: told[0].turn, sample: 2400 + 1200 });
  assert.deepEqual(sent.slice(3).map(({ type, item_id, audio_end_ms }) => [type, item_id, audio_end_ms]), [
    ["conversation.item.truncate", "b", 50], ["conversation.item.delete", "c", undefined],
  ]);
});

test("new words wait for the end of the answer that they cancel before they ask for theirs", () => {
  const { sent, turns, take } = asked();
  turns.ask({ turn_id: "page-2", text: "Again" });
  assert.deepEqual(types(sent).slice(2), ["response.cancel", "conversation.item.create"]);
  take({ type: "conversation.item.added", item: sent.at(-1).item });
  assert.equal(types(sent).filter((type) => type === "response.create").length, 1);
  take(done("r1", "cancelled"));
  assert.equal(types(sent).filter((type) => type === "response.create").length, 2);
});

test("words that are refused come back, and an answer that is refused or fails ends its turn", () => {
  const one = session();
  one.turns.ask({ turn_id: "page-1", text: "Hello" });
  one.take({ type: "error", error: { event_id: one.sent[0].event_id, code: "no", message: "not these" } });
  assert.deepEqual(one.told.map(({ type, turn_id }) => [type, turn_id]), [["error", "page-1"]]);
  const two = asked();
  two.take({ type: "error", error: { event_id: "answer", message: "busy" } });
  assert.deepEqual([two.told.at(-1).type, two.told.at(-1).message], ["turn_failed", "busy"]);
  const three = asked();
  const error = { code: "rate_limit_exceeded", message: "" };
  three.take({ type: "response.done", response: { id: "r1", status: "failed", status_details: { error } } });
  assert.equal(three.told.at(-1).message, "The answer failed: rate_limit_exceeded.");
});

test("that what was to be ended is over already is nobody's concern", () => {
  const { told, take } = asked();
  const before = told.length;
  take({ type: "error", error: { event_id: "quiet", code: "response_cancel_not_active", message: "x" } });
  assert.equal(told.length, before);
});

test("an answer to spoken words belongs to what was said last", () => {
  const { told, take } = session();
  take({ type: "input_audio_buffer.committed", item_id: "u1" }, created("r1"));
  const [turn] = told.filter(({ type }) => type === "turn_started");
  assert.equal(turn.item_id, "u1");
});

test("one hold is one commit and, once it is taken, one answer; the provider does not listen by itself meanwhile", () => {
  const { told, sent, speaking, take } = session();
  take({ type: "session.created", session: { audio: { input: { turn_detection: { type: "server_vad" } } } } });
  speaking.switch({ state: "held" });
  assert.equal(sent[0].session.audio.input.turn_detection, null);
  speaking.send(new Int16Array(480));
  speaking.switch({ state: "off" });
  assert.deepEqual(types(sent).slice(1), [
    "input_audio_buffer.clear", "input_audio_buffer.append", "input_audio_buffer.commit",
  ]);
  take({ type: "input_audio_buffer.committed", item_id: "u1" });
  assert.equal(types(sent).at(-1), "response.create");
  assert.deepEqual(types(told).slice(1), ["user_speech_started", "user_speech_stopped", "user_speech_stopped"]);
  speaking.switch({ state: "open" });
  assert.equal(sent.at(-1).session.audio.input.turn_detection.type, "server_vad");
});

test("an empty hold asks nothing, and one that is too short is forgotten", () => {
  const { told, sent, speaking, take } = session();
  speaking.switch({ state: "held" });
  speaking.switch({ state: "off", discard: true });
  assert.ok(!types(sent).includes("input_audio_buffer.commit"));
  assert.deepEqual([told.at(-1).type, told.at(-1).text, told.at(-1).final], ["user_transcript", "", true]);
  speaking.switch({ state: "held" });
  speaking.switch({ state: "off" });
  take({ type: "error", error: { event_id: "commit", code: "input_audio_buffer_commit_empty" } });
  assert.ok(!types(sent).includes("response.create"));
  assert.deepEqual([told.at(-1).type, told.at(-1).final], ["user_transcript", true]);
});

test("who speaks over an answer ends it, unless the provider is set to go on", () => {
  const one = asked();
  one.take(delta("r1"), { type: "input_audio_buffer.speech_started", item_id: "u" });
  assert.equal(types(one.told).at(-1), "turn_interrupted");
  const two = asked();
  two.take({ type: "session.updated", session: { audio: { input: { turn_detection: {
    type: "server_vad", interrupt_response: false } } } } });
  two.take(delta("r1"), { type: "input_audio_buffer.speech_started", item_id: "u" });
  assert.ok(!types(two.told).includes("turn_interrupted"));
});

test("words are understood piece by piece, each time all of them so far", () => {
  const { told, take } = session();
  const base = "conversation.item.input_audio_transcription.";
  take({ type: `${base}delta`, item_id: "u", delta: "Good " }, { type: `${base}delta`, item_id: "u", delta: "day" });
  take({ type: `${base}completed`, item_id: "u", transcript: "Good day." });
  assert.deepEqual(told.map(({ text, final }) => [text, final]), [
    ["Good ", false], ["Good day", false], ["Good day.", true],
  ]);
});

test("how the provider listens is told as the server would, and asked for in its words", () => {
  const detection = { type: "server_vad", threshold: 0.3, silence_duration_ms: 800, interrupt_response: false };
  const { threshold, silence_ms, barge_in } = listeningOf(detection);
  assert.deepEqual([threshold, silence_ms, barge_in], [0.3, 800, "off"]);
  const asked = wished(detection, { threshold: 0.6, silence_ms: 400, barge_in: "hold" });
  assert.deepEqual(asked, { ...detection, threshold: 0.6, silence_duration_ms: 400, interrupt_response: true });
  const semantic = { type: "semantic_vad", eagerness: "low" };
  assert.deepEqual(wished(semantic, { threshold: 0.6, silence_ms: 400 }), semantic);
  assert.equal(detectionOf({ turn_detection: null }), null);
  assert.equal(detectionOf({ turn_detection: { type: "server_vad" } }).type, "server_vad");
});

test("names of before become those of today, and those of today stay", () => {
  assert.equal(nameOf("response.audio.delta"), "response.output_audio.delta");
  assert.equal(nameOf("response.audio_transcript.delta"), "response.output_audio_transcript.delta");
  assert.equal(nameOf("conversation.item.created"), "conversation.item.added");
  for (const name of ["response.output_audio.delta", "conversation.item.added", "error"]) assert.equal(nameOf(name), name);
});

test("sound comes back from Base64 as it was, a longer piece too", () => {
  const pcm = Int16Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 65_536 - 32_768);
  assert.deepEqual(fromBase64(toBase64(pcm)), pcm);
});

test("a microphone of a lower rate is brought up to 24 kHz", () => {
  const upward = new Upward();
  const take = (rateHz) => upward.take(encodeSound({ rateHz, sample: 0, pcm: new Int16Array(rateHz / 10) })).length;
  assert.equal(take(24_000), 2400);
  const first = take(16_000);
  assert.ok(first > 2300 && first <= 2400);
  assert.equal(take(16_000), 2400);
});

test("the avatar's voice goes to the server as the server would send it", () => {
  const pcm = Int16Array.of(1, -2, 3);
  const frame = decodeFrame(encodeVoice({ turn: 7, sample: 4800, rateHz: 24_000, last: true, pcm }));
  assert.deepEqual(frame, { kind: "audio", generation: 0, turn: 7, sample: 4800, rateHz: 24_000, last: true, pcm });
});

test("each listener hears all, in order, until it is taken away by its own remover", () => {
  const listeners = new Listeners(), heard = [];
  const hear = (event) => heard.push(event.type);
  const [one, two] = [listeners.addAny(hear), listeners.addAny(hear)];
  const some = listeners.add("b", (event) => heard.push(`only ${event.type}`));
  listeners.tell({ type: "a" });
  listeners.tell({ type: "b" });
  assert.deepEqual(heard.splice(0), ["a", "a", "b", "b", "only b"]);
  one();
  one();
  some();
  listeners.tell({ type: "b" });
  assert.deepEqual(heard.splice(0), ["b"]);
  two();
  listeners.tell({ type: "a" });
  assert.deepEqual(heard, []);
});

test("what a call is refused with is told in a sentence", () => {
  assert.match(notTaken(401, "").message, /no longer good/);
  assert.match(notTaken(400, '{"error": {"message": "no audio"}}').message, /refused \(400\): no audio\./);
  assert.match(notTaken(502, "<html>").message, /refused \(502\)\./);
});

test("the voice waits so long that nine poses of ten come early enough, and one that is late is no matter", () => {
  const leads = new Leads();
  leads.add(-1);
  assert.equal(leads.missingS(0.02), 0);
  for (let i = 0; i < 40; i++) leads.add(i % 20 ? -0.05 : -0.4);
  assert.ok(Math.abs(leads.missingS(0.02) - 0.07) < 1e-9);
  for (let i = 0; i < 90; i++) leads.add(0.1);
  assert.ok(Math.abs(leads.missingS(0.02) + 0.08) < 1e-9);
  leads.clear();
  assert.equal(leads.missingS(0.02), 0);
});

test("nothing is waited for longer than allowed", async () => {
  assert.equal(await within(Promise.resolve(1), 1000, "late"), 1);
  await assert.rejects(within(new Promise(() => {}), 1, "It did not come."), /did not come/);
});

test("waits can begin later than usual", () => {
  const backoff = new Backoff(() => 0, 6000, 60_000);
  assert.deepEqual(Array.from({ length: 5 }, () => backoff.next()), [3000, 6000, 12_000, 24_000, 30_000]);
});
