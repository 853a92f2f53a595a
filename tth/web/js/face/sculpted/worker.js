/** Sculpts the head it was asked for last; those before it are left. */

import { sculpt } from "./parts.js";

/** @typedef {{number: number, who: import("./forms.js").Character, shell: Float32Array, fine: boolean}} Job */

/** @type {Job | null} */
let next = null;
let busy = false;

addEventListener("message", ({ data }) => {
  next = data;
  if (!busy) void work();
});

async function work() {
  busy = true;
  while (next) {
    const { number, who, shell, fine } = /** @type {Job} */ (next);
    next = null;
    const made = await sculpt(who, shell, fine);
    if (!next) postMessage({ number, made }, { transfer: buffersOf(made) });
  }
  busy = false;
}

/** @param {import("./sculptor.js").Sculpture} made */
function buffersOf({ parts, sheltered }) {
  const arrays = parts.flatMap((part) => [part.triangles, part.places, part.normals, part.flow, part.traits]);
  return [...arrays, sheltered].map(({ buffer }) => buffer);
}
