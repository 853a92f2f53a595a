/** Everything on the graphics card for one face: programs, tables, meshes, and the passes that make a picture. */

import { BACKDROP_FRAGMENT, WALL_FRAGMENT } from "./backdrop.js";
import { BALL_FRAGMENT, BALL_VERTEX, ballTriangles } from "./ball.js";
import { BROW_FRAGMENT, BROW_HEIGHT, BROW_SHAPE, BROW_VERTEX, BROW_WIDTH, browTriangles } from "./brow.js";
import { sunView } from "./camera.js";
import { Canvas } from "./canvas.js";
import { depthMap, drawMesh, dropMesh, floatMap, mesh, Program, target } from "./gl.js";
import { AROUND, gridTriangles, RINGS } from "./grid.js";
import { LASH_FRAGMENT, LASH_HEIGHT, LASH_SHAPE, LASH_VERTEX, LASH_WIDTH, lashTriangles } from "./lash.js";
import { FACING, REST, SHAPE, WHOLE } from "./shape.js";
import { NOTHING, SKIN_FRAGMENT, SKIN_SHADOW_VERTEX, SKIN_VERTEX } from "./skin.js";
import { HAIR_FRAGMENT, PLAIN_FRAGMENT, SOLID_SHADOW_VERTEX, SOLID_VERTEX } from "./solid.js";
import { WITHIN_FRAGMENT, WITHIN_VERTEX, withinTriangles } from "./within.js";

/** @typedef {import("./parts.js").Part} Part */

/**
 * What shaders are told, by name: a number, 2 or 3 numbers, a matrix of 9 or 16; anything else is an array of
 * vec4, `name[0]`.
 *
 * @typedef {Record<string, number | Float32Array>} Values
 */

const SHADOW_SIDE = 512;
const SUN_VIEW = sunView();

const SOURCES = {
  rest: [WHOLE, REST],
  shape: [WHOLE, SHAPE],
  facing: [WHOLE, FACING],
  browShape: [WHOLE, BROW_SHAPE],
  lashShape: [WHOLE, LASH_SHAPE],
  skinShadow: [SKIN_SHADOW_VERTEX, NOTHING],
  solidShadow: [SOLID_SHADOW_VERTEX, NOTHING],
  backdrop: [WHOLE, BACKDROP_FRAGMENT],
  wall: [WHOLE, WALL_FRAGMENT],
  ball: [BALL_VERTEX, BALL_FRAGMENT],
  within: [WITHIN_VERTEX, WITHIN_FRAGMENT],
  lash: [LASH_VERTEX, LASH_FRAGMENT],
  brow: [BROW_VERTEX, BROW_FRAGMENT],
  skin: [SKIN_VERTEX, SKIN_FRAGMENT],
  hair: [SOLID_VERTEX, HAIR_FRAGMENT],
  plain: [SOLID_VERTEX, PLAIN_FRAGMENT],
};

/** @typedef {keyof typeof SOURCES} ProgramName */

/** Texture units that the tables stay bound to. */
const UNITS = { rest: 0, aims: 1, places: 2, facings: 3, shadows: 4, brows: 5, browFacings: 6, lashes: 7, wall: 8 };

/** @typedef {keyof typeof UNITS} TableName */

/** Width and height of the tables that programs fill. */
const SIZES = /** @type {const} */ ({
  rest: [AROUND, RINGS],
  shape: [AROUND, RINGS],
  facing: [AROUND, RINGS],
  browShape: [BROW_WIDTH, BROW_HEIGHT],
  lashShape: [LASH_WIDTH, LASH_HEIGHT],
});

const MATTERS = { skin: 0, cloth: 1, frame: 2, tie: 3 };

export class Scene {
  #gl;
  #programs;
  #canvas;
  #tables;
  #targets;
  #shell;
  #features;
  /** @type {{matter: Part["matter"], mesh: import("./gl.js").Mesh}[]} */
  #solids = [];
  /** @type {Values} */
  #values = {};
  #wallOf = "";

