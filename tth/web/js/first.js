/** The first face: painted while the rest of the page is still on its way. The stage takes it away with its own. */

import { create } from "./face/canvas/face.js";

const host = /** @type {HTMLElement} */ (document.querySelector("#face"));
const layer = document.createElement("div");
layer.className = "layer";
host.append(layer);
const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
const face = create(layer, { palette: "mira", scheme });
face?.frame(/** @type {HTMLElement} */ (document.querySelector("#room")).getBoundingClientRect());
face?.resize();
face?.draw(
  { weights: new Float32Array(52), head: { yaw: 0, pitch: 0, roll: 0 }, gaze: { x: 0, y: 0 }, breath: 0.5 },
  performance.now(),
);
