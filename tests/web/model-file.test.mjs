import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_BYTES, checkSize, readFile } from "../../tth/web/js/face/model/file.js";

/** A GLB of a description, which may be any text, and as its header says. */
function glb(description, { magic = 0x46546c67, version = 2, longer = 0 } = {}) {
  const text = new TextEncoder().encode(typeof description === "string" ? description : JSON.stringify(description));
  const padded = Math.ceil(text.length / 4) * 4, buffer = new ArrayBuffer(20 + padded);
  const view = new DataView(buffer);
  [magic, version, 20 + padded + longer, padded, 0x4e4f534a].forEach((word, i) => view.setUint32(4 * i, word, true));
  new Uint8Array(buffer, 20).fill(32);
  new Uint8Array(buffer, 20).set(text);
  return buffer;
}

const plain = (text) => new TextEncoder().encode(text).buffer;
const named = (...targetNames) => ({ asset: { version: "2.0" }, meshes: [{ extras: { targetNames }, primitives: [] }] });
const hung = (count, children) => Array.from({ length: count }, (_, i) => ({ children: children(i) }));
const expressed = (extensions) => ({ asset: { version: "2.0" }, meshes: [{ primitives: [{ targets: [{}] }] }], extensions });

const GOOD = {
  "one of the 52": named("Basis", "Face.eyeBlink_L"),
  "visemes only": named("viseme_aa"),
  "a mouth only": named("mouthOpen"),
  "VRM 0.x": expressed({ VRM: { blendShapeMaster: { blendShapeGroups: [{ presetName: "a", name: "A" }] } } }),
  "VRM 1.0": expressed({ VRMC_vrm: { expressions: { preset: { aa: {} } } } }),
  "VRM 1.0 with custom expressions": expressed({ VRMC_vrm: { expressions: { custom: { JawOpen: {} } } } }),
  "what is known to be required": { ...named("jawOpen"), extensionsRequired: ["KHR_texture_transform"] },
  "sides as in Blender": named("eyeBlink.L"),
  "Draco that nothing uses": { ...named("jawOpen"), extensionsUsed: ["KHR_draco_mesh_compression"] },
  "many nodes side by side": { ...named("jawOpen"), nodes: [{ children: [...Array(5000).keys()].slice(1) }, ...hung(4999, () => [])] },
  "a child that is not there": { ...named("jawOpen"), nodes: [{ children: [7] }] },
  "a KTX2 picture beside another": { ...named("jawOpen"), extensionsUsed: ["KHR_texture_basisu"] },
  "a picture written into the description": { ...named("jawOpen"), images: [{ uri: "data:image/png;base64,AA" }] },
};
for (const [label, gltf] of Object.entries(GOOD)) {
  test(`a file with ${label} can be shown`, () => assert.deepEqual(readFile(glb(gltf), "a.glb"), gltf));
}

const BAD = {
  "no model": [plain("PK\x03\x04 and so on"), /a\.glb is no GLB or VRM file; export/],
  "nothing in it": [plain(""), /is no GLB or VRM file/],
  "text": [plain('  {"asset": {"version": "2.0"}}'), /is a glTF text file, .* export it as glTF binary/],
  "an old version": [glb({}, { version: 1 }), /is glTF 1; export it as glTF 2\.0/],
  "an old version inside": [glb({ asset: { version: "1.0" } }), /is glTF 1\.0; export/],
  "its end missing": [glb(named("jawOpen"), { longer: 4 }), /ends too early; copy/],
  "hardly a header": [glb({}).slice(0, 12), /ends too early; copy/],
  "a broken description": [glb('{"asset": '), /is damaged, .* copy or export it again/],
  "numbers for names": [glb({ meshes: [{ extras: { targetNames: [5] } }] }), /is damaged/],
  "no list of meshes": [glb({ meshes: 3 }), /is damaged/],
  "a list for a description": [glb("[]"), /is damaged/],
  "parts elsewhere": [glb({ ...named("jawOpen"), buffers: [{}, { uri: "a.bin" }] }), /elsewhere \(a\.bin\); export it as one/],
  "pictures of another host": [
    glb({ ...named("jawOpen"), images: [{ uri: "//example.com/a.png" }] }), /elsewhere \(\/\/example\.com\/a\.png\)/,
  ],
  "Draco": [
    glb({ meshes: [{ primitives: [{ extensions: { KHR_draco_mesh_compression: {} } }] }] }), /Draco .* export it without/,
  ],
  "Draco that it needs": [glb({ ...named("jawOpen"), extensionsRequired: ["KHR_draco_mesh_compression"] }), /Draco/],
  "a node below itself": [glb({ ...named("jawOpen"), nodes: hung(2, (i) => [1 - i]) }), /hang on themselves; mend/],
  "nodes too deep": [glb({ ...named("jawOpen"), nodes: hung(9999, (i) => [i + 1]) }), /more than 500 nodes in one chain; .* export/],
  "meshopt": [glb({ ...named("jawOpen"), extensionsRequired: ["EXT_meshopt_compression"] }), /meshopt .* export it without/],
  "KTX2": [glb({ ...named("jawOpen"), extensionsRequired: ["KHR_texture_basisu"] }), /KTX2 textures.* export it without/],
  "an extension of its own": [glb({ ...named("jawOpen"), extensionsRequired: ["ACME_x"] }), /needs the glTF extension ACME_x/],
  "no face": [glb(named("Basis", "Fist")), /has no face that moves; export it with its blendshapes/],
  "nothing that moves": [glb({ asset: { version: "2.0" } }), /has no face that moves/],
  "shapes without names": [glb(expressed({})), /does not name its blendshapes; export/],
};
for (const [label, [buffer, message]] of Object.entries(BAD)) {
  test(`a file with ${label} is refused with what to do`, () => {
    assert.throws(() => readFile(buffer, "a.glb"), ({ message: told }) => message.test(told) || assert.fail(told));
  });
}

test("a file is read up to 50 MB", () => {
  checkSize(MOST_BYTES, "a.glb");
  assert.throws(() => checkSize(MOST_BYTES + 1, "a.glb"), /a\.glb has 51 MB and 50 are read at most/);
});
