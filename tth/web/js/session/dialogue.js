/** One conversation: what the server says becomes sound, pose and caption, and what the person does is told to it. */

import { Caption } from "../media/caption.js";
import { Reporter } from "../media/reporter.js";
import { Timeline } from "../media/timeline.js";
import { WEIGHTS } from "../media/wire.js";
import { Gate } from "./gate.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./client.js").WireEvent} WireEvent */
/** @typedef {import("./client.js").Control} Control */
/** @typedef {import("../media/player.js").Player} Player */
/** @typedef {"connecting" | "ready" | "thinking" | "speaking" | "held" | "reconnecting" | "error"} State */

/**
 * @typedef {object} Turn What is known of the turn that is shown.
 * @property {string} id
 * @property {number} number
 * @property {Caption} caption
 * @property {number} askedMs When the person asked, on the page's clock.
 * @property {number} firstAudioMs From there to the first audible sample; 0 until then.
 * @property {"running" | "complete" | "interrupted" | "failed"} outcome
 */

/**
 * Dispatches CustomEvents: `state` (State), `turn` (Turn, one begins), `caption` (Turn, its text grew or it ended) and
 * `notice` ({level, code, message}).
 */
export class Dialogue extends EventTarget {
  #client;
  #player;
  #reporter;
  #gate = new Gate();
  #timeline = new Timeline();
  /** @type {Float32Array} */
  #idle = new Float32Array(WEIGHTS);
  #askedMs = 0;
  #endedMs = -Infinity;
  #unit = 0;
  #completed = false;
  /** @type {Turn | null} */
  #turn = null;
  #text = "";
  /** @type {State} */
  state = "connecting";

