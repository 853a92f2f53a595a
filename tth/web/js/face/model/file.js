/** What can be told of a model file before anything of it is built: whether it is one, and whether it has a face. */

import { kinOf, shapeOf, visemeOf } from "./names.js";

/** The largest file that is read. */
export const MOST_BYTES = 50 * 1024 * 1024;

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;

/** No skeleton is nearly so deep; what reads a figure calls itself once for each of these. */
const MOST_DEPTH = 500;

export const DRACO = "KHR_draco_mesh_compression";

/** What others use to make files smaller, and what to do about it. */
const SQUEEZED = /** @type {Record<string, string>} */ ({
  [DRACO]: "Draco compression of its meshes",
  EXT_meshopt_compression: "meshopt compression",
  KHR_meshopt_compression: "meshopt compression",
  KHR_texture_basisu: "KTX2 textures",
});

const UNTANGLE = "mend its hierarchy and export it again";

/** What may be required of a reader, and is there. */
const UNDERSTOOD = [
  "EXT_texture_webp", "EXT_texture_avif", "KHR_lights_punctual", "KHR_materials_anisotropy",
  "KHR_materials_clearcoat", "KHR_materials_dispersion", "KHR_materials_emissive_strength", "KHR_materials_ior",
  "KHR_materials_iridescence", "KHR_materials_sheen", "KHR_materials_specular", "KHR_materials_transmission",
  "KHR_materials_unlit", "KHR_materials_volume", "KHR_mesh_quantization", "KHR_texture_transform", "VRM", "VRMC_vrm",
  "VRMC_materials_mtoon", "VRMC_node_constraint", "VRMC_springBone", "VRMC_springBone_extended_collider",
];

/** Names of expressions that move a mouth or lids, as VRM 1.0 and 0.x write them. */
const SPEAKS = ["aa", "ih", "ou", "ee", "oh", "a", "i", "u", "e", "o", "blink", "blinkLeft", "blink_l"];

/**
 * The parts of a file's description that are looked at.
 *
 * @typedef {object} Gltf
 * @property {{version?: string}} [asset]
 * @property {string[]} [extensionsUsed]
 * @property {string[]} [extensionsRequired]
 * @property {{uri?: string}[]} [buffers]
 * @property {{uri?: string}[]} [images]
 * @property {{children?: number[]}[]} [nodes]
 * @property {{extras?: {targetNames?: string[]}, primitives?: Primitive[]}[]} [meshes]
 * @property {{VRM?: Vrm0, VRMC_vrm?: Vrm1}} [extensions]
 */
/** @typedef {{targets?: unknown[], extensions?: Record<string, unknown>}} Primitive */
/** @typedef {{blendShapeMaster?: {blendShapeGroups?: {name?: string, presetName?: string}[]}}} Vrm0 */
/** @typedef {{expressions?: {preset?: Record<string, unknown>, custom?: Record<string, unknown>}}} Vrm1 */

/**
 * Read a file's description and find out whether it can be shown.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} name What to call it.
 * @returns {Gltf}
 * @throws {Error} It cannot; says why and what to do.
 */
export function readFile(buffer, name) {
  const gltf = readDescription(buffer, name);
  try {
    checkVersion(gltf, name);
    checkOutside(gltf, name);
    checkExtensions(gltf, name);
    checkNodes(gltf, name);
    checkFace(gltf, name);
  } catch (error) {
    // Numbers where names belong, and the like.
    throw error instanceof TypeError ? damaged(name, error) : error;
  }
  return gltf;
}

/**
 * @param {Gltf} gltf
 * @param {string} name
 */
function checkVersion({ asset }, name) {
  if (/^2\./.test(asset?.version ?? "2.0")) return;
  throw new Error(`${name} is glTF ${asset?.version}; export it as glTF 2.0 binary (.glb)`);
}

/**
 * @param {string} name
 * @param {unknown} cause
 */
function damaged(name, cause) {
  return new Error(`${name} is damaged, its description cannot be read; copy or export it again`, { cause });
}

/**
 * A file over which the libraries stumble; from their words nobody would learn what to do.
 *
 * @param {string} name
 * @param {unknown} cause
 */
export function unbuilt(name, cause) {
  return new Error(`${name} cannot be built, its parts do not fit together; export it again`, { cause });
}

/**
 * A file whose parts fit together and make nothing that could be drawn.
 *
 * @param {string} name
 */
export function unseen(name) {
  return new Error(`${name} shows nothing, its meshes are empty or have points that are nowhere; export it again`);
}

/**
 * @param {number} bytes
 * @param {string} name
 */
export function checkSize(bytes, name) {
  if (bytes <= MOST_BYTES) return;
  const size = Math.ceil(bytes / 1024 / 1024);
  throw new Error(`${name} has ${size} MB and 50 are read at most; make its textures smaller or leave parts out`);
}

