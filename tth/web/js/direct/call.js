/** A call to a provider by WebRTC: the person's voice goes, the avatar's comes, events go beside them. */

import { within } from "./deadline.js";
import { NoWay, notTaken } from "./token.js";

/** Addresses that have not been found by then are done without. */
const GATHER_MS = 2000;
const OPEN_MS = 15_000;
const TOLD_MS = 1000;

/** A connection that is interrupted for so long is taken to be lost; its own verdict comes much later. */
const AWAY_MS = 4000;

/**
 * One call. Dispatches CustomEvents: `event` (a provider's event, parsed) and `lost` (a sentence: it is over, and was
 * not hung up here).
 */
export class Call extends EventTarget {
  /** How the avatar's sound comes. @type {"track"} */
  sound = "track";
  #token;
  #peer = new RTCPeerConnection();
  #channel;
  #sender;
  #silence;
  /** @type {URL | null} What is deleted when it is hung up. */
  #address = null;
  #over = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #away;
  /** @type {Promise<MediaStream>} */
  #heard;
  /** @type {(error: Error) => void} */
  #refuse = () => {};

  /**
   * @param {import("./token.js").Token} token
   * @param {MediaStreamTrack} silence What goes while no microphone is on.
   */
  constructor(token, silence) {
    super();
    this.#token = token;
    this.#silence = silence;
    this.#sender = this.#peer.addTrack(silence, new MediaStream([silence]));
    this.#channel = this.#peer.createDataChannel("oai-events");
    this.#heard = new Promise((found) => {
      this.#peer.addEventListener("track", ({ track }) => found(new MediaStream([track])));
    });
    this.#channel.addEventListener("message", ({ data }) => this.#receive(data));
    this.#channel.addEventListener("close", () => this.#lose("The provider has ended the call."));
    this.#peer.addEventListener("connectionstatechange", () => this.#watch());
  }

  #watch() {
    clearTimeout(this.#away);
    const lose = () => this.#lose("The connection to the provider broke.");
    if (this.#peer.connectionState === "failed") lose();
    if (this.#peer.connectionState === "disconnected") this.#away = setTimeout(lose, AWAY_MS);
  }

  /**
   * Call, and wait until both sides can talk.
   *
   * @param {(address: string) => URL} at Where an address of the token is.
   * @returns {Promise<MediaStream>} The avatar's voice.
   * @throws {NoWay} It was not taken, or cannot connect.
   */
  async open(at) {
    const failed = new Promise((_, refuse) => (this.#refuse = refuse));
    const opened = this.#offer(at(this.#token.url.calls)).then(() => this.#heard);
    return within(
      Promise.race([opened, /** @type {Promise<never>} */ (failed)]), OPEN_MS,
      "No connection to the provider came about; a firewall may stand between.",
    );
  }

  /**
   * What the person says, from now on.
   *
   * @param {MediaStreamTrack | null} track Nothing: silence.
   */
  async speak(track) {
    // A connection that ends meanwhile takes no track any more.
    if (!this.#over) await this.#sender.replaceTrack(track ?? this.#silence).catch(() => {});
  }

  /**
   * @param {object} event
   * @returns {boolean} Whether it was sent.
   */
  send(event) {
    if (this.#channel.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(event));
    return true;
  }

  /** Hang up and give everything back; from now on nothing is heard. */
  close() {
    if (this.#over) return;
    this.#over = true;
    this.#refuse(new NoWay("The call was broken off."));
    this.#silence.stop();
    clearTimeout(this.#away);
    for (const { receiver } of this.#peer.getTransceivers()) receiver.track.stop();
    void this.#hangUp().finally(() => this.#peer.close());
  }

  /** @param {URL} calls */
  async #offer(calls) {
    await this.#peer.setLocalDescription();
    await this.#gathered();
    const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${this.#token.value}` };
    const body = this.#peer.localDescription?.sdp;
    const answer = await fetch(calls, { method: "POST", headers, body }).catch((cause) => {
      throw new NoWay("The provider cannot be reached.", { cause });
    });
    const sdp = await answer.text();
    if (!answer.ok) throw notTaken(answer.status, sdp);
    const location = answer.headers.get("Location");
    this.#address = location ? new URL(location, calls) : null;
    if (this.#over) return this.#hangUp();
    await this.#peer.setRemoteDescription({ type: "answer", sdp }).catch((cause) => {
      throw new NoWay("The provider's answer to the call makes no sense.", { cause });
    });
    await new Promise((open) => {
      if (this.#channel.readyState === "open") open(null);
      this.#channel.addEventListener("open", open);
    });
  }

  /** None can be added later: the offer waits for all addresses. */
  async #gathered() {
    const peer = this.#peer;
    if (peer.iceGatheringState === "complete") return;
    await new Promise((done) => {
      setTimeout(done, GATHER_MS);
      peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done(null));
    });
  }

  /** Tell the provider, before the connection ends by itself; one that does not know the request sees it end. */
  async #hangUp() {
    const address = this.#address;
    this.#address = null;
    if (!address) return;
    const headers = { Authorization: `Bearer ${this.#token.value}` };
    // The page may be on its way out.
    const told = fetch(address, { method: "DELETE", headers, keepalive: true });
    await Promise.race([told.catch(() => {}), new Promise((late) => setTimeout(late, TOLD_MS))]);
  }

  /** @param {string} data */
  #receive(data) {
    if (this.#over) return;
    this.dispatchEvent(new CustomEvent("event", { detail: JSON.parse(data) }));
  }

  /** @param {string} why */
  #lose(why) {
    if (this.#over) return;
    this.#refuse(new NoWay(why));
    this.dispatchEvent(new CustomEvent("lost", { detail: why }));
  }
}
