import assert from "node:assert/strict";
import { test } from "node:test";

import { Numbers } from "../../tth/web/js/session/numbers.js";
import { pageGroup, pathGroups } from "../../tth/web/js/ui/figures.js";

const READY = { type: "session_ready", components: { llm: "scripted", tts: "hibari", avatar: "a2f" } };
const VALUES = {
  sound_bytes: 144_000, sound_bytes_per_s: 48_000, sound_rms: 0.1234, sound_peak: 0.5, windows: 30, silent_windows: 3,
  upload_bytes: 96_000, upload_bytes_per_s: 32_000, sends_per_s: 10, send_success: 1, connect_success: 0.5,
  frames: 90, frames_per_s: 30, frame_ahead_ms: 812.5, dropped_frames: 0, degrades: 1, recoveries: 1, error_rate: 0,
  first_text_ms_p50: 120, first_text_ms_p95: 340,
};
const PAGE = { title: "Page", rows: [] };

function told(...events) {
  const numbers = new Numbers();
  for (const event of [READY, ...events]) numbers.take(event);
  return numbers;
}

function rows(numbers) {
  const all = pathGroups(numbers, PAGE).map(({ title, rows }) => [title, Object.fromEntries(rows.map((row) => [row.label, row]))]);
  return Object.fromEntries(all);
}

test("what the server tells is grouped along the path, with units", () => {
  const found = rows(told({ type: "meters", components: READY.components, numbers: VALUES, reason: "" }));
  assert.deepEqual(Object.keys(found), ["Parts", "To the avatar", "From the avatar", "Voice", "Page", "Answers, p50 · p95"]);
  assert.equal(found.Parts.avatar.value, "a2f");
  assert.equal(found.Voice["RMS · peak"].value, "0.123 · 0.500");
  assert.equal(found.Voice["silent windows"].value, "3 of 30");
  assert.equal(found["To the avatar"].rate.value, "32,000 B/s");
  assert.deepEqual([found["To the avatar"].connected.value, found["To the avatar"].connected.tone], ["50 %", "busy"]);
  assert.equal(found["From the avatar"].rate.value, "30.0 /s");
  assert.equal(found["From the avatar"].newest.value, "813 ms ahead");
  assert.equal(found["Answers, p50 · p95"].text.value, "120 ms · 340 ms");
});

test("before anything was told nothing is made up and nothing is alarming", () => {
  const groups = pathGroups(told(), PAGE);
  const values = groups.slice(1).flatMap(({ rows }) => rows);
  assert.ok(values.every(({ value }) => /^[–0 ·]+$/.test(value)), JSON.stringify(values));
  assert.ok(values.every(({ tone = "" }) => tone === ""));
});

test("the avatar in use is known at once when it gives way, and when it is back", () => {
  const gone = { type: "degraded", component: "avatar", was: "a2f", now: "phoneme", reason: "it is away" };
  const without = rows(told(gone)).Parts;
  assert.deepEqual([without.avatar.value, without.avatar.tone], ["phoneme", "busy"]);
  assert.equal(without["last reason"].value, "a2f: it is away");
  const back = rows(told(gone, { type: "recovered", component: "avatar", now: "a2f" })).Parts;
  assert.deepEqual([back.avatar.value, back.avatar.tone], ["a2f", "good"]);
  assert.equal(rows(told({ ...gone, now: "" })).Parts.avatar.value, "none");
});

test("silence, a face that lags, few frames and an upload that is stuck are marked", () => {
  const numbers = { ...VALUES, silent_windows: 30, frame_ahead_ms: -40, frames_per_s: 12, error_rate: 0.25, degrades: 2 };
  const stuck = { type: "warning", code: "upload_stuck", message: "nothing reaches an avatar" };
  const found = rows(told({ type: "meters", components: {}, numbers, reason: "" }, stuck));
  assert.equal(found.Voice["silent windows"].tone, "bad");
  assert.deepEqual([found["From the avatar"].newest.value, found["From the avatar"].newest.tone], ["40 ms behind", "bad"]);
  assert.equal(found["From the avatar"].rate.tone, "bad");
  assert.equal(found["From the avatar"]["gave way · came back"].tone, "busy");
  assert.equal(found["To the avatar"].alarm.value, "nothing reaches an avatar");
  assert.deepEqual(found["Answers, p50 · p95"].failed, { label: "failed", value: "25 %", tone: "bad" });
});

test("an alarm is over with the next turn, and everything with the session", () => {
  const stuck = { type: "warning", code: "upload_stuck", message: "nothing reaches an avatar" };
  const numbers = told(stuck, { type: "warning", code: "another", message: "x" });
  assert.equal(numbers.alarm, "nothing reaches an avatar");
  numbers.take({ type: "turn_started" });
  assert.equal(numbers.alarm, "");
  numbers.take({ type: "meters", components: {}, numbers: VALUES, reason: "a2f: away" });
  numbers.take(READY);
  assert.deepEqual([numbers.values, numbers.reason], [{}, ""]);
});

const PLAYER = { position: () => ({ turn: 1, unit: 36_000, state: "playing" }), latencyMs: 42, bufferedMs: 900, underruns: 0 };
const STAGE = { renderer: "canvas", rate: 60, costMs: 1, intervalMs: 17 };

function page(mouth) {
  const { rows } = pageGroup(PLAYER, { mouth: { late: 0, dropped: 0, offset: null, ...mouth }, turn: null }, STAGE);
  return Object.fromEntries(rows.map((row) => [row.label, row]));
}

test("the page says how far its mouth is ahead of the sound, and marks what is out of step", () => {
  const found = page({ offset: { nowMs: 19.6, meanMs: 20.4, p50Ms: 20, p95Ms: 21 } });
  assert.equal(found["mouth before sound"].value, "20 ms, mean 20 ms");
  assert.deepEqual([found["apart, p95"].value, found["apart, p95"].tone], ["21 ms", ""]);
  assert.equal(found["sound to the ear"].value, "42 ms");
  assert.equal(page({ offset: { nowMs: 0, meanMs: 0, p50Ms: 0, p95Ms: 80 } })["apart, p95"].tone, "bad");
  assert.equal(page({ late: 3, dropped: 1 })["late frames"].value, "3, dropped 1");
});

test("before the first picture of speech the page tells no offset", () => {
  assert.equal(page({})["apart, p95"].value, "–");
  assert.equal(page({})["mouth before sound"].value, "–, mean –");
});
