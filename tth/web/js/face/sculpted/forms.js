/** Who there is: proportions, colours, hair and clothes. */

/**
 * @typedef {object} Character
 * @property {import("./form.js").Form} form
 * @property {Record<string, string>} colours `#rrggbb`, by the names that a look may use.
 * @property {keyof typeof import("./parts.js").HAIR} hair
 * @property {"roll" | "shirt" | "suit"} cut Of the clothes: rolled collar; stand-up collar with a bow tie; round neck.
 * @property {number} shoulders Their breadth; 1 is usual.
 * @property {number} neck Its thickness; 1 is usual.
 * @property {boolean} ears
 * @property {boolean} glasses
 * @property {number} beard 0 for none, 1 for a full one.
 * @property {number} freckles 0 to 1.
 * @property {number} lidTint How much of the lashes' colour the upper lids have, 0 to 1.
 * @property {number} glow How much irises and the tips of hair shine by themselves, 0 to 1.
 * @property {number} strandiness How plainly the hair is made of strands, 0 to 1.
 * @property {[string, string, string]} day Backdrop from its light to its edge, on a light page.
 * @property {[string, string, string]} night The same on a dark page.
 */

/** @type {import("./form.js").Form} */
const usual = {
  jaw: 0,
  chin: 1,
  cheek: 1,
  long: 1,
  nose: 1,
  noseWide: 1,
  bridge: 1,
  snub: 1,
  eye: 1,
  eyeApart: 1,
  slant: 0.06,
  lidFold: 0,
  lip: 1,
  mouth: 1,
  brow: 1,
  browArch: 1,
  lash: 1,
  age: 0,
};

const plain = {
  ears: true,
  glasses: false,
  beard: 0,
  freckles: 0,
  lidTint: 0.1,
  glow: 0,
  strandiness: 1,
  neck: 1,
  shoulders: 1,
};

/** @type {Record<string, Character>} */
export const FORMS = {
  mira: {
    ...plain,
    form: { ...usual, eye: 1.08, nose: 0.92 },
    hair: "bob",
    cut: "roll",
    freckles: 0.6,
    lidTint: 0.12,
    colours: {
      skin: "#f0b59a",
      blush: "#e56a5c",
      lip: "#c9605c",
      lash: "#4a2320",
      iris: "#3f8f74",
      irisLit: "#b4ecb4",
      white: "#fbf4ee",
      gum: "#c05a5c",
      tooth: "#fbf3ea",
      rim: "#ffb48a",
      hair: "#8a3f2c",
      hairLit: "#e79a5c",
      brow: "#5f2c22",
      cloth: "#2c8a8a",
      frame: "#3a2a2a",
    },
    day: ["#ffeedd", "#f6c3a6", "#c98d97"],
    night: ["#8a5360", "#452e4d", "#17121f"],
  },
  noor: {
    ...plain,
    form: {
      ...usual,
      jaw: 0.1,
      eye: 1.02,
      nose: 1.05,
      noseWide: 1.18,
      bridge: 0.8,
      lip: 1.28,
      brow: 1.1,
      slant: 0.075,
      lash: 0.9,
    },
    hair: "curls",
    cut: "suit",
    neck: 0.95,
    colours: {
      skin: "#7a4630",
      blush: "#a03a2c",
      lip: "#86383a",
      lash: "#120a0a",
      iris: "#5a3018",
      irisLit: "#c98a4a",
      white: "#f8f1e8",
      gum: "#a84a50",
      tooth: "#fbf5ee",
      rim: "#ffe0b0",
      hair: "#2a1a18",
      hairLit: "#7a4a38",
      brow: "#170e0e",
      cloth: "#e0a43c",
      frame: "#3a2a2a",
    },
    day: ["#eef6ec", "#b4d4c4", "#6b999c"],
    night: ["#37696a", "#1e3946", "#0c151d"],
  },
  teo: {
    ...plain,
    form: {
      ...usual,
      jaw: 0.7,
      chin: 1.3,
      eye: 0.96,
      nose: 1.16,
      snub: 0.2,
      bridge: 1.3,
      brow: 1.45,
      browArch: 0.6,
      lash: 0.25,
      lip: 0.85,
      mouth: 1.08,
      long: 1.04,
      age: 0.55,
      slant: 0.03,
      lidFold: 0.6,
    },
    hair: "crop",
    cut: "shirt",
    neck: 1.22,
    shoulders: 1.12,
    glasses: true,
    beard: 1,
    lidTint: 0,
    colours: {
      skin: "#d9a078",
      blush: "#d0604c",
      lip: "#b5625a",
      lash: "#2a1c18",
      iris: "#4a6a96",
      irisLit: "#b8d8f0",
      white: "#f8f3ec",
      gum: "#b55a5c",
      tooth: "#f6efe4",
      rim: "#ffd9a0",
      hair: "#57483f",
      hairLit: "#b9a898",
      brow: "#3f322b",
      cloth: "#3c5a86",
      frame: "#2a1c18",
      tie: "#b03a36",
    },
    day: ["#f4f0e2", "#d8cfa8", "#9aa183"],
    night: ["#5d6150", "#363b38", "#14171a"],
  },
  ori: {
    ...plain,
    form: {
      ...usual,
      jaw: -0.15,
      chin: 0.8,
      eye: 1.34,
      eyeApart: 1.1,
      nose: 0.62,
      noseWide: 0.8,
      bridge: 0.7,
      snub: 1.6,
      lip: 1.0,
      mouth: 0.88,
      brow: 0.6,
      lash: 0.6,
      slant: 0.085,
      cheek: 1.35,
    },
    hair: "fronds",
    cut: "roll",
    ears: false,
    freckles: 0.5,
    glow: 0.8,
    strandiness: 0.25,
    lidTint: 0.3,
    neck: 0.86,
    shoulders: 0.9,
    colours: {
      skin: "#b4c2f6",
      blush: "#c07be6",
      lip: "#a06ad8",
      lash: "#2b2f7a",
      iris: "#19b4dc",
      irisLit: "#d4ffff",
      white: "#f2f6ff",
      gum: "#7a5cc0",
      tooth: "#f6f6ff",
      rim: "#7ff2ff",
      hair: "#3444b4",
      hairLit: "#6fe8f4",
      brow: "#3a3f9a",
      cloth: "#262a78",
      frame: "#222244",
    },
    day: ["#eceeff", "#b4baf6", "#7069c0"],
    night: ["#5152bd", "#282768", "#0b0a22"],
  },
};

const HEX = /^#[0-9a-f]{6}$/i;

/**
 * The character of a look, with the look's own colours in place of its.
 *
 * @param {import("../renderer.js").Look} look
 * @returns {Character & {name: string}}
 */
export function characterOf({ palette, colours = {} }) {
  const name = palette in FORMS ? palette : "mira";
  const own = { ...FORMS[name].colours };
  for (const [part, colour] of Object.entries(colours)) if (part in own && HEX.test(colour)) own[part] = colour;
  return { ...FORMS[name], name, colours: own };
}
