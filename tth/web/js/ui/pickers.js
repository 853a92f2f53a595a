/** Who answers, how it runs, and how it feels. */

import { element } from "./page.js";

/** @typedef {{label: string, value: string, title?: string}} Choice */

/** The seven emotions, and none asked for. */
const EMOTIONS = ["auto", "neutral", "happy", "sad", "angry", "surprised", "fearful", "disgusted"];

/**
 * Fill a list to choose from.
 *
 * @param {HTMLSelectElement} select
 * @param {Choice[]} choices
 * @param {string} chosen
 */
export function fill(select, choices, chosen) {
  const known = choices.some(({ value }) => value === chosen);
  const all = known || !chosen ? choices : [...choices, { label: chosen, value: chosen }];
  select.replaceChildren(...all.map(({ label, value, title = "" }) => {
    const option = element("option", "", label);
    option.value = value;
    option.title = title;
    return option;
  }));
  select.value = chosen;
}

/**
 * Put the emotions into their field.
 *
 * @param {HTMLFieldSetElement} field
 * @param {(label: string | null) => void} chosen Null where none is asked for.
 */
export function fillEmotions(field, chosen) {
  for (const name of EMOTIONS) {
    const label = element("label", "", name);
    const input = element("input", "");
    input.type = "radio";
    input.name = "emotion";
    input.value = name;
    input.checked = name === "auto";
    label.prepend(input);
    field.append(label);
  }
  field.addEventListener("change", () => chosen(emotionOf(field)));
}

/**
 * The emotion that is chosen.
 *
 * @param {HTMLFieldSetElement} field
 * @returns {string | null}
 */
export function emotionOf(field) {
  const input = field.querySelector("input:checked");
  return input instanceof HTMLInputElement && input.value !== "auto" ? input.value : null;
}
