/** One conversation: what the server says becomes sound, pose and caption, and what the person does is told to it. */

import { Mouth } from "../media/mouth.js";
import { Reporter, inStep } from "../media/reporter.js";
import { settle } from "../media/rest.js";
import { WEIGHTS } from "../media/wire.js";
import { Asks } from "./asks.js";
import { detail } from "./detail.js";
import { isObject } from "./server.js";
import { stateOf } from "./state.js";
import { LastTurns, newTurn } from "./turn.js";
import { Utterances } from "./utterances.js";
import { noticeOf, refusedText } from "./words.js";

/** @typedef {import("./route.js").Link} Link */
/** @typedef {import("./client.js").WireEvent} WireEvent */
/** @typedef {import("./client.js").Control} Control */
/** @typedef {import("../media/player.js").Voice} Voice */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {{turnId: string, itemId: string, text: string}} Said What began a turn; spoken, it has an item. */

/**
 * Dispatches CustomEvents: `state` (State, or whether it is `busy` has changed), `said` (Said, what the person said
 * began a turn), `refused` (text: it did not), `utterance` (Utterance: something spoken is heard), `turn` (Turn, one
 * begins), `caption` (Turn, its text grew or it ended), `forgotten` (another conversation begins, no turn is shown any
 * more), `notice` (Notice), `over` (topic: the trouble of its notice is over) and `cost` (dollars: what the session has
 * cost, where its voice knows).
 */
export class Dialogue extends EventTarget {
  #client;
  #changed = () => this.tick(performance.now());
  /** @type {Voice} */
  #player;
  #reporter;
  #asks = new Asks();
  #utterances = new Utterances();
  #live = false;
  /** The mouth of the turn that is shown, and how far it is ahead of the sound. */
  mouth;
  /** @type {Float32Array} */
  #idle = new Float32Array(WEIGHTS);
  #endedMs = -Infinity;
  #completed = false;
  /** The person broke off while nobody could be told. */
  #owesInterrupt = false;
  #phase = /** @type {import("./state.js").Phase} */ ("thinking");
  /** @type {Turn | null} */
  #turn = null;
  #turns = new LastTurns();
  /** @type {State} */
  state = "connecting";

  /** Whether there is something that can be broken off. */
  busy = false;

