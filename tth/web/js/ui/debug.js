/** Numbers about the path, playing and drawing; there only where the address asks with `?debug=1`. */

import { element } from "./page.js";

/** @typedef {import("./figures.js").Group} Group */

const REFRESH_MS = 250;

/**
 * Show the groups, and keep them as they are.
 *
 * @param {HTMLElement} panel
 * @param {() => Group[]} read
 * @param {HTMLElement[]} below What else stands there.
 */
export function showNumbers(panel, read, ...below) {
  panel.hidden = false;
  const list = element("div", "");
  panel.append(list, ...below);
  let shape = "";
  const refresh = () => {
    const groups = read();
    const now = groups.map(({ title, rows }) => [title, ...rows.map(({ label }) => label)].join()).join(";");
    // Made anew only where there are other rows: what somebody has marked to copy stays marked.
    if (now !== shape) list.replaceChildren(...groups.map(section));
    shape = now;
    fill(list, groups);
  };
  refresh();
  setInterval(refresh, REFRESH_MS);
}

/** @param {Group} group */
function section({ title, rows }) {
  const made = element("section", "");
  const list = element("dl", "");
  list.append(...rows.flatMap(({ label }) => [element("dt", "", label), element("dd", "")]));
  made.append(element("h2", "", title), list);
  return made;
}

/**
 * @param {HTMLElement} panel
 * @param {Group[]} groups
 */
function fill(panel, groups) {
  const values = panel.querySelectorAll("dd");
  groups.flatMap(({ rows }) => rows).forEach(({ value, tone = "" }, i) => {
    if (values[i].textContent !== value) values[i].textContent = value;
    values[i].dataset.tone = tone;
  });
}
