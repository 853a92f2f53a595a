/** How long the last answer took, drawn: each step from the question to the moving mouth as a bar of its own. */

import { detail } from "../session/detail.js";
import { Moments } from "../session/moments.js";
import { element } from "./page.js";

/** @typedef {import("../session/moments.js").Part} Part */

const LABELS = {
  transcript: "transcript", text: "first token", sound: "first audio", heard: "audible", mouth: "mouth moves",
};
const MEASURES = [
  ["transcript_ms", "transcript"], ["first_text_ms", "text"], ["first_audio_ms", "audio"], ["first_frame_ms", "face"],
];
const NOTHING = "Ask something, and its parts stand here.";

/**
 * Follow a conversation.
 *
 * @param {Pick<import("../avatar.js").Avatar, "client" | "dialogue" | "stage">} avatar
 * @returns {Moments}
 */
export function followMoments({ client, dialogue, stage }) {
  const moments = new Moments();
  client.addEventListener("event", (event) => moments.take(detail(event), performance.now()));
  client.addEventListener("media", (event) => moments.feed(detail(event), performance.now()));
  dialogue.addEventListener("turn", (event) => moments.begin(detail(event)));
  dialogue.addEventListener("said", (event) => moments.said(detail(event)));
  const look = () => {
    const { posed, seenInMs } = dialogue.mouth;
    if (stage.pose) moments.look(stage.pose.weights, posed, performance.now(), seenInMs);
    requestAnimationFrame(look);
  };
  look();
  return moments;
}

/** A drawing that is kept up to date by `show`. */
export class Waterfall {
  element = element("section", "waterfall");
  #list = element("ol", "");
  #server = element("p", "server");
  #shown = "";

  constructor() {
    this.element.append(element("h2", "", "Last answer"), this.#list, this.#server);
  }

  /** @param {Moments} moments */
  show({ parts, measured }) {
    const shown = JSON.stringify([parts, [...measured]]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const wholeMs = parts.reduce((sum, { ms }) => sum + ms, 0);
    const rows = parts.map((part) => row(LABELS[part.step], part, wholeMs));
    if (rows.length) rows.push(row("whole", { fromMs: 0, ms: wholeMs }, wholeMs));
    rows.at(-1)?.classList.add("whole");
    this.#list.replaceChildren(...rows);
    const told = MEASURES.filter(([name]) => measured.has(name));
    const served = told.map(([name, label]) => `${label} ${Math.round(measured.get(name) ?? 0)}`).join(" · ");
    this.#server.textContent = served ? `The server, in ms: ${served}` : parts.length ? "" : NOTHING;
  }
}

/**
 * @param {string} label
 * @param {Pick<Part, "fromMs" | "ms">} part
 * @param {number} wholeMs
 */
function row(label, { fromMs, ms }, wholeMs) {
  const made = element("li", ""), track = element("span", "track"), bar = element("span", "part");
  const share = 100 / (wholeMs || 1);
  bar.style.marginLeft = `min(${fromMs * share}%, 100% - 2px)`;
  bar.style.width = `${ms * share}%`;
  track.append(bar);
  made.append(element("span", "label", label), track, element("span", "value", `${ms} ms`));
  return made;
}
