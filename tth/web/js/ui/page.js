/** The parts of the page by their ids. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
function part(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no #${id}`);
  return element;
}

/** Find every part once; a page without one of them is broken and says so at once. */
export function findParts() {
  return {
    face: part("face", HTMLElement),
    room: part("room", HTMLElement),
    name: part("name", HTMLElement),
    state: part("state", HTMLElement),
    cost: part("cost", HTMLElement),
    route: part("route", HTMLElement),
    routes: part("routes", HTMLFieldSetElement),
    recorded: part("recorded", HTMLElement),
    record: part("record", HTMLButtonElement),
    replay: part("replay", HTMLElement),
    replayToggle: part("replay-toggle", HTMLButtonElement),
    replayAgain: part("replay-again", HTMLButtonElement),
    replaySkip: part("replay-skip", HTMLButtonElement),
    replayPlace: part("replay-place", HTMLProgressElement),
    replayTold: part("replay-told", HTMLOutputElement),
    persona: part("persona", HTMLSelectElement),
    profile: part("profile", HTMLSelectElement),
    voices: part("voices", HTMLSelectElement),
    model: part("model", HTMLSelectElement),
    modelFile: part("model-file", HTMLInputElement),
    emotion: part("emotion", HTMLFieldSetElement),
    historyToggle: part("history-toggle", HTMLButtonElement),
    history: part("history", HTMLElement),
    entries: part("entries", HTMLOListElement),
    unblock: part("unblock", HTMLButtonElement),
    caption: part("caption", HTMLParagraphElement),
    trouble: part("trouble", HTMLElement),
    reason: part("reason", HTMLParagraphElement),
    again: part("again", HTMLButtonElement),
    elsewhere: part("elsewhere", HTMLButtonElement),
    composer: part("composer", HTMLFormElement),
    text: part("text", HTMLTextAreaElement),
    stop: part("stop", HTMLButtonElement),
    send: part("send", HTMLButtonElement),
    voice: part("voice", HTMLElement),
    live: part("live", HTMLElement),
    heard: part("heard", HTMLParagraphElement),
    talk: part("talk", HTMLButtonElement),
    panel: part("talk-panel", HTMLElement),
    ways: part("ways", HTMLFieldSetElement),
    holdRow: part("hold-row", HTMLElement),
    holdKey: part("hold-key", HTMLButtonElement),
    device: part("device", HTMLSelectElement),
    deaf: part("deaf", HTMLParagraphElement),
    listens: part("listens", HTMLElement),
    bargeIn: part("barge-in", HTMLFieldSetElement),
    threshold: part("threshold", HTMLInputElement),
    thresholdTold: part("threshold-told", HTMLOutputElement),
    silence: part("silence", HTMLInputElement),
    silenceTold: part("silence-told", HTMLOutputElement),
    finder: part("finder", HTMLParagraphElement),
    toasts: part("toasts", HTMLElement),
    debug: part("debug", HTMLElement),
  };
}

/** @typedef {ReturnType<typeof findParts>} Parts */

/**
 * A new element with text in it.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} [text]
 */
export function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
