import assert from "node:assert/strict";
import { test } from "node:test";

import { encodeSound } from "../../tth/web/js/media/wire.js";
import { Chunker, loudness } from "../../tth/web/js/microphone/chunker.js";
import { KEEP_S, Reel } from "../../tth/web/js/microphone/reel.js";
import { explain } from "../../tth/web/js/microphone/refusal.js";
import { Uplink } from "../../tth/web/js/microphone/uplink.js";

const RATE = 24_000;
const CHUNK = 480;

/** A session's client as the uplink sees it, which notes what is sent. */
class FakeClient extends EventTarget {
  state = "ready";
  sent = [];

  send(message) {
    this.sent.push(message);
    return true;
  }

  sendFrame(frame) {
    const view = new DataView(frame);
    assert.equal(view.getUint8(0), 4);
    this.sent.push({ sample: Number(view.getBigUint64(12, true)), pcm: new Int16Array(frame, 20) });
    return true;
  }

  become(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state } }));
  }

  tell(event) {
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
  }

  /** What arrived since the last look: messages as their states, sound as its first value and length. */
  take() {
    const taken = this.sent.splice(0).map(({ state, discard, sample, pcm }) =>
      state ? (discard ? `${state}!` : state) : `${sample}+${pcm.length}:${pcm[0]}`);
    return taken.join(" ");
  }
}

const piece = (value, length = CHUNK) => new Int16Array(length).fill(value);
const seconds = (takes) =>
  takes.reduce((sum, { pieces, rateHz }) => sum + pieces.reduce((all, { length }) => all + length, 0) / rateHz, 0);

test("any cutting of the sound gives the same pieces of 20 ms, sample for sample", () => {
  const sound = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i / 7) * 0.9);
  const cutBy = (step) => {
    const chunker = new Chunker(RATE);
    const found = [];
    for (let at = 0; at < sound.length; at += step) {
      const part = sound.subarray(at, at + step);
      found.push(...chunker.push(part, part.length));
    }
    return found;
  };
  const whole = cutBy(5000);
  assert.equal(whole.length, 10);
  assert.ok(whole.every(({ pcm }) => pcm.length === CHUNK));
  assert.deepEqual(cutBy(64), whole);
  assert.deepEqual(cutBy(1), whole);
  whole.forEach(({ pcm }, i) => pcm.forEach((value, j) => {
    assert.equal(value, Math.round(sound[i * CHUNK + j] * 32_768));
  }));
});

test("what is too loud is clipped and does not turn over", () => {
  const [{ pcm }] = new Chunker(8000).push(Float32Array.from({ length: 160 }, (_, i) => (i % 2 ? 1.7 : -1.7)), 160);
  assert.deepEqual([...pcm.slice(0, 2)], [-32_768, 32_767]);
});

test("loudness is 0 in a quiet room and 1 for who speaks up, and in between it rises", () => {
  assert.equal(loudness(0), 0);
  assert.equal(loudness(1e-6), 0);
  assert.equal(loudness(0.25), 1);
  const steps = [1e-5, 1e-4, 1e-3, 1e-2].map(loudness);
  assert.ok(steps.every((level, i) => level > (steps[i - 1] ?? 0) && level < 1));
});

test("a frame of sound is laid out as the protocol says", () => {
  const frame = new Uint8Array(encodeSound({ rateHz: RATE, sample: 48_000, pcm: Int16Array.of(1, -1) }));
  const hex = [...frame].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  assert.equal(hex, "04 00 c0 5d 00 00 00 00 00 00 00 00 80 bb 00 00 00 00 00 00 01 00 ff ff");
});

test("an open microphone that hears nobody keeps one second, and all while somebody speaks, but 30 s at the most", () => {
  const reel = new Reel();
  reel.begin("open", RATE);
  for (let i = 0; i < 500; i++) reel.add(piece(i));
  assert.equal(seconds(reel.rewind()), 1);
  reel.unsettled = true;
  for (let i = 500; i < 700; i++) reel.add(piece(i));
  assert.equal(seconds(reel.rewind()), 5);
  for (let i = 700; i < 4000; i++) reel.add(piece(i));
  const [{ pieces }] = reel.rewind();
  assert.equal(pieces.length * CHUNK, KEEP_S * RATE);
  assert.equal(pieces.at(-1)[0], 3999);
});

