/** NumPy's archive of arrays, as Python writes the lip-sync model: an uncompressed zip of .npy files. */

const END_BYTES = 22;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;

/** @typedef {Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>} Numbers */
/** @typedef {{shape: number[], data: Numbers}} NpyArray Row by row. */

/**
 * Read every array. Half precision becomes single.
 *
 * @param {ArrayBuffer} file
 * @returns {Map<string, NpyArray>} By name, without `.npy`.
 * @throws {RangeError} It is no such archive, or is cut off.
 */
export function readNpz(file) {
  const view = new DataView(file);
  const names = new TextDecoder();
  /** @type {Map<string, NpyArray>} */
  const arrays = new Map();
  let [count, at] = directory(view);
  for (; count > 0; count--) {
    if (view.getUint32(at, true) !== ENTRY) throw new RangeError("the archive's directory is broken");
    if (view.getUint16(at + 10, true) !== STORED) throw new RangeError("the archive is compressed");
    const bytes = view.getUint32(at + 20, true);
    const nameBytes = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = names.decode(new Uint8Array(file, at + ENTRY_BYTES, nameBytes)).replace(/\.npy$/, "");
    // An entry's own header may be longer than the directory's: room is kept there for large sizes.
    const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    arrays.set(name, readNpy(new DataView(file, start, bytes)));
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return arrays;
}

/**
 * How many entries there are, and where the directory begins; the archive has no comment at its end.
 *
 * @param {DataView} view
 * @returns {[number, number]}
 */
function directory(view) {
  const end = view.byteLength - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END) throw new RangeError("this is no whole zip archive");
  return [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
}

/** @param {DataView} view */
function readNpy(view) {
  if (view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) throw new RangeError("this is no .npy file");
  // From version 2 on, the length takes four bytes.
  const [headerBytes, start] = view.getUint8(6) === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, headerBytes));
  const found = /'descr': '(<[fi][24])', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header);
  if (!found) throw new RangeError(`arrays of this kind cannot be read: ${header.trim()}`);
  const shape = found[2].split(",").filter((part) => part.trim()).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: numbers(view, start + headerBytes, found[1], count) };
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {string} type
 * @param {number} count
 * @returns {Numbers}
 */
function numbers(view, at, type, count) {
  switch (type) {
    case "<f2":
      return Float32Array.from({ length: count }, (_, i) => half(view.getUint16(at + 2 * i, true)));
    case "<f4":
      return Float32Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i, true));
    case "<i4":
      return Int32Array.from({ length: count }, (_, i) => view.getInt32(at + 4 * i, true));
    default:
      throw new RangeError(`arrays of type ${type} cannot be read`);
  }
}

/**
 * The number that the 16 bits of half precision stand for.
 *
 * @param {number} bits
 */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
