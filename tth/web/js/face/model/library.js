/** three and three-vrm, which are loaded only when a model file is shown. */

/**
 * @typedef {object} Library
 * @property {typeof import("three")} THREE
 * @property {typeof import("three/addons/loaders/GLTFLoader.js").GLTFLoader} GLTFLoader
 * @property {typeof import("@pixiv/three-vrm").VRMLoaderPlugin} VRMLoaderPlugin
 * @property {typeof import("@pixiv/three-vrm").VRMUtils} VRMUtils
 */

const VENDOR = new URL("../../../vendor/", import.meta.url);
const FILES = ["three/three.module.js", "three/loaders/GLTFLoader.js", "three-vrm/three-vrm.module.min.js"];

/** Why there is nothing to show model files with. */
export const LACKING =
  "this server was installed without the libraries that show model files; install Node.js, then install tth again";

/**
 * @returns {Promise<Library>}
 * @throws {Error} It is not there.
 */
export async function loadLibrary() {
  try {
    const [THREE, loaders, vrm] = await Promise.all(FILES.map((file) => import(new URL(file, VENDOR).href)));
    return { THREE, ...loaders, ...vrm };
  } catch (error) {
    throw new Error(LACKING, { cause: error });
  }
}
