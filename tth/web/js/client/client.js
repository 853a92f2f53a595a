/** A voice conversation for pages and programs of your own: one interface, whichever way it goes. */

import { DirectLink } from "../direct/link.js";
import { Line } from "../direct/line.js";
import { Player } from "../media/player.js";
import { Backoff } from "../session/backoff.js";
import { Client } from "../session/client.js";
import { detail } from "../session/detail.js";
import { Dialogue } from "../session/dialogue.js";
import { Ear } from "../session/ear.js";
import { Hearing } from "../session/hearing.js";
import { Route } from "../session/route.js";
import { Server } from "../session/server.js";
import { Listeners } from "./listeners.js";
import { RelayLink } from "./relay.js";

/**
 * Through the server by its own protocol or by the relay protocol, or straight to the provider.
 *
 * @typedef {"native" | "relay" | "webrtc" | "websocket"} Mode
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [server] Where this module came from, where none is given.
 * @property {Mode} [mode]
 * @property {string} [profile]
 * @property {string} [persona]
 * @property {import("../session/client.js").Control} [control]
 * @property {string} [key] The server's, where it wants one.
 * @property {(retry: {attempt: number, reason: string}) => void} [onReconnect] The connection is being made again.
 */

/** Waits before another try: from 3 s at least, to a minute at most. */
const FIRST_MS = 6000;
const MOST_MS = 60_000;

const TICK_MS = 20;
const HOME = new URL("../../", import.meta.url);

/** Connects when it is made, and again whenever the connection is lost, until it is closed. */
export class Conversation {
  #options;
  #mode;
  #server;
  #player = new Player();
  /** @type {Line | null} */
  #line = null;
  #backoff = new Backoff(Math.random, FIRST_MS, MOST_MS);
  #route;
  #native;
  #dialogue;
  #ear;
  /** @type {DirectLink | RelayLink | null} */
  #link = null;
  #listeners = new Listeners();
  #attempt = 0;
  #played = false;
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #ticking;

  /** Whether words can be sent. */
  connected = false;

  /** @type {string | null} Why there is no connection, as a sentence; nothing while there is one. */
  error = null;

