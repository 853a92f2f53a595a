/** What is drawn on before it reaches the page: with several samples to a pixel where the machine is quick enough. */

const SAMPLES = 4;

export class Canvas {
  #gl;
  #size = "";
  #smooth = false;
  /** @type {{buffer: WebGLFramebuffer, colour: WebGLRenderbuffer, depth: WebGLRenderbuffer} | null} */
  #many = null;
  /** @type {{buffer: WebGLFramebuffer, texture: WebGLTexture} | null} */
  #wall = null;
  #wallSize = "";

  /** @param {import("./gl.js").GL} gl */
  constructor(gl) {
    this.#gl = gl;
  }

  /** The backdrop as it was painted. */
  get wall() {
    return this.#wall?.texture ?? null;
  }

  /**
   * Draw here from now on.
   *
   * @param {number} width
   * @param {number} height
   * @param {boolean} smooth Whether to take several samples.
   */
  begin(width, height, smooth) {
    const gl = this.#gl;
    this.#smooth = smooth;
    const size = `${width}x${height}`;
    if (smooth && (size !== this.#size || !this.#many)) {
      this.#drop();
      this.#many = this.#make(width, height);
      this.#size = size;
    } else if (!smooth) this.#drop();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#many?.buffer ?? null);
    gl.viewport(0, 0, width, height);
    // The picture is opaque; what shaders give as alpha only says how many samples they cover.
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.colorMask(true, true, true, false);
  }

  /** Bring what was drawn to the page. */
  end() {
    const gl = this.#gl;
    gl.colorMask(true, true, true, true);
    if (!this.#smooth || !this.#many) return;
    const [width, height] = this.#size.split("x").map(Number);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.#many.buffer);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  /**
   * Paint the backdrop into its texture.
   *
   * @param {number} width
   * @param {number} height
   * @param {() => void} paint
   */
  paintWall(width, height, paint) {
    const gl = this.#gl;
    const size = `${width}x${height}`;
    if (size !== this.#wallSize) {
      gl.deleteTexture(this.#wall?.texture ?? null);
      gl.deleteFramebuffer(this.#wall?.buffer ?? null);
      const texture = gl.createTexture(),
        buffer = gl.createFramebuffer();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      this.#wall = { texture, buffer };
      this.#wallSize = size;
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#wall?.buffer ?? null);
    gl.viewport(0, 0, width, height);
    paint();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #make(width, height) {
    const gl = this.#gl;
    const store = (/** @type {number} */ format, /** @type {number} */ place) => {
      const made = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, made);
      gl.renderbufferStorageMultisample(gl.RENDERBUFFER, SAMPLES, format, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, made);
      return made;
    };
    const buffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
    return {
      buffer,
      colour: store(gl.RGBA8, gl.COLOR_ATTACHMENT0),
      depth: store(gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT),
    };
  }

  #drop() {
    if (!this.#many) return;
    const gl = this.#gl;
    gl.deleteFramebuffer(this.#many.buffer);
    gl.deleteRenderbuffer(this.#many.colour);
    gl.deleteRenderbuffer(this.#many.depth);
    this.#many = null;
    this.#size = "";
  }
}