/**
 * @param {ArrayBuffer} buffer
 * @param {string} name
 * @returns {Gltf}
 */
function readDescription(buffer, name) {
  checkSize(buffer.byteLength, name);
  const bytes = new DataView(buffer);
  const magic = buffer.byteLength >= 4 ? bytes.getUint32(0, true) : 0;
  if (magic !== MAGIC) {
    const text = new TextDecoder().decode(buffer.slice(0, 256)).trimStart();
    if (text.startsWith("{")) {
      throw new Error(`${name} is a glTF text file, which keeps its parts elsewhere; export it as glTF binary (.glb)`);
    }
    throw new Error(`${name} is no GLB or VRM file; export the avatar as glTF binary (.glb) or VRM`);
  }
  const cut = new Error(`${name} ends too early; copy or export it again`);
  if (buffer.byteLength < 20) throw cut;
  const version = bytes.getUint32(4, true);
  if (version !== 2) throw new Error(`${name} is glTF ${version}; export it as glTF 2.0 binary (.glb)`);
  const length = bytes.getUint32(12, true);
  if (bytes.getUint32(8, true) > buffer.byteLength || 20 + length > buffer.byteLength) throw cut;
  try {
    if (bytes.getUint32(16, true) !== JSON_CHUNK) throw new TypeError("the first chunk is not its description");
    const gltf = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 20, length)));
    if (gltf === null || typeof gltf !== "object" || Array.isArray(gltf)) throw new TypeError("no object");
    return gltf;
  } catch (error) {
    throw damaged(name, error);
  }
}

/**
 * @param {Gltf} gltf
 * @param {string} name
 */
function checkOutside({ buffers = [], images = [] }, name) {
  const outside = [...buffers, ...images.filter(({ uri }) => !uri?.startsWith("data:"))].find(({ uri }) => uri);
  if (!outside) return;
  const where = String(outside.uri).slice(0, 60);
  throw new Error(`${name} keeps parts of itself elsewhere (${where}); export it as one file, with all embedded`);
}

/**
 * @param {Gltf} gltf
 * @param {string} name
 */
function checkExtensions({ extensionsRequired = [], meshes = [] }, name) {
  // Of Draco no file keeps a second copy, whether it says so or not.
  const used = meshes.flatMap(({ primitives = [] }) => primitives.map(({ extensions }) => extensions?.[DRACO]));
  const draco = used.some(Boolean) ? [DRACO] : [];
  for (const extension of [...draco, ...extensionsRequired]) {
    const squeezed = SQUEEZED[extension];
    if (squeezed) throw new Error(`${name} uses ${squeezed}, which the page cannot undo; export it without`);
    if (!UNDERSTOOD.includes(extension)) {
      throw new Error(`${name} needs the glTF extension ${extension}, which the page does not know; export it without`);
    }
  }
}

/**
 * Nodes hang on one another as a tree does.
 *
 * @param {Gltf} gltf
 * @param {string} name
 */
function checkNodes({ nodes = [] }, name) {
  const parents = nodes.map(() => 0);
  const childrenOf = (/** @type {number} */ i) => (nodes[i].children ?? []).filter((child) => child in parents);
  nodes.forEach((_, i) => childrenOf(i).forEach((child) => parents[child]++));
  let level = [...parents.keys()].filter((i) => !parents[i]);
  let left = nodes.length - level.length;
  for (let depth = 1; level.length; depth++) {
    if (depth > MOST_DEPTH) throw new Error(`${name} has more than ${MOST_DEPTH} nodes in one chain; ${UNTANGLE}`);
    level = level.flatMap(childrenOf).filter((child) => --parents[child] === 0);
    left -= level.length;
  }
  if (left) throw new Error(`${name} has nodes that hang on themselves; ${UNTANGLE}`);
}

/**
 * @param {Gltf} gltf
 * @param {string} name
 */
function checkFace({ meshes = [], extensions = {} }, name) {
  const names = meshes.flatMap(({ extras }) => extras?.targetNames ?? []);
  if (names.some((one) => shapeOf(one) || kinOf(one) || visemeOf(one))) return;
  const groups = extensions.VRM?.blendShapeMaster?.blendShapeGroups ?? [];
  const { preset, custom } = extensions.VRMC_vrm?.expressions ?? {};
  const old = groups.flatMap(({ presetName = "", name: own = "" }) => [presetName, own]);
  if ([...old, ...Object.keys({ ...preset, ...custom })].some((one) => SPEAKS.includes(one) || shapeOf(one))) return;
  const moves = meshes.some(({ primitives = [] }) => primitives.some(({ targets }) => targets?.length));
  throw new Error(moves && !names.length
    ? `${name} does not name its blendshapes; export it with their names (extras.targetNames)`
    : `${name} has no face that moves; export it with its blendshapes (ARKit's 52, visemes or VRM expressions)`);
}
