/** A face that the server makes for a voice that does not pass it. */

import { decodeFrame, encodeVoice } from "../media/wire.js";
import { within } from "./deadline.js";
import { NoWay } from "./token.js";

const READY_MS = 8000;

/** A network that cannot keep up loses the face rather than memory: so much may wait to be sent. */
const MOST_BYTES = 1_500_000;

/** One face. Dispatches `face` (FaceFrame) for each pose. */
export class ServerFace extends EventTarget {
  #socket;

  /** @param {WebSocket} socket */
  constructor(socket) {
    super();
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return;
      const frame = decodeFrame(data);
      if (frame.kind === "face" && frame.turn) this.dispatchEvent(new CustomEvent("face", { detail: frame }));
    });
  }

  /**
   * @param {import("../session/server.js").Server} server
   * @param {import("../session/client.js").Wish} wish
   * @throws {Error} There is none to be had.
   */
  static async open(server, { profile, persona, control }) {
    const asked = { ...(profile && { profile }), ...(persona && { persona }), ...(control && { control }) };
    const session = await server.request("/v1/sessions", { ...asked, media: "binary" });
    const socket = server.socket(/** @type {{face: string}} */ (session).face);
    const ready = new Promise((resolve, refuse) => {
      socket.addEventListener("message", resolve, { once: true });
      socket.addEventListener("close", () => refuse(new NoWay("The server makes no face.")));
    });
    try {
      await within(ready, READY_MS, "The server's face does not come.");
    } catch (error) {
      socket.close(1000);
      throw error;
    }
    return new ServerFace(socket);
  }

  /**
   * Take the next piece of the voice.
   *
   * @param {Pick<import("../media/wire.js").AudioFrame, "turn" | "sample" | "rateHz" | "last" | "pcm">} frame
   */
  take(frame) {
    const { readyState, bufferedAmount } = this.#socket;
    if (readyState === WebSocket.OPEN && bufferedAmount < MOST_BYTES) this.#socket.send(encodeVoice(frame));
  }

  /**
   * How far the voice was played, or that it was broken off.
   *
   * @param {{type: "playhead" | "interrupt", [field: string]: unknown}} message
   */
  tell(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#socket.close(1000);
  }
}
