/** The direct mode of an avatar: what it talks by, and what moves its mouth. */

import { LipTap } from "../lips/lips.js";
import { detail } from "../session/detail.js";
import { Line } from "./line.js";
import { DirectLink } from "./link.js";
import { Lips } from "./lips.js";
import { ServerFace } from "./server-face.js";
import { TappedFace } from "./tapped-face.js";

/** @typedef {import("../media/player.js").Player} Player */

/**
 * @typedef {object} How
 * @property {import("../session/server.js").Server} server
 * @property {import("./link.js").Kind} kind
 * @property {import("../session/client.js").Wish} wish
 * @property {Player} player
 * @property {boolean} faced Whether the server makes the face; else it is read from the voice in the page.
 */

/** A link that is ready, with the voice that comes by it. */
export class Direct {
  /** What is told and heard. */
  link;
  /** What plays the voice. @type {Player | Line} */
  voice;
  #face;

  /**
   * @param {DirectLink} link
   * @param {Player | Line} voice
   * @param {ServerFace | null} face
   */
  constructor(link, voice, face) {
    this.link = link;
    this.voice = voice;
    this.#face = face;
  }

  /**
   * @param {How} how
   * @returns {Promise<Direct>}
   * @throws {import("./token.js").NoWay} It cannot be had; nothing is left open.
   */
  static async connect({ server, kind, wish, player, faced }) {
    const link = new DirectLink(server, kind, player.context);
    /** @type {ServerFace | null} */
    let face = null;
    try {
      const stream = await link.connect(wish);
      // A face that cannot be had never silences the voice.
      if (faced) face = await ServerFace.open(server, wish).catch(() => null);
      const voice = stream ? await tapped(link, player, stream, face) : await read(link, player, face);
      return new Direct(link, voice, face);
    } catch (error) {
      link.close();
      face?.close();
      throw error;
    }
  }

  /** Give everything back. */
  close() {
    this.link.close();
    this.#face?.close();
    if (this.voice instanceof Line) this.voice.close();
  }
}

/**
 * A voice that comes as a stream is listened to on the audio thread.
 *
 * @param {DirectLink} link
 * @param {Player} player
 * @param {MediaStream} stream
 * @param {ServerFace | null} face
 */
async function tapped(link, player, stream, face) {
  const { context } = player;
  const tap = await (face ? TappedFace.create(context, face) : LipTap.create(context)).catch(() => null);
  const line = new Line(player, stream, tap);
  line.addEventListener("pose", (event) => {
    const { turn, sample, weights } = detail(event);
    link.see({ kind: "face", generation: 0, turn, sample, weights });
  });
  return line;
}

/**
 * One that comes in pieces is read before it is played.
 *
 * @param {DirectLink} link
 * @param {Player} player
 * @param {ServerFace | null} face
 */
async function read(link, player, face) {
  const lips = face ? null : await Lips.load().catch(() => null);
  face?.addEventListener("face", (event) => link.see(detail(event)));
  link.addEventListener("media", (event) => {
    const frame = detail(event);
    if (frame.kind !== "audio") return;
    face?.take(frame);
    for (const pose of lips?.take(frame) ?? []) link.see(pose);
  });
  link.addEventListener("told", (event) => {
    const message = detail(event);
    if (message.type === "playhead") face?.tell(message);
    if (message.type === "flushed") face?.tell({ type: "interrupt" });
  });
  return player;
}
