/** The page: finds its parts, opens a session and ties everything together. */

import { Avatar } from "./avatar.js";
import { askedLatency } from "./media/output.js";
import { detail } from "./session/detail.js";
import { Numbers } from "./session/numbers.js";
import { Server } from "./session/server.js";
import { ON_THE_PAGE } from "./session/words.js";
import { CaptionView } from "./ui/caption-view.js";
import { Composer } from "./ui/composer.js";
import { showNumbers } from "./ui/debug.js";
import { Faces } from "./ui/faces.js";
import { pageGroup, pathGroups } from "./ui/figures.js";
import { History } from "./ui/history.js";
import { findParts } from "./ui/page.js";
import { emotionOf, fill, fillEmotions } from "./ui/pickers.js";
import { Recorded } from "./ui/recorded.js";
import { Replay } from "./ui/replay.js";
import { Routes } from "./ui/routes.js";
import { Talking } from "./ui/talking.js";
import { Return } from "./ui/return.js";
import { Toasts } from "./ui/toasts.js";
import { Trouble } from "./ui/trouble.js";
import { VoiceView } from "./ui/voice-view.js";
import { Voices } from "./ui/voices.js";
import { Waterfall, followMoments } from "./ui/waterfall.js";

/** @typedef {import("./session/client.js").Persona} Persona */
/** @typedef {import("./session/client.js").SessionInfo} SessionInfo */
/** @typedef {import("./session/state.js").State} State */
/** @typedef {{default: string, profiles: {name: string, summary: string}[], recordable?: boolean}} Profiles */
/** @typedef {[Profiles, {personas: Persona[]}, import("./ui/faces.js").Offer]} Lists */
/** @typedef {import("./session/turn.js").Turn} Turn */

const STATES = {
  connecting: "Connecting", ready: "Ready", listening: "Listening", thinking: "Thinking", speaking: "Speaking",
  held: "Paused", reconnecting: "Reconnecting", error: "No session",
};
const UNSENT = {
  lost: "There is no connection yet; one is being made. Your text is kept; send it when the state says Ready.",
  none: "There is no session yet. Your text is kept.",
};
const ASKED = new URLSearchParams(location.search);
const DEBUG = ASKED.get("debug") === "1";

const parts = findParts();
// What follows the hash is never sent by the browser itself, so the key lands in no log.
const server = new Server(location.href, () => new URLSearchParams(location.hash.slice(1)).get("key"));
const avatar = new Avatar({
  host: parts.face, room: parts.room, server, face: ASKED.get("face") ?? "", latencyMs: askedLatency(location.search),
  advice: ON_THE_PAGE,
});
const { client, dialogue, ear, hearing, player, stage } = avatar;
const toasts = new Toasts(parts.toasts);
const back = new Return();
const history = new History(parts, back.possible);
const caption = new CaptionView(parts.caption);
const faces = new Faces(parts.model, parts.modelFile, server);
const composer = new Composer(parts, { say, stop });
const talking = new Talking(parts.talk, avatar);
const voice = new VoiceView(parts, talking, hearing);
const routes = new Routes(parts, avatar, wish);
const voices = new Voices(parts.voices, client);
const recorded = new Recorded(parts, client, open);
new Replay(parts, client, { again: playAgain, skip: stop });
const trouble = new Trouble(parts, { again: open, gone: () => composer.focus() });
let persona = /** @type {Persona} */ ({ id: "", name: "the avatar" });
let askedPersona = "";
let greetedBy = "";

/** @param {string} text */
function say(text) {
  const taken = avatar.say(text);
  if (!taken) {
    if (client.state === "error") open();
    const message = client.state === "reconnecting" ? UNSENT.lost : UNSENT.none;
    toasts.show({ topic: "unsent", level: "warning", message });
  }
  return taken;
}

function stop() {
  avatar.interrupt();
}

/** A person who types is about to say something. */
function listen() {
  avatar.listening = parts.text.value !== "" && document.activeElement === parts.text;
}

/** What is chosen. */
function wish() {
  const label = emotionOf(parts.emotion);
  return {
    ...(parts.profile.value && { profile: parts.profile.value }),
    ...(askedPersona && { persona: askedPersona }),
    ...voices.wish,
    ...recorded.wish,
    ...(label && { control: { emotion: { label } } }),
    ...(DEBUG && { meters: true }),
  };
}

/** Open a session with it, or go on with the one that was there when the page was left. */
function open() {
  const asked = wish(), way = back.take(asked);
  if (way) client.resume(asked, way);
  else routes.open();
}

/** A recording is seen from its beginning by whoever opens it. */
function playAgain() {
  history.clear();
  open();
}

/** The session waits a while for the page that comes in this one's place. */
function leave() {
  avatar.leave();
  back.leave(client.way, wish());
}

