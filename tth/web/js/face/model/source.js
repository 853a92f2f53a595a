/** The bytes of a model: a file of the person's own, or one that is fetched. */

import { checkSize } from "./file.js";

/** @typedef {{name: string, buffer: ArrayBuffer}} Source */

/**
 * @typedef {object} Home A server of tth.
 * @property {(path: string) => URL} at The address of something on it.
 * @property {Record<string, string>} headers They carry its key, and go nowhere else.
 */

/** The page's own, where it wants no key. */
const HERE = /** @type {Home} */ ({ at: (path) => new URL(path, location.href), headers: {} });

/**
 * @param {string | URL | File} model A file, or its address.
 * @param {Home} [home]
 * @returns {Promise<Source>}
 * @throws {Error} It cannot be had.
 */
export async function readSource(model, home = HERE) {
  if (model instanceof File) {
    checkSize(model.size, model.name);
    return { name: model.name, buffer: await model.arrayBuffer() };
  }
  const address = addressOf(model);
  const name = nameOf(address);
  const ours = address.origin === home.at("/").origin;
  const asked = { headers: ours ? home.headers : {}, cache: /** @type {const} */ ("no-cache") };
  const answer = await fetch(address, asked).catch((error) => {
    throw new Error(`${name} cannot be fetched; ${unreachable(address, ours)}`, { cause: error });
  });
  if (!answer.ok) throw new Error(refused(name, answer.status, ours ? home.at("models/") : null, address));
  checkSize(Number(answer.headers.get("content-length")), name);
  const buffer = await answer.arrayBuffer().catch((error) => {
    throw new Error(`${name} cannot be fetched; its answer broke off, choose it again`, { cause: error });
  });
  return { name, buffer };
}

/**
 * A model of a server as a file, so that nobody else needs its key.
 *
 * @param {string | URL} address
 * @param {Home} home
 * @throws {Error} It cannot be had.
 */
export async function fetchModel(address, home) {
  const { name, buffer } = await readSource(address, home);
  return new File([buffer], name);
}

/** @param {string | URL} model */
function addressOf(model) {
  try {
    return new URL(model, document.baseURI);
  } catch (error) {
    throw new Error(`${model} is no address of a model; mend it`, { cause: error });
  }
}

/** @param {URL} address */
function nameOf({ pathname, host }) {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last) || host;
  } catch {
    // A percent sign that stands for itself.
    return last;
  }
}

/**
 * @param {URL} address
 * @param {boolean} ours
 */
function unreachable({ origin }, ours) {
  const away = origin === location.origin ? "" : ` or does not let pages of ${location.origin} have it`;
  return `${ours ? "the server" : origin} cannot be reached${away}`;
}

/**
 * @param {string} name
 * @param {number} status
 * @param {URL | null} folder The server's, where it is the server that answers.
 * @param {URL} address
 */
function refused(name, status, folder, { origin, pathname }) {
  if (status === 413) return `${name} has more than 50 MB; make its textures smaller or leave parts out`;
  if (status === 401 && folder) return `${name} is only for those who have the server's key`;
  if (status !== 404) return `${name} cannot be fetched; ${folder ? "the server" : origin} answers ${status}`;
  if (folder && pathname.startsWith(folder.pathname)) return `${name} is not in the server's folder of models`;
  return `${name} is not at ${origin}${pathname}; mend the address`;
}
