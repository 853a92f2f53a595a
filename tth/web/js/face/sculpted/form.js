/** What makes one head another: proportions and colours, and how shaders know them. */

/**
 * @typedef {object} Form Proportions; 1 is usual where nothing else is said.
 * @property {number} jaw How much broader than usual the jaw is, −1 to 1.
 * @property {number} chin How far the chin stands out.
 * @property {number} cheek How full the cheeks are.
 * @property {number} long How long the lower face is.
 * @property {number} nose Size of the nose.
 * @property {number} noseWide Breadth of its wings.
 * @property {number} bridge How high its bridge is.
 * @property {number} snub How far its tip points up.
 * @property {number} eye Size of the eyes.
 * @property {number} eyeApart How far they stand apart.
 * @property {number} slant How much higher the outer corner is, in head units.
 * @property {number} lidFold How heavy the upper lids are.
 * @property {number} lip Fullness of the lips.
 * @property {number} mouth Width of the mouth.
 * @property {number} brow Thickness of the brows.
 * @property {number} browArch How much they are arched.
 * @property {number} lash Length of the lashes.
 * @property {number} age How deep the folds are, 0 to 1.
 */

/** @type {(keyof Form)[]} */
const ORDER = [
  "jaw", "chin", "cheek", "long", "nose", "noseWide", "bridge", "snub", "eye", "eyeApart", "slant", "lidFold", "lip",
  "mouth", "brow", "browArch", "lash", "age",
];

/** How many vec4 hold a form. */
export const FORM_VECTORS = Math.ceil(ORDER.length / 4);

/** Declares a form for a shader: `form_jaw` and so on. */
export const FORM = [
  `uniform vec4 form[${FORM_VECTORS}];`,
  ...ORDER.map((name, i) => `#define form_${name} form[${i >> 2}].${"xyzw"[i & 3]}`),
].join("\n");

/**
 * The numbers of a form as shaders take them.
 *
 * @param {Form} form
 */
export function packForm(form) {
  const packed = new Float32Array(FORM_VECTORS * 4);
  ORDER.forEach((name, i) => (packed[i] = form[name]));
  return packed;
}
