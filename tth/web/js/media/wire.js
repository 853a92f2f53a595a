/** Binary frames of the native protocol: those of the server decoded, the person's sound encoded. */

/** Units a second on the media clock: every position on the wire counts in these. */
export const MEDIA_RATE_HZ = 24_000;

/** Number of ARKit weights in a face frame. */
export const WEIGHTS = 52;

const HEADER_BYTES = 20;
const LAST_AUDIO = 1;
const VOICE = 1;
const MICROPHONE = 4;
const KINDS = /** @type {const} */ ({ 1: "audio", 2: "face", 3: "video" });

/**
 * @typedef {object} Place Where a frame belongs.
 * @property {number} generation The session's generation it was made in.
 * @property {number} turn Number of its turn; 0 for an idle pose.
 * @property {number} sample Media unit of its first sample, or of the pose.
 */

/** @typedef {Place & {kind: "audio", rateHz: number, last: boolean, pcm: Int16Array}} AudioFrame */
/** @typedef {Place & {kind: "face", weights: Float32Array}} FaceFrame */
/** @typedef {Place & {kind: "video", data: Uint8Array}} VideoFrame */
/** @typedef {AudioFrame | FaceFrame | VideoFrame} MediaFrame */

/**
 * Decode one binary frame. The result looks into `buffer`, it copies nothing.
 *
 * Layout, little-endian: kind u8, flags u8 (bit 0: last audio of the turn), param u16 (audio: Hz, face: number of
 * weights), generation u32, turn u32, sample u64; then PCM16 mono, float32 weights or a picture.
 *
 * @param {ArrayBuffer} buffer
 * @returns {MediaFrame}
 * @throws {RangeError} The bytes are no frame of this protocol.
 */
export function decodeFrame(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new RangeError(`a frame of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  const kind = KINDS[/** @type {1 | 2 | 3} */ (view.getUint8(0))];
  const param = view.getUint16(2, true);
  const place = {
    generation: view.getUint32(4, true),
    turn: view.getUint32(8, true),
    sample: Number(view.getBigUint64(12, true)),
  };
  const bytes = buffer.byteLength - HEADER_BYTES;
  switch (kind) {
    case "audio":
      return { kind, ...place, rateHz: audioRate(param), last: lastAudio(view), pcm: pcmOf(buffer, bytes) };
    case "face":
      return { kind, ...place, weights: weightsOf(buffer, param, bytes) };
    case "video":
      return { kind, ...place, data: new Uint8Array(buffer, HEADER_BYTES) };
    default:
      throw new RangeError(`frames of kind ${view.getUint8(0)} are unknown`);
  }
}

/** @param {DataView} view */
function lastAudio(view) {
  return (view.getUint8(1) & LAST_AUDIO) !== 0;
}

/** @param {number} hz */
function audioRate(hz) {
  if (hz < 8000 || hz > 48_000) throw new RangeError(`audio at ${hz} Hz; from 8000 to 48000 can be played`);
  return hz;
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} bytes
 */
function pcmOf(buffer, bytes) {
  if (bytes % 2) throw new RangeError(`${bytes} bytes of PCM16 end within a sample`);
  return new Int16Array(buffer, HEADER_BYTES, bytes / 2);
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} count
 * @param {number} bytes
 */
function weightsOf(buffer, count, bytes) {
  // A later server may send further shapes after the 52.
  if (count < WEIGHTS || bytes !== count * 4) throw new RangeError(`${bytes} bytes are no ${count} weights`);
  return new Float32Array(buffer, HEADER_BYTES, WEIGHTS);
}

/**
 * Encode a piece of what the person says.
 *
 * @param {object} sound
 * @param {number} sound.rateHz
 * @param {number} sound.sample Number of its first sample since the microphone was switched on, at that rate.
 * @param {Int16Array} sound.pcm
 * @returns {ArrayBuffer}
 */
export function encodeSound({ rateHz, sample, pcm }) {
  return encode(MICROPHONE, { rateHz, sample, pcm });
}

/**
 * Encode a piece of the avatar's own voice, for a face that the server makes to it.
 *
 * @param {Pick<AudioFrame, "turn" | "sample" | "rateHz" | "last" | "pcm">} frame
 * @returns {ArrayBuffer}
 */
export function encodeVoice(frame) {
  return encode(VOICE, frame);
}

/**
 * @param {number} kind
 * @param {{turn?: number, sample: number, rateHz: number, last?: boolean, pcm: Int16Array}} frame
 */
function encode(kind, { turn = 0, sample, rateHz, last = false, pcm }) {
  const buffer = new ArrayBuffer(HEADER_BYTES + pcm.byteLength);
  const view = new DataView(buffer);
  view.setUint8(0, kind);
  view.setUint8(1, last ? LAST_AUDIO : 0);
  view.setUint16(2, rateHz, true);
  view.setUint32(8, turn, true);
  view.setBigUint64(12, BigInt(sample), true);
  new Int16Array(buffer, HEADER_BYTES).set(pcm);
  return buffer;
}