/** The profile that the page's address asks for; a plus in it is a plus. */
function askedProfile() {
  const found = /[?&]profile=([^&#]*)/.exec(location.search);
  return found ? decodeURIComponent(found[1]) : "";
}

/** Learn what there is to choose from, then begin. */
async function begin() {
  try {
    const [{ default: usual, profiles, recordable = false }, { personas }, offer] = /** @type {Lists} */ (
      await Promise.all(["/v1/profiles", "/v1/personas", "/v1/faces"].map((path) => server.request(path)))
    );
    faces.offer(offer);
    recorded.offer(recordable);
    const runs = profiles.map(({ name, summary }) => ({ label: name, value: name, title: summary }));
    fill(parts.profile, runs, askedProfile() || usual);
    fill(parts.persona, personas.map(({ id, name }) => ({ label: name, value: id })), "");
  } catch {
    // The lists are a comfort: a session can be had without them, and opening one says what is wrong.
    fill(parts.profile, [], askedProfile());
  }
  open();
  routes.recall();
}

/** @param {SessionInfo} session */
function meet(session) {
  persona = session.persona;
  parts.name.textContent = document.title = persona.name;
  parts.face.setAttribute("aria-label", `${persona.name}'s face`);
  parts.unblock.textContent = `Click anywhere to hear ${persona.name}`;
  if (![...parts.persona.options].some(({ value }) => value === persona.id)) {
    parts.persona.add(new Option(persona.name, persona.id));
  }
  parts.persona.value = persona.id;
  faces.want(persona.look?.model);
}

/**
 * There is a session, or none, and why.
 *
 * @param {{state: import("./session/client.js").LinkState, message: string, resumed: boolean}} link
 */
function showLink({ state, message, resumed }) {
  if (state === "error") trouble.show(message);
  else if (state !== "connecting") trouble.over();
  if (state !== "ready" || resumed) return;
  history.renew(persona.name);
  if (persona.id !== greetedBy) caption.greet(persona.greeting ?? "");
  greetedBy = persona.id;
}

/** @param {State} state */
function showState(state) {
  parts.state.textContent = STATES[state];
  parts.state.dataset.state = state;
  parts.stop.hidden = !dialogue.busy;
  if (client.state === "ready") toasts.over("unsent");
  if (state === "speaking") voice.answer();
}

/**
 * What the session has cost; nothing where nobody knows.
 *
 * @param {number | null} dollars
 */
function showCost(dollars) {
  parts.cost.hidden = dollars === null;
  parts.cost.textContent = dollars === null ? "" : `$${dollars.toFixed(dollars < 1 ? 3 : 2)}`;
  parts.cost.title = "What this session has cost so far";
}

/** @param {Turn} turn */
function showTurn(turn) {
  if (turn === dialogue.turn) caption.show(turn.text);
  history.answer(turn);
}

/** @param {import("./session/utterances.js").Utterance} utterance */
function showUtterance(utterance) {
  voice.hear(utterance);
  history.heard(utterance);
}

/** The panel is loaded when it is first opened. */
async function showPanel() {
  const { Panel } = await import("./microphone/panel.js");
  new Panel(parts, talking, hearing, ear);
}

function debug() {
  const numbers = new Numbers();
  client.addEventListener("event", (event) => numbers.take(detail(event)));
  const waterfall = new Waterfall(), moments = followMoments(avatar);
  const read = () => {
    waterfall.show(moments);
    return pathGroups(numbers, pageGroup(player, dialogue, stage));
  };
  showNumbers(parts.debug, read, waterfall.element);
  const slots = player.record();
  Object.assign(window, { tthDebug: { avatar, player, dialogue, stage, client, ear, moments, say, stop, slots } });
}

avatar.addEventListener("blocked", (event) => (parts.unblock.hidden = !detail(event)));
for (const type of ["input", "focus", "blur"]) parts.text.addEventListener(type, listen);
faces.addEventListener("change", () => (avatar.model = faces.model));
for (const source of [faces, stage, routes]) {
  source.addEventListener("notice", (event) => toasts.show(detail(event)));
  source.addEventListener("over", (event) => toasts.over(detail(event)));
}
stage.addEventListener("refused", (event) => faces.refuse(detail(event)));
client.addEventListener("session", (event) => meet(detail(event)));
client.addEventListener("state", (event) => showLink(detail(event)));
dialogue.addEventListener("state", (event) => showState(detail(event)));
client.addEventListener("session", () => {
  showCost(null);
  voice.renew();
});
dialogue.addEventListener("cost", (event) => showCost(detail(event)));
for (const type of ["turn", "forgotten"]) dialogue.addEventListener(type, () => caption.show(""));
dialogue.addEventListener("caption", (event) => showTurn(detail(event)));
dialogue.addEventListener("notice", (event) => toasts.show(detail(event)));
dialogue.addEventListener("over", (event) => toasts.over(detail(event)));
dialogue.addEventListener("refused", (event) => composer.giveBack(detail(event)));
dialogue.addEventListener("said", (event) => {
  toasts.over("refused");
  history.begin(detail(event));
});
dialogue.addEventListener("utterance", (event) => showUtterance(detail(event)));
ear.addEventListener("live", (event) => {
  voice.live = detail(event);
  if (ear.live) toasts.over("microphone");
});
ear.addEventListener("level", (event) => (voice.level = detail(event)));
ear.addEventListener("notice", (event) => toasts.show(detail(event)));
talking.addEventListener("refused", (event) => {
  toasts.show({ topic: "microphone", level: "warning", message: detail(event) });
});
parts.panel.addEventListener("beforetoggle", () => void showPanel(), { once: true });
fillEmotions(parts.emotion, (label) => dialogue.control({ emotion: { label } }));
parts.persona.addEventListener("change", () => {
  askedPersona = parts.persona.value;
  open();
});
parts.profile.addEventListener("change", () => {
  const address = new URL(location.href);
  address.searchParams.set("profile", parts.profile.value);
  window.history.replaceState(null, "", address);
  open();
});
addEventListener("pagehide", leave);
// Where a key was added to the address.
addEventListener("hashchange", () => void begin());
for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, () => void player.unblock(), { capture: true, passive: true });
}
showState(dialogue.state);
if (DEBUG) debug();
void begin();