  /** @param {import("./gl.js").GL} gl */
  constructor(gl) {
    this.#gl = gl;
    const programs = Object.entries(SOURCES).map(([name, [vertex, fragment]]) => [
      name,
      new Program(gl, name, vertex, fragment),
    ]);
    this.#programs = /** @type {Record<ProgramName, Program>} */ (Object.fromEntries(programs));
    this.#canvas = new Canvas(gl);
    const face = () => floatMap(gl, AROUND, RINGS),
      brow = () => floatMap(gl, BROW_WIDTH, BROW_HEIGHT);
    const tables = {
      rest: face(),
      aims: face(),
      places: face(),
      facings: face(),
      shadows: depthMap(gl, SHADOW_SIDE),
      brows: brow(),
      browFacings: brow(),
      lashes: floatMap(gl, LASH_WIDTH, LASH_HEIGHT),
    };
    this.#tables = tables;
    this.#targets = {
      rest: target(gl, [tables.rest, tables.aims]),
      shape: target(gl, [tables.places]),
      facing: target(gl, [tables.facings]),
      browShape: target(gl, [tables.brows, tables.browFacings]),
      lashShape: target(gl, [tables.lashes]),
      shadows: target(gl, [], tables.shadows),
    };
    this.#shell = mesh(gl, gridTriangles(), [{ data: new Float32Array(AROUND * RINGS), size: 1 }]);
    this.#features = {
      ball: mesh(gl, ballTriangles()),
      within: mesh(gl, withinTriangles()),
      lash: mesh(gl, lashTriangles()),
      brow: mesh(gl, browTriangles()),
    };
  }

  /** Whether every program can be used without waiting for a compiler. */
  get linked() {
    return Object.values(this.#programs).every((program) => program.linked);
  }

  /**
   * Lay the net over a head at rest.
   *
   * @param {Values} values The form, and weights of zero.
   * @returns {Float32Array} The vertices' places, four numbers each.
   */
  lay(values) {
    const gl = this.#gl;
    this.#values = values;
    this.#fill("rest", []);
    const places = new Float32Array(AROUND * RINGS * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#targets.rest);
    gl.readPixels(0, 0, AROUND, RINGS, gl.RGBA, gl.FLOAT, places);
    return places;
  }

  /**
   * Take the parts that were sculpted for the head.
   *
   * @param {Part[]} parts
   * @param {Float32Array} sheltered
   * @param {boolean} fine Whether to draw every vertex of the face.
   */
  dress(parts, sheltered, fine) {
    const gl = this.#gl;
    for (const { mesh: old } of this.#solids) dropMesh(gl, old);
    this.#solids = parts.map(({ matter, triangles, places, normals, flow, traits }) => ({
      matter,
      mesh: mesh(gl, triangles, [
        { data: places, size: 3 },
        { data: normals, size: 3 },
        { data: flow, size: 3 },
        { data: traits, size: 4 },
      ]),
    }));
    dropMesh(gl, this.#shell);
    this.#shell = mesh(gl, gridTriangles(fine ? 1 : 2), [{ data: sheltered, size: 1 }]);
  }

  /**
   * Make a picture.
   *
   * @param {Values} values
   * @param {{width: number, height: number, smooth: boolean}} picture Pixels, and whether edges are smoothed.
   */
  draw(values, { width, height, smooth }) {
    const gl = this.#gl;
    this.#values = { ...values, sun: SUN_VIEW };
    this.#fill("shape", ["rest", "aims"]);
    this.#fill("facing", ["places"]);
    this.#fill("browShape", []);
    this.#fill("lashShape", []);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.CULL_FACE);
    this.#shadows();
    gl.disable(gl.DEPTH_TEST);
    this.#paintWall(width, height);
    this.#canvas.begin(width, height, smooth);
    this.#cover("wall", ["wall"]);
    gl.enable(gl.DEPTH_TEST);
    this.#figure(smooth);
    this.#canvas.end();
  }

  /** Free everything. */
  drop() {
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  /** @param {boolean} smooth */
  #figure(smooth) {
    const gl = this.#gl;
    for (const { matter, mesh: solid } of this.#solids) {
      if (matter !== "hair") this.#values.matter = MATTERS[matter];
      this.#use(matter === "hair" ? "hair" : "plain", ["shadows"]);
      drawMesh(gl, solid);
    }
    // Edges that a shader cuts are as soft as those of triangles.
    if (smooth) gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
    this.#use("skin", ["places", "facings", "rest", "shadows"]);
    drawMesh(gl, this.#shell);
    gl.disable(gl.CULL_FACE);
    this.#use("brow", ["brows", "browFacings", "shadows"]);
    drawMesh(gl, this.#features.brow);
    gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);
    for (const name of /** @type {const} */ (["ball", "within", "lash"])) {
      this.#use(name, ["shadows", "lashes"]);
      drawMesh(gl, this.#features[name]);
    }
  }

  #shadows() {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#targets.shadows);
    gl.viewport(0, 0, SHADOW_SIDE, SHADOW_SIDE);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    this.#use("skinShadow", ["places"]);
    drawMesh(gl, this.#shell);
    this.#use("solidShadow", []);
    // Nothing is in the shade of the neck, the clothes or the frames.
    for (const { matter, mesh: solid } of this.#solids) if (matter === "hair") drawMesh(gl, solid);
  }

  /**
   * Paint the backdrop where it is not as it was.
   *
   * @param {number} width
   * @param {number} height
   */
  #paintWall(width, height) {
    const names = ["wallLight", "wallMiddle", "wallEdge", "lampTint", "lamps", "head"];
    const now = `${width}x${height} ${names.map((name) => this.#values[name]).join(" ")}`;
    if (now === this.#wallOf) return;
    this.#wallOf = now;
    this.#canvas.paintWall(width, height, () => this.#cover("backdrop", []));
  }

  /**
   * Run a program over a whole table.
   *
   * @param {keyof typeof SIZES} name
   * @param {TableName[]} reads
   */
  #fill(name, reads) {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#targets[name]);
    const [width, height] = SIZES[name];
    gl.viewport(0, 0, width, height);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.CULL_FACE);
    this.#cover(name, reads);
  }

  /**
   * Run a program over the whole target.
   *
   * @param {ProgramName} name
   * @param {TableName[]} reads
   */
  #cover(name, reads) {
    this.#use(name, reads);
    this.#gl.bindVertexArray(null);
    this.#gl.drawArrays(this.#gl.TRIANGLES, 0, 3);
  }

  /**
   * Draw with a program, with all values that it asks for.
   *
   * @param {ProgramName} name
   * @param {TableName[]} reads The tables it reads; no other stays bound, for what is written must not be.
   */
  #use(name, reads) {
    const gl = this.#gl,
      program = this.#programs[name];
    program.use();
    for (const [table, unit] of /** @type {[TableName, number][]} */ (Object.entries(UNITS))) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      const texture = table === "wall" ? this.#canvas.wall : this.#tables[table];
      gl.bindTexture(gl.TEXTURE_2D, reads.includes(table) ? texture : null);
    }
    for (const [each, place] of program.uniforms) {
      const value = this.#values[each];
      if (each in UNITS) gl.uniform1i(place, UNITS[/** @type {TableName} */ (each)]);
      else if (value !== undefined) give(gl, place, value);
    }
  }
}

/**
 * @param {import("./gl.js").GL} gl
 * @param {WebGLUniformLocation} place
 * @param {number | Float32Array} value
 */
function give(gl, place, value) {
  if (typeof value === "number") gl.uniform1f(place, value);
  else if (value.length === 2) gl.uniform2fv(place, value);
  else if (value.length === 3) gl.uniform3fv(place, value);
  else if (value.length === 9) gl.uniformMatrix3fv(place, false, value);
  else if (value.length === 16) gl.uniformMatrix4fv(place, false, value);
  else gl.uniform4fv(place, value);
}
