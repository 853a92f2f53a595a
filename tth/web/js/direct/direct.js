/** The direct mode of an avatar: what it talks by, and what moves its mouth. */

import { LipTap } from "../lips/lips.js";
import { detail } from "../session/detail.js";
import { Line } from "./line.js";
import { Lips } from "./lips.js";
import { DirectLink } from "./link.js";

/** @typedef {import("../media/player.js").Player} Player */

/** A link that is ready, with the voice that comes by it. */
export class Direct {
  /** What is told and heard. */
  link;
  /** What plays the voice. @type {Player | Line} */
  voice;

  /**
   * @param {DirectLink} link
   * @param {Player | Line} voice
   */
  constructor(link, voice) {
    this.link = link;
    this.voice = voice;
  }

  /**
   * @param {object} how
   * @param {import("../session/server.js").Server} how.server
   * @param {import("./link.js").Kind} how.kind
   * @param {import("../session/client.js").Wish} how.wish
   * @param {Player} how.player
   * @returns {Promise<Direct>}
   * @throws {import("./token.js").NoWay} It cannot be had; nothing is left open.
   */
  static async connect({ server, kind, wish, player }) {
    const link = new DirectLink(server, kind, player.context);
    try {
      const stream = await link.connect(wish);
      return new Direct(link, await (stream ? tapped(link, player, stream) : read(link, player)));
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Give everything back. */
  close() {
    this.link.close();
    if (this.voice instanceof Line) this.voice.close();
  }
}

/**
 * A voice that comes as a stream is listened to on the audio thread.
 *
 * @param {DirectLink} link
 * @param {Player} player
 * @param {MediaStream} stream
 */
async function tapped(link, player, stream) {
  // A face that cannot be had never silences the voice.
  const tap = await LipTap.create(player.context).catch(() => null);
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
 */
async function read(link, player) {
  const lips = await Lips.load().catch(() => null);
  link.addEventListener("media", (event) => {
    const frame = detail(event);
    if (frame.kind === "audio") for (const face of lips?.take(frame) ?? []) link.see(face);
  });
  return player;
}
