/** Everything that can be chosen about talking: the way, the device, the key, and how the server listens. */

import { detail } from "../session/detail.js";
import { fill } from "../ui/pickers.js";

/** @typedef {import("../ui/talking.js").Talking} Talking */
/** @typedef {import("../session/hearing.js").Hearing} Hearing */
/** @typedef {import("../session/ear.js").Ear} Ear */

const FINDERS = new Map([
  ["silero", "Speech is told from noise by a neural network."],
  ["energy", "Speech is told from noise by its loudness."],
  ["voice", "The voice's provider tells speech from noise."],
]);

/** A keyboard's codes as people call them. */
const CODES = /^(?:Key|Digit|Numpad)?(.+)$/;

/** Lives as long as the page; what is chosen is in effect at once. */
export class Panel {
  #parts;
  #talking;
  #hearing;

  /**
   * @param {import("../ui/page.js").Parts} parts
   * @param {Talking} talking
   * @param {Hearing} hearing
   * @param {Ear} ear
   */
  constructor(parts, talking, hearing, ear) {
    this.#parts = parts;
    this.#talking = talking;
    this.#hearing = hearing;
    const { panel, ways, device, holdKey, threshold, silence, bargeIn } = parts;
    ways.addEventListener("change", () => talking.choose(/** @type {any} */ (chosen(ways))));
    device.addEventListener("change", () => (talking.device = device.value));
    holdKey.addEventListener("click", () => this.#askKey());
    bargeIn.addEventListener("change", () => hearing.choose({ barge_in: /** @type {any} */ (chosen(bargeIn)) }));
    threshold.addEventListener("input", () => this.#slide(() => ({ threshold: threshold.valueAsNumber })));
    silence.addEventListener("input", () => this.#slide(() => ({ silence_ms: silence.valueAsNumber })));
    ear.addEventListener("devices", (event) => this.#list(detail(event)));
    for (const source of [talking, hearing]) source.addEventListener("change", () => this.#show());
    panel.addEventListener("toggle", () => {
      this.#place();
      if (panel.matches(":popover-open")) ear.look();
    });
    addEventListener("resize", () => this.#place());
    this.#place();
    this.#show();
    ear.look();
  }

  /** Above the line that one types in, as high as there is room. */
  #place() {
    const { panel, composer } = this.#parts;
    const { top, left, width } = composer.getBoundingClientRect();
    panel.style.setProperty("--left", `${left}px`);
    panel.style.setProperty("--width", `${width}px`);
    panel.style.setProperty("--bottom", `${innerHeight - top + 8}px`);
  }

  /** @param {() => import("../session/hearing.js").Wish} read */
  #slide(read) {
    this.#hearing.choose(read());
    this.#tell();
  }

  #show() {
    const { ways, bargeIn, holdKey, holdRow, listens, deaf, finder, threshold, silence } = this.#parts;
    const { way, key } = this.#talking.choice;
    const now = this.#hearing.now;
    check(ways, way);
    holdKey.textContent = key.label;
    holdRow.hidden = way !== "push";
    deaf.hidden = now?.hears !== false;
    deaf.textContent = now?.why ?? "";
    listens.hidden = !now?.hears;
    if (!now) return;
    check(bargeIn, now.barge_in);
    // What is being dragged is not pulled back by what was sent a moment ago.
    if (document.activeElement !== threshold) threshold.valueAsNumber = now.threshold;
    if (document.activeElement !== silence) silence.valueAsNumber = now.silence_ms;
    finder.textContent = FINDERS.get(now.detector) ?? "";
    this.#tell();
  }

  #tell() {
    const { threshold, thresholdTold, silence, silenceTold } = this.#parts;
    thresholdTold.textContent = `${Math.round(threshold.valueAsNumber * 100)} %`;
    silenceTold.textContent = `${(silence.valueAsNumber / 1000).toFixed(2)} s`;
  }

  /** @param {{devices: import("./microphone.js").Device[], device: string}} found */
  #list({ devices, device }) {
    const choices = devices.map(({ id, label }) => ({ value: id, label }));
    const { device: select } = this.#parts;
    select.disabled = !choices.length;
    if (!choices.length) return;
    const known = choices.some(({ value }) => value === device);
    fill(select, choices, known ? device : choices[0].value);
  }

  /** The next key that is pressed is the one to hold; Esc leaves it as it is. */
  #askKey() {
    const { holdKey } = this.#parts;
    holdKey.textContent = "Press a key";
    const over = new AbortController();
    const { signal } = over;
    const take = (/** @type {KeyboardEvent} */ event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      over.abort();
      const [, label] = CODES.exec(event.code) ?? ["", event.key];
      if (event.code && event.code !== "Escape") this.#talking.key = { code: event.code, label };
      this.#show();
    };
    addEventListener("keydown", take, { capture: true, signal });
    holdKey.addEventListener("blur", () => (over.abort(), this.#show()), { signal });
  }
}

/** @param {HTMLFieldSetElement} field */
function chosen(field) {
  const input = field.querySelector("input:checked");
  return input instanceof HTMLInputElement ? input.value : "";
}

/**
 * @param {HTMLFieldSetElement} field
 * @param {string} value
 */
function check(field, value) {
  for (const input of field.querySelectorAll("input")) input.checked = input.value === value;
}
