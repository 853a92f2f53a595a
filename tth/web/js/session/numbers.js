/** What the server tells of the session's path, for those who look for a fault. */

/** @typedef {import("./client.js").WireEvent} WireEvent */

/** The newest of it; a client that did not ask for `meters` knows the adapters in use and what gave way. */
export class Numbers {
  /** @type {Record<string, string>} The adapter in use for each kind. */
  components = {};
  /** @type {Record<string, number>} By name, as `docs/server.md` lists them. */
  values = {};
  /** Why an adapter gave way to another last. */
  reason = "";
  /** A warning that nothing reaches the avatar, for the turn that it came in. */
  alarm = "";
  /** @type {Set<string>} Kinds whose first adapter has given way and is not back. */
  degraded = new Set();

  /** @param {WireEvent} event */
  take(event) {
    if (event.type === "session_ready") this.#begin(event);
    else if (event.type === "meters") {
      this.components = event.components;
      this.values = event.numbers;
      this.reason = event.reason || this.reason;
    } else if (event.type === "degraded") {
      this.components = { ...this.components, [event.component]: event.now || "none" };
      this.reason = `${event.was}: ${event.reason}`;
      this.degraded.add(event.component);
    } else if (event.type === "recovered") {
      this.components = { ...this.components, [event.component]: event.now };
      this.degraded.delete(event.component);
    } else if (event.type === "turn_started") this.alarm = "";
    else if (event.type === "warning" && event.code === "upload_stuck") this.alarm = event.message;
  }

  /** @param {WireEvent} event */
  #begin(event) {
    this.components = event.components;
    this.values = {};
    this.reason = this.alarm = "";
    this.degraded.clear();
  }
}
