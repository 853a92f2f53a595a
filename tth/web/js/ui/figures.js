/** A session's numbers as rows to read: grouped, with their units, and marked where they are not as they should be. */

import { MEDIA_RATE_HZ } from "../media/wire.js";

/** @typedef {import("../session/numbers.js").Numbers} Numbers */
/** @typedef {import("../session/dialogue.js").Dialogue} Dialogue */
/** @typedef {import("../media/player.js").Player} Player */
/** @typedef {"" | "good" | "busy" | "bad"} Tone */
/** @typedef {{label: string, value: string, tone?: Tone}} Row */
/** @typedef {{title: string, rows: Row[]}} Group */

const NONE = "–";
const KINDS = ["realtime", "llm", "tts", "stt", "avatar"];
const STAGES = /** @type {const} */ ([["first_text", "text"], ["first_audio", "sound"], ["first_frame", "frame"]]);
const FEW_FPS = 25;

/** A mouth that far from its sound, in 5 of 100 pictures, is not in step. */
const FAR_MS = 45;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * The groups that the server's numbers make, and the page's own among them: what most often goes wrong stands first.
 *
 * @param {Numbers} numbers
 * @param {Group} page
 * @returns {Group[]}
 */
export function pathGroups(numbers, page) {
  const { values } = numbers;
  return [parts(numbers), upload(numbers), frames(values), voice(values), page, times(values)];
}

/**
 * The page's own numbers.
 *
 * @param {Player} player
 * @param {Dialogue} dialogue
 * @param {import("../stage.js").Stage} stage
 * @returns {Group}
 */
export function pageGroup(player, { mouth, turn: spoken }, stage) {
  const { turn, unit, state } = player.position();
  return {
    title: "Page",
    rows: [
      { label: "turn", value: turn ? `${turn}, ${state}` : state, tone: state === "blocked" ? "busy" : "" },
      { label: "playhead", value: `${(unit / MEDIA_RATE_HZ).toFixed(2)} s` },
      ...inStep(mouth.offset),
      { label: "late frames", value: `${mouth.late}, dropped ${mouth.dropped}`, tone: mouth.late ? "busy" : "" },
      { label: "sound to the ear", value: ms(player.latencyMs) },
      { label: "buffered", value: ms(player.bufferedMs) },
      { label: "underruns", value: String(player.underruns), tone: player.underruns ? "busy" : "" },
      { label: "face", value: stage.renderer },
      { label: "pictures", value: `${stage.rate.toFixed(0)} /s, ${stage.costMs.toFixed(1)} ms each` },
      { label: "between pictures, p95", value: ms(stage.intervalMs) },
      { label: "first sound", value: ms(spoken?.firstAudioMs ?? 0) },
    ],
  };
}

/**
 * How far the mouth is ahead of the sound.
 *
 * @param {import("../media/offsets.js").Offset | null} offset
 * @returns {Row[]}
 */
function inStep(offset) {
  const { nowMs, meanMs, p95Ms = 0 } = offset ?? {};
  return [
    { label: "mouth before sound", value: `${ms(nowMs)}, mean ${ms(meanMs)}` },
    { label: "apart, p95", value: offset ? ms(p95Ms) : NONE, tone: p95Ms > FAR_MS ? "bad" : "" },
  ];
}

/**
 * @param {Numbers} numbers
 * @returns {Group}
 */
function parts({ components, degraded, reason }) {
  const rows = KINDS.filter((kind) => components[kind]).map((kind) => ({
    label: kind, value: components[kind], tone: /** @type {Tone} */ (degraded.has(kind) ? "busy" : "good"),
  }));
  return { title: "Parts", rows: reason ? [...rows, { label: "last reason", value: reason }] : rows };
}

/**
 * @param {Record<string, number>} values
 * @returns {Group}
 */
function voice(values) {
  const { windows = 0, silent_windows: silent = 0 } = values;
  return {
    title: "Voice",
    rows: [
      { label: "sound", value: count(values.sound_bytes, "B") },
      { label: "rate", value: count(values.sound_bytes_per_s, "B/s") },
      { label: "RMS · peak", value: `${level(values.sound_rms)} · ${level(values.sound_peak)}` },
      { label: "silent windows", value: windows ? `${silent} of ${windows}` : NONE, tone: alarmed(windows, silent) },
    ],
  };
}

/**
 * @param {number} windows
 * @param {number} silent
 * @returns {Tone}
 */
function alarmed(windows, silent) {
  return windows > 0 && silent === windows ? "bad" : "";
}

/**
 * @param {Numbers} numbers
 * @returns {Group}
 */
function upload({ values, alarm }) {
  const rows = [
    { label: "sent", value: count(values.upload_bytes, "B"), tone: /** @type {Tone} */ (alarm ? "bad" : "") },
    { label: "rate", value: count(values.upload_bytes_per_s, "B/s") },
    { label: "messages", value: count(values.sends_per_s, "/s") },
    share("accepted", values.send_success),
    share("connected", values.connect_success),
  ];
  return { title: "To the avatar", rows: alarm ? [...rows, { label: "alarm", value: alarm, tone: "bad" }] : rows };
}

/**
 * @param {Record<string, number>} values
 * @returns {Group}
 */
function frames(values) {
  const { frames_per_s: fps, frame_ahead_ms: ahead, degrades = 0, recoveries = 0 } = values;
  return {
    title: "From the avatar",
    rows: [
      { label: "frames", value: count(values.frames) },
      { label: "rate", value: fps === undefined ? NONE : `${fps.toFixed(1)} /s`, tone: fps < FEW_FPS ? "bad" : "" },
      { label: "newest", value: place(ahead), tone: ahead < 0 ? "bad" : "" },
      { label: "dropped", value: count(values.dropped_frames) },
      {
        label: "gave way · came back", value: `${degrades} · ${recoveries}`, tone: degrades > recoveries ? "busy" : "",
      },
    ],
  };
}

/**
 * @param {Record<string, number>} values
 * @returns {Group}
 */
function times(values) {
  const rows = STAGES.map(([stage, label]) => ({
    label, value: `${ms(values[`${stage}_ms_p50`])} · ${ms(values[`${stage}_ms_p95`])}`,
  }));
  const { error_rate: failed } = values;
  return {
    title: "Answers, p50 · p95",
    rows: [
      ...rows,
      { label: "failed", value: failed === undefined ? NONE : percent(failed), tone: failed > 0 ? "bad" : "" },
    ],
  };
}

/**
 * @param {string} label
 * @param {number | undefined} part
 * @returns {Row}
 */
function share(label, part) {
  if (part === undefined) return { label, value: NONE };
  return { label, value: percent(part), tone: part < 1 ? "busy" : "" };
}

/** @param {number} part */
function percent(part) {
  return `${Number((part * 100).toFixed(1))} %`;
}

/**
 * @param {number | undefined} value
 * @param {string} [unit]
 */
function count(value, unit = "") {
  return value === undefined ? NONE : `${whole.format(value)} ${unit}`.trim();
}

/** @param {number | undefined} value */
function level(value) {
  return value === undefined ? NONE : value.toFixed(3);
}

/** @param {number | undefined} value */
function ms(value) {
  return value === undefined ? NONE : `${whole.format(value)} ms`;
}

/** @param {number | undefined} ahead */
function place(ahead) {
  if (ahead === undefined) return NONE;
  return `${whole.format(Math.abs(ahead))} ms ${ahead < 0 ? "behind" : "ahead"}`;
}
