// Reads lips as the page does: node read_lips.mjs MODEL PCM16 < requests, one JSON object; poses as JSON on stdout.
import { readFileSync } from "node:fs";

import { readModel } from "../../tth/web/js/lips/model.js";
import { LipReader } from "../../tth/web/js/lips/reader.js";

/** @param {string} path */
function bytes(path) {
  const file = readFileSync(path);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
}

const [, , modelPath, pcmPath] = process.argv;
const model = readModel(bytes(modelPath));
const sound = Float32Array.from(new Int16Array(bytes(pcmPath)), (sample) => sample / 32768);

/** Poses of the sound in pieces of `cuts` samples, the last of them again and again. */
function read({ live, startUnit, cuts, tailFrames }) {
  const reader = new LipReader(model, { live, startUnit });
  const made = [];
  for (let at = 0, piece = 0; at < sound.length; piece++) {
    const samples = sound.subarray(at, at + cuts[Math.min(piece, cuts.length - 1)]);
    made.push(...reader.feed(samples));
    at += samples.length;
  }
  made.push(...reader.flush(tailFrames));
  return made.map((pose) => ({ ...pose, weights: [...pose.weights] }));
}

const requests = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(requests.map(read)));