test("several utterances that nobody has heard share the 30 seconds, and the newest stay", () => {
  const reel = new Reel();
  for (const value of [1, 2]) {
    reel.begin("held", RATE);
    for (let i = 0; i < 1000; i++) reel.add(piece(value));
    reel.end(false);
  }
  const takes = reel.rewind();
  assert.equal(seconds(takes), KEEP_S);
  assert.deepEqual(takes.map(({ pieces }) => pieces.length), [500, 1000]);
  assert.deepEqual(reel.rewind(), []);
});

test("the server is told that it is open, and gets every sample once, counted from there", () => {
  const client = new FakeClient();
  const uplink = new Uplink(client);
  uplink.begin("open", RATE);
  for (const value of [1, 2, 3]) uplink.take(piece(value));
  uplink.end(false);
  assert.equal(client.take(), "open 0+480:1 480+480:2 960+480:3 off");
  uplink.begin("held", RATE);
  uplink.take(piece(4));
  uplink.end(true);
  assert.equal(client.take(), "held 0+480:4 off!");
});

test("without a session nothing is sent; the next one gets what was held, whole and in longer pieces", () => {
  const client = new FakeClient();
  const uplink = new Uplink(client);
  uplink.begin("held", RATE);
  uplink.take(piece(1));
  client.become("reconnecting");
  uplink.take(piece(2));
  uplink.take(piece(3));
  uplink.end(false);
  assert.equal(client.take(), "held 0+480:1");
  client.become("ready");
  assert.equal(client.take(), "held 0+960:1 960+480:3 off");
  client.become("reconnecting");
  client.become("ready");
  assert.equal(client.take(), "");
});

test("who goes on speaking over a connection that is made again is heard without a gap", () => {
  const client = new FakeClient();
  const uplink = new Uplink(client);
  uplink.begin("open", RATE);
  uplink.take(piece(1));
  client.tell({ type: "user_speech_started", item_id: "a" });
  uplink.take(piece(2));
  client.become("reconnecting");
  uplink.take(piece(3));
  client.take();
  client.become("ready");
  uplink.take(piece(4));
  assert.equal(client.take(), "open 0+960:1 960+480:3 1440+480:4");
});

test("what was answered is not said again to the next session", () => {
  const client = new FakeClient();
  const uplink = new Uplink(client);
  uplink.begin("open", RATE);
  client.tell({ type: "user_speech_started", item_id: "a" });
  for (let i = 0; i < 200; i++) uplink.take(piece(i));
  client.tell({ type: "turn_started", item_id: "a" });
  uplink.take(piece(200));
  client.become("reconnecting");
  client.take();
  client.become("ready");
  const sent = client.sent.slice(1).reduce((sum, { pcm }) => sum + pcm.length, 0);
  assert.equal(sent, RATE);
});

test("a held word that is thrown away is not kept for the next session", () => {
  const client = new FakeClient();
  const uplink = new Uplink(client);
  client.become("reconnecting");
  uplink.begin("held", RATE);
  uplink.take(piece(1));
  uplink.end(true);
  client.become("ready");
  assert.equal(client.take(), "");
});

test("why there is no microphone is a sentence that says what to do", () => {
  const words = (name) => explain(new DOMException("the browser's own words", name));
  globalThis.isSecureContext = true;
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: {} }, configurable: true });
  assert.match(words("NotAllowedError"), /Allow it by the sign beside the page's address/);
  assert.match(words("NotFoundError"), /Plug one in/);
  assert.match(words("NotReadableError"), /Close other programs/);
  assert.match(words("AbortError"), /the browser's own words/);
  globalThis.isSecureContext = false;
  assert.match(words("TypeError"), /Open this page by https/);
});
