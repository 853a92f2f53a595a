/** A model file made into something that can be drawn. */

import { DRACO, unbuilt } from "./file.js";
import { isSolid } from "./solid.js";

/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("@pixiv/three-vrm").VRM} VRM */
/** @typedef {import("three").Mesh} Mesh */

/**
 * @typedef {object} Figure
 * @property {import("three").Group} scene Faces +Z, as glTF and VRM 1.0 do.
 * @property {VRM | null} vrm
 * @property {Mesh[]} meshes All that can be drawn.
 */

/**
 * @param {Library} library
 * @param {import("./source.js").Source} source Found good by `readFile`.
 * @returns {Promise<Figure>}
 * @throws {Error} It cannot be built.
 */
export async function loadFigure({ THREE, GLTFLoader, VRMLoaderPlugin, VRMUtils }, { name, buffer }) {
  const manager = new THREE.LoadingManager();
  manager.setURLModifier((url) => {
    // Pictures inside the file come by such an address; nothing is asked of anybody else.
    if (url.startsWith("blob:") || url.startsWith("data:image/")) return url;
    throw new Error(`it asks for ${url.slice(0, 60)}`);
  });
  const loader = new GLTFLoader(manager);
  loader.register((parser) => {
    // The other way to decode pictures fetches their addresses, which the page's policy keeps to its own server.
    parser.textureLoader = new THREE.TextureLoader(manager);
    return { name: "pictures" };
  });
  loader.register((parser) => {
    // Draco that is named and not used asks for a decoder all the same.
    const { json } = parser;
    json.extensionsUsed = json.extensionsUsed?.filter((/** @type {string} */ one) => one !== DRACO);
    return { name: "draco" };
  });
  loader.register((parser) => new VRMLoaderPlugin(parser));
  try {
    const gltf = await loader.parseAsync(buffer, "");
    const vrm = /** @type {VRM | null} */ (gltf.userData.vrm ?? null);
    if (vrm) VRMUtils.rotateVRM0(vrm);
    const meshes = /** @type {Mesh[]} */ ([]);
    gltf.scene.traverse((part) => {
      if (!(part instanceof THREE.Mesh)) return;
      if (isSolid(part.geometry)) meshes.push(part);
      // What hangs on it may be good.
      else part.layers.disableAll();
      // What is left out of sight is told by boxes, which do not know of bones that turn.
      part.frustumCulled = false;
      for (const material of [part.material].flat()) {
        // There is nothing around to be mirrored: metal would be black.
        if (material instanceof THREE.MeshStandardMaterial) material.metalness = 0;
      }
    });
    gltf.scene.updateMatrixWorld(true);
    return { scene: gltf.scene, vrm, meshes };
  } catch (error) {
    throw unbuilt(name, error);
  }
}