  /**
   * @param {Client} client
   * @param {Player} player
   */
  constructor(client, player) {
    super();
    this.#client = client;
    this.#player = player;
    this.#reporter = new Reporter((report) => client.send({ type: "playhead", ...report }));
    client.addEventListener("session", () => this.#renew());
    client.addEventListener("state", (event) => this.#linked(detail(event)));
    client.addEventListener("event", (event) => this.#hear(detail(event)));
    client.addEventListener("media", (event) => this.#see(detail(event)));
    client.addEventListener("fault", (event) => this.#notice("warning", "frame", detail(event).message));
    player.addEventListener("change", () => this.tick(performance.now()));
  }

  /** The turn that is shown, running or over. */
  get turn() {
    return this.#turn;
  }

  /** What of it has been said so far. */
  get text() {
    return this.#text;
  }

  get offsetMs() {
    return this.#timeline.offsetMs;
  }

  get framesDropped() {
    return this.#timeline.dropped;
  }

  /**
   * Say something to the avatar; what it is saying is broken off.
   *
   * @param {string} text
   * @param {Control} [control] For the turn that this starts.
   * @returns {boolean} False where there is no session to take it.
   */
  say(text, control) {
    if (this.#client.state !== "ready") return false;
    if (this.#turn?.outcome === "running") this.interrupt();
    this.#askedMs = performance.now();
    if (!this.#client.send({ type: "user_text", text, ...(control && { control }) })) return false;
    this.#gate.asked();
    this.#enter("thinking");
    return true;
  }

  /** Break off: sound and mouth stop here and now, the server is told. */
  interrupt() {
    if (this.state !== "speaking" && this.state !== "thinking" && this.state !== "held") return;
    this.#client.send({ type: "interrupt" });
    this.#gate.breakOff();
    this.#breakOff();
    this.#enter("ready");
  }

  /** @param {Control} control Laid over the session's. */
  control(control) {
    this.#client.send({ type: "control_update", control });
  }

  /**
   * The weights to be shown now, without life.
   *
   * @param {number} nowMs
   */
  weights(nowMs) {
    const running = this.#turn?.outcome === "running";
    const { turn, unit } = this.#player.position();
    if (turn) this.#unit = unit;
    const spoken = this.#timeline.read(this.#unit, nowMs);
    return running ? spoken : settle(spoken, this.#idle, nowMs - this.#endedMs);
  }

  /**
   * Follow the playhead: report it, let the caption grow, notice the end. Call it once a picture.
   *
   * @param {number} nowMs
   */
  tick(nowMs) {
    const position = this.#player.position();
    this.#reporter.see(position, nowMs);
    const turn = this.#turn;
    if (!turn || turn.outcome !== "running" || position.turn !== turn.number) return;
    if (position.unit > 0 && !turn.firstAudioMs) {
      turn.firstAudioMs = nowMs - turn.askedMs;
      turn.caption.voiced();
    }
    if (position.state === "ended" && position.unit > 0) this.#timeline.end();
    if (this.#completed && this.#player.bufferedMs <= 0) this.#close("complete");
    else this.#show(turn, position.unit);
  }

  /**
   * @param {Turn} turn
   * @param {number} unit
   */
  #show(turn, unit) {
    const text = turn.caption.textAt(unit);
    if (text === this.#text && turn.outcome === "running") return;
    this.#text = text;
    this.#tell("caption", turn);
  }

  /** A session begins: numbers start from one again. */
  #renew() {
    this.#drop("interrupted");
    this.#gate = new Gate();
    this.#idle = new Float32Array(WEIGHTS);
  }

  /** @param {{state: import("./client.js").LinkState, message: string}} link */
  #linked({ state, message }) {
    if (state === "closed") return;
    if (state !== "ready") this.#drop(state === "connecting" ? "interrupted" : "failed");
    if (message) this.#notice(state === "error" ? "error" : "warning", "connection", message);
    this.#enter(state);
  }

  /** @param {WireEvent} event */
  #hear(event) {
    if (event.type === "turn_started") return this.#begin(event);
    if (HEARD_ALWAYS.has(event.type)) return this.#heed(event);
    const number = this.#gate.number(event.turn_id);
    if (TURN_ENDS.has(event.type)) return this.#finish(event, number);
    if (number && number === this.#turn?.number) this.#follow(event, this.#turn);
  }

  /** @param {WireEvent} event */
  #begin(event) {
    if (!this.#gate.started(event.turn_id, event.turn)) return;
    if (this.#turn?.outcome === "running") this.#breakOff();
    const askedMs = this.#askedMs || performance.now();
    this.#askedMs = 0;
    this.#turn = {
      id: event.turn_id, number: event.turn, caption: new Caption(), askedMs, firstAudioMs: 0, outcome: "running",
    };
    this.#timeline = new Timeline();
    this.#unit = 0;
    this.#completed = false;
    this.#text = "";
    this.#player.begin(event.turn);
    this.#enter("thinking");
    this.#tell("turn", this.#turn);
  }

  /**
   * @param {WireEvent} event
   * @param {Turn} turn
   */
  #follow(event, turn) {
    if (event.type === "item_heard") {
      turn.caption.keep(event.item_id, event.text);
      this.#show(turn, this.#unit);
    }
    if (turn.outcome !== "running") return;
    if (event.type === "text_delta") turn.caption.addText(event.item_id, event.token);
    if (event.type === "speech_mark") turn.caption.addMarks(event.item_id, event.marks);
    if (event.type === "turn_state") this.#turnState(event.state);
    this.#show(turn, this.#unit);
  }

  /** @param {"thinking" | "speaking" | "held"} state */
  #turnState(state) {
    if (state === "held") void this.#player.hold();
    else void this.#player.resume();
    this.#enter(state);
  }

  /**
   * @param {WireEvent} event
   * @param {number} number
   */
  #finish(event, number) {
    const ours = this.#turn?.number === number && this.#turn.outcome === "running";
    if (event.type === "turn_interrupted" && number) {
      this.#gate.drop(number);
      if (ours) this.#breakOff();
      else if (number !== this.#turn?.number) this.#client.send({ type: "flushed", turn: number, sample: 0 });
    }
    if (event.type === "turn_failed") this.#notice("error", event.code, event.message);
    // What was heard of it may still be told.
    if (event.type !== "turn_interrupted") this.#gate.ended(event.turn_id);
    if (!ours) return;
    // The server's clock may be a little ahead of this page's sound.
    if (event.type === "turn_complete") this.#completed = true;
    if (event.type === "turn_failed") this.#drop("failed");
    this.#enter("ready");
    this.tick(performance.now());
  }

  /** @param {WireEvent} event */
  #heed(event) {
    const { type, code = "", message = "" } = event;
    if (type === "warning") this.#notice("warning", code, message);
    if (type === "error") this.#notice(event.decision === "fatal" ? "error" : "warning", code, message);
    if (type === "degraded") {
      this.#notice("warning", type, `${event.component}: ${event.now} goes on for ${event.was} (${event.reason})`);
    }
    if (type === "recovered") this.#notice("info", type, `${event.component}: back on ${event.now}`);
  }

  /** @param {import("../media/wire.js").MediaFrame} frame */
  #see(frame) {
    if (frame.kind === "face" && frame.turn === 0) this.#idle = frame.weights;
    if (!this.#gate.wants(frame.turn) || frame.turn !== this.#turn?.number) return;
    if (frame.kind === "face") this.#timeline.add(frame);
    if (frame.kind === "audio") this.#player.feed(frame);
  }

  /** Sound and mouth stop, and the server learns where. */
  #breakOff() {
    const turn = this.#turn;
    if (turn?.outcome !== "running") return;
    this.#drop("interrupted");
    this.#client.send({ type: "flushed", turn: turn.number, sample: this.#unit });
  }

  /** @param {"interrupted" | "failed"} outcome */
  #drop(outcome) {
    const { turn, unit } = this.#player.stop();
    void this.#player.resume();
    if (turn) this.#unit = unit;
    this.#timeline.end();
    if (this.#turn?.outcome === "running") this.#close(outcome);
  }

  /** @param {"complete" | "interrupted" | "failed"} outcome */
  #close(outcome) {
    const turn = /** @type {Turn} */ (this.#turn);
    turn.outcome = outcome;
    this.#endedMs = performance.now();
    this.#timeline.end();
    if (outcome === "complete") turn.caption.complete();
    this.#show(turn, this.#unit);
  }

  /** @param {State} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", state);
  }

  /**
   * @param {"info" | "warning" | "error"} level
   * @param {string} code
   * @param {string} message
   */
  #notice(level, code, message) {
    this.#tell("notice", { level, code, message });
  }

  /**
   * @param {string} type
   * @param {unknown} value
   */
  #tell(type, value) {
    this.dispatchEvent(new CustomEvent(type, { detail: value }));
  }
}

const HEARD_ALWAYS = new Set(["warning", "error", "degraded", "recovered"]);
const TURN_ENDS = new Set(["turn_complete", "turn_interrupted", "turn_failed"]);
const SETTLE_MS = 900;

/**
 * From the last pose of a turn back to the idle pose, without a step.
 *
 * @param {Float32Array} last
 * @param {Float32Array} idle
 * @param {number} passedMs
 */
function settle(last, idle, passedMs) {
  const share = Math.min(1, passedMs / SETTLE_MS);
  const eased = share * share * (3 - 2 * share);
  return last.map((weight, i) => weight + (idle[i] - weight) * eased);
}

/**
 * What a CustomEvent carries.
 *
 * @param {Event} event
 */
export function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