  /** @param {Options} [options] */
  constructor(options = {}) {
    this.#options = options;
    this.#mode = options.mode ?? "native";
    this.#server = new Server(options.server ?? HOME, () => options.key ?? null);
    this.#native = new Client(this.#server, null, this.#backoff);
    this.#route = new Route(this.#native);
    this.#dialogue = new Dialogue(this.#route, this.#player);
    this.#ear = new Ear(this.#route, new Hearing(this.#route));
    this.#ear.addEventListener("track", (event) => this.#speak(detail(event)));
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    if (this.#mode === "native") this.#follow();
    else void this.#connect(this.#mode);
  }

  /** Whether the avatar is heard: true from the first to the last audible sample of an answer. */
  get isPlaying() {
    const { state, unit } = (this.#line ?? this.#player).position();
    return state === "playing" && unit > 0;
  }

  /**
   * Say something to it.
   *
   * @param {string} text
   * @returns {boolean} Whether there were words, and a connection to take them.
   */
  send(text) {
    return this.#dialogue.say(text);
  }

  /**
   * Send an event of the way's own protocol; in a direct mode any of the provider's.
   *
   * @param {{type: string, [field: string]: unknown}} event
   * @returns {boolean} Whether it was sent.
   */
  sendRaw(event) {
    return this.#mode === "native" ? this.#native.send(event) : (this.#link?.sendRaw(event) ?? false);
  }

  /**
   * Hear of events of one type, raw, and of the client's own: `connected`, `disconnected` (the reason), `playing`
   * (whether it is).
   *
   * @param {string} type
   * @param {(event: any) => void} listener
   * @returns {() => void} Takes the listener away.
   */
  on(type, listener) {
    return this.#listeners.add(type, listener);
  }

  /**
   * Hear of every event, raw and in order.
   *
   * @param {(event: {type: string, [field: string]: any}) => void} listener
   * @returns {() => void} Takes the listener away.
   */
  onAny(listener) {
    return this.#listeners.addAny(listener);
  }

  /**
   * Listen to the person; within the handling of a click or a key, which lets sound out as well.
   *
   * @param {"open" | "held"} [how] `held`: what is said until `mute` is one question; not in the relay mode.
   */
  listen(how = "open") {
    void this.#player.unblock();
    return this.#ear.listen(how);
  }

  /** Listen no more. */
  mute() {
    this.#ear.mute();
  }

  /** Break off what it says. */
  interrupt() {
    this.#dialogue.interrupt();
  }

  /** Let sound out; within the handling of a click or a key. */
  async unblock() {
    await this.#player.unblock();
  }

  /** Leave, and give everything back. */
  async close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#ticking);
    const muted = this.#ear.close();
    this.#leave();
    this.#native.close();
    this.#drop("It was closed.");
    this.#listeners.clear();
    await Promise.all([muted, this.#player.close()]);
  }

  get #wish() {
    const { profile, persona, control } = this.#options;
    return { ...(profile && { profile }), ...(persona && { persona }), ...(control && { control }) };
  }

  /** The server's own client makes its connection again by itself. */
  #follow() {
    this.#native.addEventListener("event", (event) => this.#listeners.tell(detail(event)));
    this.#native.addEventListener("state", (event) => {
      const { state, message } = detail(event);
      if (state === "ready") this.#reach();
      else if (state === "error") this.#drop(message);
      else if (state !== "connecting") this.#again(message || "The connection to the server is lost.");
    });
    this.#native.open(this.#wish);
  }

  /** @param {Exclude<Mode, "native">} mode */
  async #connect(mode) {
    const { context } = this.#player;
    const link = mode === "relay" ? new RelayLink(this.#server) : new DirectLink(this.#server, mode, context);
    this.#link = link;
    link.addEventListener("raw", (event) => this.#listeners.tell(detail(event)));
    link.addEventListener("lost", (event) => this.#later(detail(event)));
    try {
      const stream = await link.connect(this.#wish);
      if (this.#closed) return link.close();
      this.#line = stream ? new Line(this.#player, stream, null) : null;
    } catch (error) {
      if (!this.#closed) this.#later(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#route.use(link);
    this.#dialogue.player = this.#line ?? this.#player;
    this.#speak(this.#ear.track);
    link.begin();
    this.#reach();
  }

  #reach() {
    this.#backoff.reset();
    this.#attempt = 0;
    this.connected = true;
    this.error = null;
    this.#listeners.say("connected", null);
  }

  /** @param {string} reason */
  #later(reason) {
    this.#leave();
    this.#again(reason);
    const mode = /** @type {Exclude<Mode, "native">} */ (this.#mode);
    this.#retry = setTimeout(() => void this.#connect(mode), this.#backoff.next());
  }

  /** @param {string} reason */
  #again(reason) {
    this.#drop(reason);
    this.#options.onReconnect?.({ attempt: ++this.#attempt, reason });
  }

  /** @param {string} reason */
  #drop(reason) {
    const was = this.connected;
    this.connected = false;
    this.error = reason;
    if (was) this.#listeners.say("disconnected", reason);
  }

  #leave() {
    this.#link?.close();
    this.#link = null;
    this.#dialogue.player = this.#player;
    this.#line?.close();
    this.#line = null;
  }

  /** @param {MediaStreamTrack | null} track */
  #speak(track) {
    if (this.#link instanceof DirectLink) this.#link.track = track;
  }

  #tick() {
    this.#dialogue.tick(performance.now());
    if (this.#played === this.isPlaying) return;
    this.#played = this.isPlaying;
    this.#listeners.say("playing", this.#played);
  }
}
