import assert from "node:assert/strict";
import { test } from "node:test";

import { Schedule } from "../../tth/web/js/media/schedule.js";
import { CUSHION_MS, CLOCK_RATE_HZ, Speech } from "../../tth/web/js/media/speech.js";
import { seeded } from "../../tth/web/js/life/random.js";

const MS = CLOCK_RATE_HZ / 1000;
const audio = (sample, length, { rateHz = 24_000, last = false, turn = 1 } = {}) => ({
  kind: "audio", generation: 0, turn, sample, rateHz, last,
  pcm: Int16Array.from({ length }, (_, i) => (sample + i) % 1000),
});

test("pieces lie end to end", () => {
  const schedule = new Schedule(CLOCK_RATE_HZ);
  const first = schedule.place(0, 4800, 1000);
  const second = schedule.place(2400, 4800, 2000);
  assert.ok(first.frame > 1000);
  assert.equal(second.frame, first.frame + 4800);
  assert.equal(schedule.underruns, 0);
});

test("the media position is what the clock's frame plays, and holds before, between and after", () => {
  const schedule = new Schedule(CLOCK_RATE_HZ);
  const { frame } = schedule.place(0, 4800, 0);
  assert.equal(schedule.unitAt(0), 0);
  assert.equal(schedule.unitAt(frame + 2400), 1200);
  assert.equal(schedule.unitAt(frame + 9999), 2400);
  const later = schedule.place(2400, 4800, frame + 9600);
  assert.equal(schedule.underruns, 1);
  assert.equal(schedule.unitAt(later.frame - 1), 2400);
  assert.equal(schedule.unitAt(later.frame + 2), 2401);
  assert.equal(schedule.endUnit, 4800);
});

test("what is taken back stands still where it was cut, and goes on from there without counting as late", () => {
  const schedule = new Schedule(CLOCK_RATE_HZ);
  const { frame } = schedule.place(0, 4800, 0);
  schedule.place(2400, 4800, 0);
  schedule.cut(frame + 1000);
  assert.equal(schedule.unitAt(frame + 999), 499.5);
  assert.equal(schedule.unitAt(frame + 90_000), 500);
  const again = schedule.place(500, 3800, 100_000);
  assert.ok(again.frame > 100_000);
  assert.equal(schedule.unitAt(again.frame - 1), 500);
  assert.equal(schedule.unitAt(again.frame + 3800), 2400);
  assert.equal(schedule.underruns, 0);
});

test("what lies ahead is counted in ms", () => {
  const schedule = new Schedule(CLOCK_RATE_HZ);
  const { frame } = schedule.place(0, 4800, 0);
  assert.equal(schedule.aheadMs(frame + 2400), 50);
  assert.equal(schedule.aheadMs(frame + 5000), 0);
});

test("speech is released once the cushion is full", () => {
  const speech = new Speech(1);
  for (let i = 0; i < 9; i++) {
    speech.add(audio(i * 480, 480), i);
    assert.deepEqual(speech.release(false, i), []);
  }
  assert.ok(speech.waitMs(9) > 0);
  speech.add(audio(9 * 480, 480 + 16), 9);
  assert.equal(speech.waitMs(9), 0);
  assert.ok(speech.release(false, 9).length > 0);
});

test("speech is released after the cushion's time, or when it is whole", () => {
  const slow = new Speech(1);
  slow.add(audio(0, 480), 1000);
  assert.equal(slow.waitMs(1050), CUSHION_MS - 50);
  assert.equal(slow.release(false, 1000 + CUSHION_MS).length, 1);
  const short = new Speech(1);
  short.add(audio(0, 480, { last: true }), 0);
  assert.equal(short.release(false, 0).reduce((sum, { samples }) => sum + samples.length, 0), 960);
});

test("after running dry the cushion is filled again, and no sample is lost", () => {
  const speech = new Speech(1);
  speech.add(audio(0, 4816), 0);
  const first = speech.release(false, 0);
  speech.add(audio(4816, 480), 500);
  assert.deepEqual(speech.release(false, 500), []);
  const rest = speech.release(false, 500 + CUSHION_MS);
  assert.equal(rest[0].unit, first.at(-1).unit + first.at(-1).samples.length / 2);
});

test("what came before is cut off, a jump moves the position", () => {
  const speech = new Speech(1);
  speech.add(audio(0, 4800), 0);
  speech.add(audio(2400, 4800), 0);
  speech.add(audio(9600, 480, { last: true }), 0);
  const pieces = speech.release(false, 0);
  const frames = pieces.reduce((sum, { samples }) => sum + samples.length, 0);
  assert.equal(frames, 2 * (4800 + 2400 + 480));
  assert.equal(pieces.at(-1).unit + pieces.at(-1).samples.length / 2, 9600 + 480);
});

for (const rateHz of [8000, 16_000, 22_050, 24_000, 44_100, 48_000]) {
  test(`${rateHz} Hz: rounded positions neither drop nor repeat a sample`, () => {
    const speech = new Speech(1);
    const [chunk, chunks] = [441, 40];
    for (let i = 0; i < chunks; i++) {
      const sample = Math.floor((i * chunk * 24_000) / rateHz);
      speech.add(audio(sample, chunk, { rateHz, last: i === chunks - 1 }), 0);
    }
    const frames = speech.release(false, 0).reduce((sum, { samples }) => sum + samples.length, 0);
    assert.equal(frames, Math.ceil((chunk * chunks * CLOCK_RATE_HZ) / rateHz));
  });
}

test("under 200 ms of jitter nothing runs dry and every slot follows its forerunner", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seeded(seed);
    const speech = new Speech(1);
    const schedule = new Schedule(CLOCK_RATE_HZ);
    const total = 120;
    let due = 0;
    // The server sends a second at once, then as the sound is played; each message has its own delay.
    const arrivals = Array.from({ length: total }, (_, i) => {
      const sent = Math.max(0, i * 20 - 1000 + 300);
      return (due = Math.max(due, sent + random() * 200));
    });
    const timer = { ms: arrivals[0] + CUSHION_MS, i: -1 };
    const times = [...arrivals.map((ms, i) => ({ ms, i })), timer].sort((a, b) => a.ms - b.ms);
    const slots = [];
    for (const { ms, i } of times) {
      if (i >= 0) speech.add(audio(i * 480, 480, { last: i === total - 1 }), ms);
      const now = Math.floor(ms * MS);
      for (const { unit, samples } of speech.release(schedule.flows(now), ms)) {
        slots.push(schedule.place(unit, samples.length, now));
      }
    }
    assert.equal(schedule.underruns, 0, `seed ${seed}`);
    for (let i = 1; i < slots.length; i++) {
      assert.equal(slots[i].frame, slots[i - 1].frame + slots[i - 1].frames);
      assert.equal(slots[i].unit, slots[i - 1].unit + slots[i - 1].frames / 2);
    }
    assert.equal(slots.reduce((sum, { frames }) => sum + frames, 0), total * 960);
  }
});
