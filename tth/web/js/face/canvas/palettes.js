/** Who there is to be seen: colours, proportions and the kind of hair. */

/**
 * @typedef {object} Palette
 * @property {"waves" | "curls" | "fronds" | "crop"} hairKind
 * @property {string} skin
 * @property {string} lit Skin in the light.
 * @property {string} shade Skin in the shadow.
 * @property {string} deep Creases of the skin.
 * @property {string} blush
 * @property {string} lip
 * @property {string} lipLit
 * @property {string} hair
 * @property {string} hairLit
 * @property {string} hairDark
 * @property {string} brow
 * @property {string} iris
 * @property {string} irisLit
 * @property {string} irisDark
 * @property {string} white Of the eye.
 * @property {string} cloth
 * @property {string} clothLit
 * @property {string} clothDark
 * @property {string} rim Light from behind.
 * @property {[string, string, string]} day Backdrop from its light to its edge, on a light page.
 * @property {[string, string, string]} night The same on a dark page.
 * @property {number} jaw Breadth of the lower face; 1 is Mira's.
 * @property {number} eye Size of the eyes.
 * @property {number} lipFull
 * @property {number} browThick
 * @property {number} lash
 * @property {boolean} freckles
 * @property {boolean} glasses
 * @property {boolean} [beard]
 * @property {boolean} [earrings]
 * @property {number} glow How much the irises shine by themselves.
 */

/** @type {Record<string, Palette>} */
const PALETTES = {
  mira: {
    hairKind: "waves",
    skin: "#f1bd9d", lit: "#ffe4cd", shade: "#c67d60", deep: "#93483b", blush: "#ec7763",
    lip: "#c75a58", lipLit: "#f5a596",
    hair: "#a04a2c", hairLit: "#f0a25e", hairDark: "#4a1a18", brow: "#5a2a24",
    iris: "#4d9079", irisLit: "#c3ebb5", irisDark: "#14352f", white: "#fbf4ee",
    cloth: "#2c7c80", clothLit: "#74c6ba", clothDark: "#123a48", rim: "#ffc08a",
    day: ["#ffeedd", "#f6c3a6", "#c98d97"], night: ["#8a5360", "#452e4d", "#17121f"],
    jaw: 1, eye: 1, lipFull: 1, browThick: 1, lash: 1, freckles: true, glasses: false, glow: 0,
  },
  noor: {
    hairKind: "curls", earrings: true,
    skin: "#87492f", lit: "#c07f58", shade: "#562a20", deep: "#32130f", blush: "#b9553d",
    lip: "#94463f", lipLit: "#dd9380",
    hair: "#33211d", hairLit: "#8f6148", hairDark: "#110a0c", brow: "#1d1110",
    iris: "#75441f", irisLit: "#e2a557", irisDark: "#241008", white: "#f8f1e8",
    cloth: "#dfa33c", clothLit: "#fadd96", clothDark: "#86501f", rim: "#ffe6b8",
    day: ["#eef6ec", "#b4d4c4", "#6b999c"], night: ["#37696a", "#1e3946", "#0c151d"],
    jaw: 1.06, eye: 0.95, lipFull: 1.2, browThick: 1.25, lash: 0.85, freckles: false, glasses: false, glow: 0,
  },
  ori: {
    hairKind: "fronds",
    skin: "#c6cbf3", lit: "#f5f6ff", shade: "#868acd", deep: "#4b4796", blush: "#c88fe4",
    lip: "#9478cc", lipLit: "#dfcdff",
    hair: "#3c4fc0", hairLit: "#86e9f0", hairDark: "#1a1c5b", brow: "#3a3f9a",
    iris: "#35c3d8", irisLit: "#d8fcff", irisDark: "#10407c", white: "#f2f4ff",
    cloth: "#30318c", clothLit: "#7d8bff", clothDark: "#12113b", rim: "#7ff2ff",
    day: ["#eceeff", "#b4baf6", "#7069c0"], night: ["#5152bd", "#282768", "#0b0a22"],
    jaw: 0.9, eye: 1.18, lipFull: 0.8, browThick: 0.7, lash: 0.9, freckles: true, glasses: false, glow: 0.6,
  },
  teo: {
    hairKind: "crop", beard: true,
    skin: "#dca783", lit: "#f9d9ba", shade: "#a86c4e", deep: "#6e3a2c", blush: "#d2674f",
    lip: "#b0605a", lipLit: "#e3a493",
    hair: "#6a584c", hairLit: "#b9a898", hairDark: "#2e2522", brow: "#3f322b",
    iris: "#4a6a96", irisLit: "#b8d8f0", irisDark: "#16243a", white: "#f8f3ec",
    cloth: "#3c5a86", clothLit: "#86a6d0", clothDark: "#1b2a44", rim: "#ffd9a0",
    day: ["#f4f0e2", "#d8cfa8", "#9aa183"], night: ["#5d6150", "#363b38", "#14171a"],
    jaw: 1.1, eye: 0.92, lipFull: 0.85, browThick: 1.5, lash: 0.3, freckles: false, glasses: true, glow: 0,
  },
};

const HEX = /^#[0-9a-f]{6}$/i;

/**
 * The palette of a look, with the look's own colours in place of its.
 *
 * @param {import("../renderer.js").Look} look
 * @returns {Palette}
 */
export function paletteOf(look) {
  const palette = { ...(PALETTES[look.palette] ?? PALETTES.mira) };
  const colours = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (palette));
  for (const [name, colour] of Object.entries(look.colours ?? {})) {
    const known = typeof colours[name] === "string" && name !== "hairKind";
    if (known && HEX.test(colour)) colours[name] = colour.toLowerCase();
  }
  return palette;
}
