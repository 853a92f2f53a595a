/** The direct mode of an avatar: what it talks by, and what moves its mouth. */

import { LipTap } from "../lips/lips.js";
import { detail } from "../session/detail.js";
import { Line } from "./line.js";
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
    const lips = kind === "webrtc" ? LipTap.create(player.context).catch(() => null) : null;
    const stream = await link.connect(wish).catch((error) => {
      void lips?.then((tap) => tap?.close());
      throw error;
    });
    if (!stream) return new Direct(link, player);
    const line = new Line(player, stream, await lips);
    line.addEventListener("pose", (event) => {
      const { turn, sample, weights } = detail(event);
      link.see({ kind: "face", generation: 0, turn, sample, weights });
    });
    return new Direct(link, line);
  }

  /** Give everything back. */
  close() {
    this.link.close();
    if (this.voice instanceof Line) this.voice.close();
  }
}