  /**
   * @param {Link} client
   * @param {Voice} player
   */
  constructor(client, player) {
    super();
    this.#client = client;
    this.#player = player;
    this.mouth = new Mouth(player);
    this.#reporter = new Reporter((report) => client.send({ type: "playhead", ...report, ...inStep(this.mouth) }));
    client.addEventListener("session", () => this.#renew());
    client.addEventListener("state", (event) => this.#linked(detail(event)));
    client.addEventListener("event", (event) => this.#hear(detail(event)));
    client.addEventListener("media", (event) => this.#see(detail(event)));
    client.addEventListener("fault", (event) => {
      this.#tell("notice", { topic: "fault", level: "warning", message: detail(event).message });
    });
    player.addEventListener("change", this.#changed);
  }

  /** @param {Voice} player What plays from now on; the turn before is not played on. */
  set player(player) {
    this.#lose("interrupted");
    this.#player = this.mouth.player = player;
    player.addEventListener("change", this.#changed);
  }

  /** The turn that is shown, running or over. */
  get turn() {
    return this.#turn;
  }

  /** What of it has been said so far. */
  get text() {
    return this.#turn?.text ?? "";
  }

  /** Whether the person is heard to speak. */
  get hears() {
    return this.#utterances.speaking;
  }

  /** @param {boolean} live Whether the microphone is on. */
  set live(live) {
    this.#live = live;
    this.#update();
  }

  /**
   * Say something to the avatar. What it is saying is broken off as soon as the server takes the words; those that it
   * refuses change nothing and come back by `refused`.
   *
   * @param {string} text
   * @param {Control} [control] For the turn that this starts.
   * @returns {boolean} False where there are no words, or no session to take them.
   */
  say(text, control) {
    const sayable = typeof text === "string" && text.trim() && (control == null || isObject(control));
    if (!sayable || this.#client.state !== "ready") return false;
    const turnId = this.#asks.add(text, performance.now());
    const sent = this.#client.send({ type: "user_text", turn_id: turnId, text, ...(control && { control }) });
    if (!sent) this.#asks.take(turnId);
    this.#update();
    return sent;
  }

  /** Break off: sound and mouth stop here and now, the server is told. */
  interrupt() {
    if (!this.busy) return;
    this.#owesInterrupt = !this.#client.send({ type: "interrupt" });
    this.#asks.breakOff();
    this.#utterances.settle();
    this.#breakOff();
    this.#update();
  }

  /**
   * @param {Control} control Laid over the session's.
   * @returns {boolean} False where it is none, or there is no session to take it.
   */
  control(control) {
    return isObject(control) && this.#client.send({ type: "control_update", control });
  }

  /**
   * The weights to be shown now, without life.
   *
   * @param {number} nowMs The picture's time.
   */
  weights(nowMs) {
    this.#locate();
    const spoken = this.mouth.weights(nowMs, this.#turn?.number ?? 0);
    return this.#runs ? spoken : settle(spoken, this.#idle, nowMs - this.#endedMs);
  }

  /**
   * Follow the playhead: report it, let the caption grow, notice the end. Call it once a picture.
   *
   * @param {number} nowMs
   */
  tick(nowMs) {
    // Who waits for an answer to spoken words does not wait for ever.
    if (this.state === "thinking") this.#update();
    const position = this.#player.position();
    this.#reporter.see(position, nowMs);
    this.#locate();
    const turn = this.#turn;
    if (!turn || !this.#runs || position.turn !== turn.number) return;
    if (turn.unit > 0 && !turn.firstAudioMs) {
      turn.firstAudioMs = nowMs - turn.askedMs;
      turn.caption.voiced();
    }
    if (position.state === "ended" && turn.unit > 0) this.mouth.end();
    if (this.#completed && this.#player.bufferedMs <= 0) this.#close("complete");
    else this.#show(turn);
  }

  get #runs() {
    return this.#turn?.outcome === "running";
  }

  /** Take over how far the turn was heard. */
  #locate() {
    const { turn, unit } = this.#player.position();
    if (this.#turn?.number === turn) this.#turn.unit = unit;
  }

  /** @param {Turn} turn */
  #show(turn) {
    const text = turn.caption.textAt(turn.unit);
    if (text === turn.text && turn.outcome === "running") return;
    turn.text = text;
    this.#tell("caption", turn);
  }

  /** Another session begins: numbers start from one again, and what was said belongs to the last. */
  #renew() {
    this.#lose("interrupted");
    this.#owesInterrupt = false;
    this.#turns.clear();
    this.#utterances.clear();
    this.#idle = new Float32Array(WEIGHTS);
    if (!this.#turn) return;
    this.#turn = null;
    this.#tell("forgotten", null);
  }

  /** @param {{state: import("./client.js").LinkState, message: string}} link */
  #linked({ state, message }) {
    this.#tell("over", "connection");
    if (state === "connecting") this.#renew();
    if (state === "ready") {
      this.#tell("over", "session");
      this.#catchUp();
    } else if (state !== "resuming") this.#lose("failed");
    if (state !== "resuming") for (const { text } of this.#asks.clear()) this.#tell("refused", text);
    if (state === "reconnecting" && message) this.#tell("notice", { topic: "connection", level: "warning", message });
    this.#update();
  }

  /** What was told while the connection was broken is told again. */
  #catchUp() {
    this.#reporter.again();
    if (this.#owesInterrupt) this.#client.send({ type: "interrupt" });
    this.#owesInterrupt = false;
  }

  /** @param {WireEvent} event */
  #hear(event) {
    const utterance = this.#utterances.take(event, performance.now());
    if (utterance) {
      this.#tell("utterance", utterance);
      this.#update();
    }
    if (event.type === "turn_started") return this.#begin(event, utterance?.endedMs);
    if (event.type === "error" && this.#giveBack(event)) return;
    if (event.type === "measure" && event.name === "session_cost_usd") this.#tell("cost", event.value);
    const notice = noticeOf(event);
    if (notice) this.#tell("notice", notice);
    const turn = this.#turns.get(event.turn_id);
    if (!turn) return;
    if (event.type === "turn_complete" || event.type === "turn_failed") this.#finish(event, turn);
    else if (event.type === "turn_interrupted") this.#stop(turn);
    else this.#follow(event, turn);
  }

  /**
   * An error may say that words begin no turn: then everything is as before.
   *
   * @param {WireEvent} event
   */
  #giveBack(event) {
    const ask = this.#asks.take(event.turn_id);
    if (!ask) return false;
    this.#tell("notice", refusedText(event));
    this.#tell("refused", ask.text);
    this.#update();
    return true;
  }

  /**
   * @param {WireEvent} event
   * @param {number} [askedMs] When the person asked.
   */
  #begin(event, askedMs = performance.now()) {
    const ask = this.#asks.take(event.turn_id) ?? { askedMs, wanted: true };
    const turn = newTurn(event, ask.askedMs, ask.wanted);
    this.#turns.add(turn);
    if (ask.wanted) this.#turnTo(turn);
    this.#tell("said", { turnId: turn.id, itemId: event.item_id ?? "", text: event.text });
    this.#update();
  }

  /**
   * Show another turn.
   *
   * @param {Turn} turn
   */
  #turnTo(turn) {
    if (this.#completed && this.#runs) this.#close("complete");
    this.#breakOff();
    this.#turn = turn;
    this.mouth.begin();
    this.#completed = false;
    this.#phase = "thinking";
    this.#player.begin(turn.number);
    this.#tell("over", "turn");
    this.#tell("turn", turn);
  }

  /**
   * @param {WireEvent} event
   * @param {Turn} turn
   */
  #follow(event, turn) {
    if (event.type === "item_heard") {
      turn.caption.keep(event.item_id, event.text);
      this.#show(turn);
    }
    if (turn.outcome !== "running") return;
    if (event.type === "text_delta") turn.caption.addText(event.item_id, event.token);
    if (event.type === "speech_mark") turn.caption.addMarks(event.item_id, event.marks);
    if (event.type === "turn_state") this.#turnState(event.state);
    this.#show(turn);
  }

  /** @param {import("./state.js").Phase} phase */
  #turnState(phase) {
    this.#phase = phase;
    this.mouth.held = phase === "held";
    if (phase === "held") this.#player.hold();
    else this.#player.resume();
    if (phase === "speaking") this.#utterances.settle();
    this.#update();
  }

  /**
   * @param {WireEvent} event
   * @param {Turn} turn
   */
  #finish(event, turn) {
    if (turn.outcome !== "running") return;
    // The server's clock may be a little ahead of this page's sound.
    if (event.type === "turn_complete") this.#completed = true;
    else this.#drop("failed");
    this.#update();
    this.tick(performance.now());
  }

  /**
   * The server broke a turn off; where the person did, it knows already where the sound stopped.
   *
   * @param {Turn} turn
   */
  #stop(turn) {
    if (turn.outcome === "running") this.#breakOff();
    else if (turn !== this.#turn) this.#client.send({ type: "flushed", turn: turn.number, sample: 0 });
    this.#update();
  }

  /** @param {import("../media/wire.js").MediaFrame} frame */
  #see(frame) {
    if (frame.kind === "face" && frame.turn === 0) this.#idle = frame.weights;
    if (!this.#runs || frame.turn !== this.#turn?.number) return;
    if (frame.kind === "face") this.mouth.add(frame);
    if (frame.kind === "audio") this.#player.feed(frame);
  }

  /** Sound and mouth stop, and the server learns where. */
  #breakOff() {
    const turn = this.#turn;
    if (turn?.outcome !== "running") return;
    this.#drop("interrupted");
    this.#client.send({ type: "flushed", turn: turn.number, sample: turn.unit });
  }

  /** @param {"interrupted" | "failed"} outcome The session is over: a question that was not answered comes back. */
  #lose(outcome) {
    this.#locate();
    const { question = "", unit = 0 } = (this.#runs && this.#turn) || {};
    this.#drop(outcome);
    if (question && !unit) this.#tell("refused", question);
  }

  /** @param {"interrupted" | "failed"} outcome */
  #drop(outcome) {
    this.#locate();
    this.#player.stop();
    this.mouth.end();
    if (this.#turn?.outcome === "running") this.#close(outcome);
  }

  /** @param {"complete" | "interrupted" | "failed"} outcome */
  #close(outcome) {
    const turn = /** @type {Turn} */ (this.#turn);
    turn.outcome = outcome;
    this.#endedMs = performance.now();
    this.mouth.end();
    if (outcome === "complete") turn.caption.complete();
    this.#show(turn);
  }

  /** Say what goes on now, where that has changed. */
  #update() {
    const link = this.#client.state;
    if (link === "closed") return;
    const phase = this.#runs && !this.#completed ? this.#phase : null;
    const waits = this.#asks.waiting || this.#utterances.waiting(performance.now());
    const state = stateOf({ link, hears: this.hears, waits, phase, live: this.#live });
    const busy = link === "ready" && (phase !== null || waits);
    if (state === this.state && busy === this.busy) return;
    Object.assign(this, { state, busy });
    this.#tell("state", state);
  }

  /**
   * @param {string} type
   * @param {unknown} value
   */
  #tell(type, value) {
    this.dispatchEvent(new CustomEvent(type, { detail: value }));
  }
}
