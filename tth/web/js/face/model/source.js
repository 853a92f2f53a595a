/** The bytes of a model: a file of the person's own, or one of the server's. */

import { checkSize } from "./file.js";

/** @typedef {{name: string, buffer: ArrayBuffer}} Source */

/**
 * @param {string | File} model A file, or an address on the page's own server.
 * @param {HeadersInit} [headers]
 * @returns {Promise<Source>}
 * @throws {Error} It cannot be had.
 */
export async function readSource(model, headers) {
  if (model instanceof File) {
    checkSize(model.size, model.name);
    return { name: model.name, buffer: await model.arrayBuffer() };
  }
  const address = new URL(model, location.href);
  const name = decodeURIComponent(address.pathname.slice(address.pathname.lastIndexOf("/") + 1));
  const answer = await fetch(address, { headers, cache: "no-cache" }).catch((error) => {
    throw new Error(`${name} cannot be fetched; models come from this page's own server`, { cause: error });
  });
  if (answer.status === 404) throw new Error(`${name} is not in the server's folder of models`);
  if (!answer.ok) throw new Error(`${name} cannot be fetched; the server answers ${answer.status}`);
  checkSize(Number(answer.headers.get("content-length")), name);
  return { name, buffer: await answer.arrayBuffer() };
}
