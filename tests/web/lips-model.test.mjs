import assert from "node:assert/strict";
import { test } from "node:test";

import { readModel } from "../../tth/web/js/lips/model.js";
import { readNpz } from "../../tth/web/js/lips/npz.js";

/**
 * A .npy file.
 *
 * @param {string} descr
 * @param {number[]} shape
 * @param {Uint8Array} data
 */
function npy(descr, shape, data) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }\n`;
  const text = new TextEncoder().encode(header);
  return bytes([0x93, ..."NUMPY".split("").map((char) => char.charCodeAt(0)), 1, 0, text.length, 0], text, data);
}

/**
 * An uncompressed zip; `extra` bytes stand in each entry's own header alone.
 *
 * @param {Record<string, Uint8Array>} files
 */
function zip(files, { extra = 20, method = 0 } = {}) {
  const [entries, directory] = [[], []];
  let at = 0;
  for (const [name, data] of Object.entries(files)) {
    const title = new TextEncoder().encode(name);
    const sizes = [...u32(data.length), ...u32(data.length), ...u16(title.length)];
    const head = [...u16(45), 0, 0, ...u16(method), 0, 0, 0, 0, 0, 0, 0, 0];
    const entry = bytes(u32(0x04034b50), head, sizes, u16(extra), title, new Uint8Array(extra), data);
    directory.push(bytes(u32(0x02014b50), u16(45), head, sizes, new Uint8Array(12), u32(at), title));
    entries.push(entry);
    at += entry.length;
  }
  const count = u16(entries.length);
  const index = bytes(...directory);
  return bytes(...entries, index, u32(0x06054b50), [0, 0, 0, 0], count, count, u32(index.length), u32(at), [0, 0]).buffer;
}

/** @param {number} value */
const u16 = (value) => [value & 255, value >> 8];
/** @param {number} value */
const u32 = (value) => [...u16(value & 0xffff), ...u16(value >>> 16)];
/** @param {...ArrayLike<number>} parts */
const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const int = (value) => npy("<i4", [], bytes(u32(value)));

test("arrays of each kind are read, half precision with its smallest and largest numbers", () => {
  const halves = [0x3c00, 0xc000, 0x3555, 0x0001, 0x0400, 0x7bff, 0xfc00, 0x8000];
  const arrays = readNpz(
    zip({
      "one.npy": int(-7),
      "two.npy": npy("<f4", [2, 1], new Uint8Array(Float32Array.of(0.5, -3).buffer)),
      "half.npy": npy("<f2", [8], bytes(halves.flatMap(u16))),
    }),
  );
  assert.deepEqual(arrays.get("one"), { shape: [], data: Int32Array.of(-7) });
  assert.deepEqual(arrays.get("two"), { shape: [2, 1], data: Float32Array.of(0.5, -3) });
  const third = Math.fround(0x555 / 4096);
  const wanted = [1, -2, third, 2 ** -24, 2 ** -14, 65_504, -Infinity, -0];
  assert.deepEqual([...arrays.get("half").data], wanted);
});

test("what is no such archive is refused: cut off, compressed, other arrays, something else", () => {
  const whole = zip({ "one.npy": int(1) });
  assert.throws(() => readNpz(whole.slice(0, -1)), /no whole zip archive/);
  assert.throws(() => readNpz(new ArrayBuffer(5)), /no whole zip archive/);
  assert.throws(() => readNpz(zip({ "one.npy": int(1) }, { method: 8 })), /compressed/);
  assert.throws(() => readNpz(zip({ "one.npy": npy("<f8", [1], new Uint8Array(8)) })), /cannot be read: .*<f8/);
  assert.throws(() => readNpz(zip({ "one.npy": new Uint8Array(20) })), /no \.npy file/);
});

test("a model of another format is refused", () => {
  assert.throws(() => readModel(zip({ "format.npy": int(2) })), /another format/);
});
