/** A server: where it is, its key, and how it is asked. */

/** A refusal of the server, with its own words. */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} status
   */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    // A server that is busy or starting may take the session a moment later; a request it finds wrong stays wrong.
    this.passing = status === 429 || status >= 500;
  }
}

/**
 * Whether it is what JSON calls an object.
 *
 * @param {unknown} value
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export class Server {
  #base;
  #key;

  /**
   * @param {string | URL} base Its address.
   * @param {() => string | null} [key] Its key, where it wants one; asked anew for each request.
   */
  constructor(base, key = () => null) {
    this.#base = new URL(base);
    this.#key = key;
  }

  /** The key, where there is one. */
  get key() {
    return this.#key();
  }

  /**
   * Headers that carry the key.
   *
   * @returns {Record<string, string>}
   */
  get headers() {
    const key = this.#key();
    return key ? { authorization: `Bearer ${key}` } : {};
  }

  /**
   * The address of something on it.
   *
   * @param {string} path
   */
  at(path) {
    return new URL(path, this.#base);
  }

  /**
   * Ask for JSON; with a body by POST.
   *
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<unknown>}
   * @throws {Refusal} The server said no.
   * @throws {TypeError} It could not be reached, or does not let this page read its answer.
   */
  async request(path, body) {
    const headers = { "content-type": "application/json", ...this.headers };
    const asked = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
    const response = await fetch(this.at(path), asked);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    const { code = "refused", message = `the server answered ${response.status}` } = answer?.error ?? {};
    throw new Refusal(code, message, response.ok ? 502 : response.status);
  }

  /**
   * Open a socket.
   *
   * @param {string} path
   */
  socket(path) {
    const address = this.at(path);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    return socket;
  }
}
