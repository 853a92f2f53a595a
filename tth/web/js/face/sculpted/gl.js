/** Thin hands on WebGL2: programs, textures to draw into, and meshes. */

/** @typedef {WebGL2RenderingContext} GL */

/**
 * A linked program with its uniforms by name.
 *
 * Compiling goes on in the background where the browser can do so; `linked` tells when looking would not wait.
 */
export class Program {
  #gl;
  #name;
  #program;
  #shaders;
  #parallel;
  /** @type {Map<string, WebGLUniformLocation>} */
  #uniforms = new Map();
  #checked = false;

  /**
   * @param {GL} gl
   * @param {string} name What to call it where it fails.
   * @param {string} vertex
   * @param {string} fragment
   */
  constructor(gl, name, vertex, fragment) {
    this.#gl = gl;
    this.#name = name;
    this.#parallel = gl.getExtension("KHR_parallel_shader_compile");
    this.#program = gl.createProgram();
    this.#shaders = [compile(gl, gl.VERTEX_SHADER, vertex), compile(gl, gl.FRAGMENT_SHADER, fragment)];
    for (const shader of this.#shaders) gl.attachShader(this.#program, shader);
    gl.linkProgram(this.#program);
  }

  /** Whether it can be used without waiting for the compiler. */
  get linked() {
    if (!this.#parallel || this.#checked) return true;
    return Boolean(this.#gl.getProgramParameter(this.#program, this.#parallel.COMPLETION_STATUS_KHR));
  }

  /**
   * Draw with it from here on.
   *
   * @throws {Error} It does not compile here; with the compiler's words.
   */
  use() {
    const gl = this.#gl;
    if (!this.#checked) this.#check();
    gl.useProgram(this.#program);
  }

  /** What it wants to be told: names of uniforms and where they are; `name[0]` is an array. */
  get uniforms() {
    return this.#uniforms;
  }

  #check() {
    const gl = this.#gl;
    if (!gl.getProgramParameter(this.#program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const logs = this.#shaders.map((shader) => gl.getShaderInfoLog(shader));
      throw new Error(`${this.#name} does not compile: ${[...logs, gl.getProgramInfoLog(this.#program)].join(" ")}`);
    }
    for (const shader of this.#shaders) gl.deleteShader(shader);
    const count = gl.getProgramParameter(this.#program, gl.ACTIVE_UNIFORMS) ?? 0;
    for (let i = 0; i < count; i++) {
      const { name } = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(this.#program, i));
      const place = gl.getUniformLocation(this.#program, name);
      if (place) this.#uniforms.set(name, place);
    }
    this.#checked = true;
  }
}

/**
 * @param {GL} gl
 * @param {number} kind
 * @param {string} source
 */
function compile(gl, kind, source) {
  const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
  gl.shaderSource(shader, `#version 300 es\nprecision highp float;\nprecision highp int;\n${source}`);
  gl.compileShader(shader);
  return shader;
}

/**
 * A table of float quadruples that shaders write and read.
 *
 * @param {GL} gl
 * @param {number} width
 * @param {number} height
 */
export function floatMap(gl, width, height) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, width, height);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  }
  return texture;
}

/**
 * What the light sees: a depth map that is compared while it is read.
 *
 * @param {GL} gl
 * @param {number} side
 */
export function depthMap(gl, side) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, side, side);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_FUNC, gl.LEQUAL);
  return texture;
}

/**
 * A framebuffer over textures: colours in order, and perhaps a depth.
 *
 * @param {GL} gl
 * @param {WebGLTexture[]} colours
 * @param {WebGLTexture} [depth]
 */
export function target(gl, colours, depth) {
  const buffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
  const places = colours.map((texture, i) => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + i, gl.TEXTURE_2D, texture, 0);
    return gl.COLOR_ATTACHMENT0 + i;
  });
  if (depth) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
  gl.drawBuffers(places.length ? places : [gl.NONE]);
  if (!places.length) gl.readBuffer(gl.NONE);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  return buffer;
}

/**
 * Triangles on the graphics card.
 *
 * @typedef {{array: WebGLVertexArrayObject | null, count: number, buffers: (WebGLBuffer | null)[]}} Mesh
 */

/**
 * @param {GL} gl
 * @param {Uint16Array | Uint32Array} triangles Three corners each.
 * @param {{data: Float32Array, size: number}[]} [attributes] At locations 0, 1, …
 * @returns {Mesh}
 */
export function mesh(gl, triangles, attributes = []) {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  const buffers = attributes.map(({ data, size }, place) => {
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
    return buffer;
  });
  const elements = gl.createBuffer();
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, elements);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, Uint32Array.from(triangles), gl.STATIC_DRAW);
  gl.bindVertexArray(null);
  return { array, count: triangles.length, buffers: [...buffers, elements] };
}

/**
 * @param {GL} gl
 * @param {Mesh} mesh
 */
export function drawMesh(gl, { array, count }) {
  gl.bindVertexArray(array);
  gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
}

/**
 * @param {GL} gl
 * @param {Mesh} mesh
 */
export function dropMesh(gl, { array, buffers }) {
  gl.deleteVertexArray(array);
  for (const buffer of buffers) gl.deleteBuffer(buffer);
}
