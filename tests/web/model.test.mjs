import assert from "node:assert/strict";
import { test } from "node:test";

import { NAMES } from "../../tth/web/js/face/arkit.js";
import { lookOf, writeLook } from "../../tth/web/js/face/model/eyes.js";
import { headOf, isThere, viewOf } from "../../tth/web/js/face/model/framing.js";
import { unmixer } from "../../tth/web/js/face/model/mixture.js";
import { besideSpeech, moodsOf } from "../../tth/web/js/face/model/moods.js";
import { boneOf, kinOf, shapeOf, visemeOf } from "../../tth/web/js/face/model/names.js";
import { planExpressions, planShapes } from "../../tth/web/js/face/model/plan.js";
import { isSolid } from "../../tth/web/js/face/model/solid.js";
import { visemesOf, vowelsOf } from "../../tth/web/js/face/model/speech.js";
import { SHAPES, VISEMES } from "../../tth/web/js/lips/tables.js";

const zero = () => Object.fromEntries(NAMES.map((name) => [name, 0]));
const state = (shapes) => {
  const all = { ...zero(), ...shapes }, visemes = visemesOf(all);
  return { shapes: all, visemes, vowels: vowelsOf(visemes), moods: moodsOf(all) };
};
const shows = (plan, shapes) => Object.fromEntries([...plan].map(([name, show]) => [name, show(state(shapes))])
  .filter(([, value]) => value > 0.05));

// --- names ---

const SPELLINGS = {
  "as they are": (name) => name,
  "with a capital": (name) => name[0].toUpperCase() + name.slice(1),
  "short sides": (name) => name.replace(/Left$/, "_L").replace(/Right$/, "_R"),
  "sides set off": (name) => name.replace(/(Left|Right)$/, "_$1"),
  "short sides without a mark": (name) => name.replace(/(?<=[a-z])(L)eft$|(?<=[a-z])(R)ight$/, "$1$2"),
  "sides set off by a dot": (name) => name.replace(/Left$/, ".L").replace(/Right$/, ".r"),
  "whole sides set off by a dot, behind another": (name) => `Face.${name.replace(/(Left|Right)$/, ".$1")}`,
  "behind a dot": (name) => `blendShape1.${name}`,
  "behind a mesh's name": (name) => `Face_M_${name}`,
  "in small letters with lines": (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
};
for (const [label, spell] of Object.entries(SPELLINGS)) {
  test(`all 52 names are known ${label}`, () => {
    for (const name of NAMES) assert.equal(shapeOf(spell(name)), name);
  });
}

test("other names are none of the 52", () => {
  for (const name of ["viseme_aa", "Basis", "happy", "blink", "mouthSmile", "browInnerUp_L", "lookUp", "", "eyesClosed"]) {
    assert.equal(shapeOf(name), null, name);
  }
});

test("what is akin to the 52 names them", () => {
  assert.deepEqual(kinOf("mouthSmile"), ["mouthSmileLeft", "mouthSmileRight"]);
  assert.deepEqual(kinOf("Face.eyesClosed"), ["eyeBlinkLeft", "eyeBlinkRight"]);
  assert.deepEqual(kinOf("browInnerUp_L"), ["browInnerUp"]);
  assert.deepEqual(kinOf("Face.blink.R"), ["eyeBlinkRight"]);
  assert.deepEqual([kinOf("jaw"), kinOf("mouth"), kinOf("mouthSmileLeft")], [null, null, null]);
});

test("visemes are known by the names of two families", () => {
  for (const viseme of VISEMES) assert.equal(visemeOf(`viseme_${viseme}`), viseme);
  assert.deepEqual(["vrc.v_aa", "vrc.v_ih", "v_oh", "v_ou", "Viseme_pp"].map(visemeOf), ["aa", "I", "O", "U", "PP"]);
  assert.deepEqual(["visor", "v_no", "aa", "victory"].map(visemeOf), [null, null, null, null]);
});

test("bones are known by the names that programs give them", () => {
  const names = {
    head: ["Head", "head", "mixamorig:Head", "CC_Base_Head", "DEF-head", "J_Bip_C_Head", "Bip01 Head", "head_01"],
    neck: ["Neck", "mixamorigNeck", "neck_01", "Neck1"],
    leftEye: ["LeftEye", "eye.L", "CC_Base_L_Eye", "eye_left", "mixamorig:LeftEye"],
    rightEye: ["RightEye", "eyeR", "right_eye"],
    leftUpperArm: ["LeftArm", "mixamorig:LeftArm", "upper_arm.L", "LeftUpperArm", "upperarm_l", "J_Bip_L_UpperArm"],
    rightUpperArm: ["RightArm", "upperarm_r", "rightUpperArm"],
  };
  for (const [bone, all] of Object.entries(names)) for (const name of all) assert.equal(boneOf(name), bone, name);
  for (const name of ["HeadTop_End", "forehead", "LeftForeArm", "lowerarm_l", "Spine", "b0", "LeftEyelid", "Armature"]) {
    assert.equal(boneOf(name), null, name);
  }
});

// --- the same pose in other words ---

test("a sum of rows is told as those rows, and never with less than nothing", () => {
  const unmix = unmixer([[1, 0, 0], [1, 1, 0], [0, 1, 1]], 0);
  const close = (found, wanted) => found.forEach((share, i) => assert.ok(Math.abs(share - wanted[i]) < 1e-4));
  close(unmix([0.5, 0, 0]), [0.5, 0, 0]);
  close(unmix([0.5, 0.9, 0.4]), [0, 0.5, 0.4]);
  close(unmix([0, 0, 0]), [0, 0, 0]);
  close(unmix([-1, -1, -1]), [0, 0, 0]);
});

test("each strong viseme is told as itself, at half strength as half of it", () => {
  for (const viseme of ["PP", "FF", "TH", "CH", "SS", "aa", "E", "I", "O", "U"]) {
    const found = visemesOf(SHAPES[viseme]);
    assert.ok(found[viseme] > 0.85, viseme);
    const half = visemesOf(Object.fromEntries(Object.entries(SHAPES[viseme]).map(([name, weight]) => [name, weight / 2])));
    assert.ok(Math.abs(half[viseme] - found[viseme] / 2) < 0.1, viseme);
  }
});

test("visemes stay within 0 and 1 and add up to 1 at most, whatever the mouth does", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < 500; i++) {
    const shares = Object.values(visemesOf(Object.fromEntries(NAMES.map((name) => [name, random() ** 3]))));
    assert.ok(shares.every((share) => share >= 0));
    assert.ok(shares.reduce((sum, share) => sum + share) <= 1 + 1e-9);
  }
});

test("vowels open with the jaw, round with the lips, spread with the corners, and shut when the lips meet", () => {
  const vowels = (shapes) => vowelsOf(visemesOf(shapes));
  const largest = (shapes) => Object.entries(vowels(shapes)).toSorted(([, a], [, b]) => b - a)[0][0];
  assert.equal(largest({ jawOpen: 0.6 }), "aa");
  assert.equal(largest({ mouthPucker: 0.7 }), "ou");
  for (const [viseme, vowel] of [["O", "oh"], ["E", "ee"], ["I", "ih"], ["U", "ou"], ["aa", "aa"]]) {
    assert.equal(largest(SHAPES[viseme]), vowel);
    assert.ok(vowels(SHAPES[viseme])[vowel] > 0.9);
  }
  for (const shapes of [{}, { jawOpen: 0.5, mouthClose: 0.5 }, SHAPES.PP, { mouthSmileLeft: 0.7, mouthSmileRight: 0.7 }]) {
    assert.ok(Math.max(...Object.values(vowels(shapes))) < 0.02);
  }
});

test("a mouth that opens evenly opens its vowel evenly", () => {
  let before = 0;
  for (let jawOpen = 0; jawOpen <= 0.6; jawOpen += 0.02) {
    const { aa } = vowelsOf(visemesOf({ jawOpen }));
    assert.ok(aa >= before - 1e-9 && aa - before < 0.05);
    before = aa;
  }
});

test("moods are read from the whole face, and a face that is merely alive has none", () => {
  const both = (name, weight) => ({ [`${name}Left`]: weight, [`${name}Right`]: weight });
  const happy = moodsOf({ ...both("mouthSmile", 0.7), ...both("cheekSquint", 0.55), ...both("eyeSquint", 0.3) });
  assert.ok(happy.happy > 0.95 && happy.sad + happy.angry + happy.surprised < 0.05);
  const afraid = moodsOf({ browInnerUp: 0.8, ...both("browOuterUp", 0.35), ...both("browDown", 0.25),
    ...both("eyeWide", 0.65), ...both("mouthFrown", 0.15) });
  assert.ok(Math.abs(afraid.surprised - 0.6) < 0.1 && Math.abs(afraid.sad - 0.4) < 0.1);
  const alive = moodsOf({ browInnerUp: 0.15, ...both("browOuterUp", 0.1), ...both("eyeSquint", 0.1),
    ...both("mouthSmile", 0.07) });
  assert.ok(Object.values(alive).every((mood) => mood < 0.05));
});

test("a mood leaves a mouth that speaks what its file says it takes away", () => {
  assert.deepEqual([0, 1].map((speaking) => besideSpeech(0.8, "none", speaking)), [0.8, 0.8]);
  assert.deepEqual([0, 1].map((speaking) => besideSpeech(0.8, "blend", speaking)), [0.8, 0.5]);
  assert.deepEqual([0, 0.5, 1].map((speaking) => besideSpeech(0.8, "block", speaking)), [0.8, 0.4, 0]);
});

test("eyes look where weights and gaze together say, and no farther than they reach", () => {
  const shapes = { ...zero(), eyeLookOutLeft: 0.4, eyeLookInRight: 0.4, eyeLookDownLeft: 0.2, eyeLookDownRight: 0.2 };
  const look = lookOf(shapes, { x: 0.3, y: 0.5 });
  assert.ok(Math.abs(look.left.x - 0.7) < 1e-9 && Math.abs(look.right.y - 0.3) < 1e-9);
  writeLook(look, shapes);
  assert.ok(Math.abs(shapes.eyeLookOutLeft - 0.7) < 1e-9 && shapes.eyeLookInLeft === 0);
  assert.ok(Math.abs(shapes.eyeLookInRight - 0.7) < 1e-9 && shapes.eyeLookOutRight === 0);
  assert.ok(Math.abs(shapes.eyeLookUpLeft - 0.3) < 1e-9 && shapes.eyeLookDownLeft === 0);
  assert.equal(lookOf(zero(), { x: -3, y: 0 }).left.x, -1);
});

// --- what of a file shows what ---

test("a file with the 52 shows them and leaves its visemes alone", () => {
  const plan = planShapes([...NAMES, "viseme_aa", "mouthOpen", "mouthSmile", "eyesClosed", "Basis"]);
  assert.equal(plan.size, 52);
  assert.deepEqual(shows(plan, { jawOpen: 0.5, mouthSmileLeft: 0.4 }), { jawOpen: 0.5, mouthSmileLeft: 0.4 });
});

test("a file with visemes and no jaw speaks by them, and its smile and lids go on", () => {
  const plan = planShapes(["viseme_sil", "viseme_aa", "viseme_U", "mouthOpen", "mouthSmile", "eyeBlinkLeft", "eyeBlinkRight"]);
  assert.deepEqual(Object.keys(shows(plan, { ...SHAPES.aa, eyeBlinkLeft: 1 })), ["viseme_aa", "eyeBlinkLeft"]);
  assert.deepEqual(Object.keys(shows(plan, { mouthSmileLeft: 0.6, mouthSmileRight: 0.6 })), ["mouthSmile"]);
});

test("a file with hardly anything opens its mouth and shuts its eyes", () => {
  const plan = planShapes(["mouthOpen", "eyesClosed"]);
  assert.deepEqual(shows(plan, { jawOpen: 0.5, eyeBlinkLeft: 1 }), { mouthOpen: 0.5, eyesClosed: 0.5 });
});

const VRM = ["aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft", "blinkRight", "happy", "sad", "angry", "relaxed", "lookUp"];

test("a VRM with presets speaks by vowels, blinks with each eye and feels", () => {
  const plan = planExpressions(VRM);
  assert.deepEqual(Object.keys(shows(plan, { ...SHAPES.O, eyeBlinkRight: 1 })), ["blinkRight", "oh"]);
  assert.ok(!plan.has("lookUp") && !plan.has("blink"));
  assert.deepEqual(shows(planExpressions(["blink"]), { eyeBlinkLeft: 1, eyeBlinkRight: 1 }), { blink: 1 });
});

test("a VRM with expressions named like the 52 is driven by them alone", () => {
  const names = NAMES.map((name) => name[0].toUpperCase() + name.slice(1));
  const plan = planExpressions([...VRM, ...names]);
  assert.deepEqual(new Set(plan.keys()), new Set(names));
  const withoutLids = planExpressions([...VRM, ...names.filter((name) => !name.startsWith("EyeBlink"))]);
  assert.ok(withoutLids.has("blinkLeft") && !withoutLids.has("happy") && !withoutLids.has("aa"));
});

test("a VRM whose shapes speak by themselves keeps its expressions still", () => {
  assert.deepEqual([...planExpressions(VRM, new Set(["jawOpen", "eyeBlinkLeft"])).keys()], []);
  assert.deepEqual([...planExpressions(VRM, new Set(["jawOpen"])).keys()], ["blinkLeft", "blinkRight"]);
});

test("surprise is a custom expression of that name, or else the nearest preset of old files", () => {
  assert.ok(planExpressions([...VRM, "Surprised"]).has("Surprised"));
  assert.ok(planExpressions(VRM).has("relaxed"));
});

// --- the camera ---

const EXTENT = { top: 1.7, bottom: 0, x: 0, front: 0.1 };

test("the head is told by its shapes, else by a bone, else it is the top quarter", () => {
  assert.deepEqual(headOf({ extent: EXTENT, eye: 1.58, chin: 1.46 }), { top: 1.7, chin: 1.46, eye: 1.58, x: 0, front: 0.1 });
  const hatted = headOf({ extent: { ...EXTENT, top: 2.4 }, eye: 1.58, chin: 1.46 });
  assert.ok(hatted.top > 1.68 && hatted.top < 1.75);
  const boned = headOf({ extent: EXTENT, bone: 1.48 });
  assert.ok(boned.chin < 1.48 && boned.eye > 1.52 && boned.eye < 1.62);
  const guessed = headOf({ extent: EXTENT });
  assert.ok(Math.abs(guessed.chin - 1.26) < 0.03);
});

const project = (view, head, host, y) => {
  const scale = host.height / (2 * view.distance * Math.tan((view.fovDeg * Math.PI) / 360));
  return { x: host.width / 2 - view.left, y: host.height / 2 - (y - head.eye) * scale - view.top };
};

test("the head takes 55 to 60 of 100 of its room's height, wherever the room is", () => {
  const host = { width: 1280, height: 800 }, head = headOf({ extent: EXTENT, eye: 1.58, chin: 1.46 });
  for (const room of [{ left: 0, top: 0, right: 1280, bottom: 800 }, { left: 40, top: 90, right: 640, bottom: 500 }]) {
    const view = viewOf(head, room, host), tall = room.bottom - room.top;
    const [top, chin] = [head.top, head.chin].map((y) => project(view, head, host, y));
    const share = (chin.y - top.y) / tall;
    assert.ok(share > 0.55 && share < 0.6);
    assert.ok(top.y > room.top + 0.1 * tall && chin.y < room.bottom - 0.1 * tall);
    assert.ok(Math.abs(top.x - (room.left + room.right) / 2) < 1e-6);
    const seen = (2 * Math.atan(tall / (2 * view.unit * view.distance)) * 180) / Math.PI;
    assert.ok(seen >= 20 && seen <= 28);
  }
});

test("in a narrow room the head keeps to the width", () => {
  const head = headOf({ extent: EXTENT, eye: 1.58, chin: 1.46 });
  const view = viewOf(head, { left: 0, top: 0, right: 100, bottom: 800 }, { width: 100, height: 800 });
  assert.ok((head.top - head.chin) * 0.78 * view.unit <= 86);
});

// --- what can be seen ---

/** Points and triangles as three has them. */
function geometry(points, triangles) {
  const at = (axis) => (i) => points[i][axis];
  const position = { count: points.length, getX: at(0), getY: at(1), getZ: at(2) };
  return { index: triangles ? { count: triangles.length, getX: (i) => triangles[i] } : null, attributes: { position } };
}

test("a mesh counts where it has points that are numbers and triangles of no others", () => {
  const good = [[0, 0, 0], [1, 0, 0], [0, 1, 0]], none = [NaN, 0, 0];
  assert.ok(isSolid(geometry(good, [0, 1, 2])) && isSolid(geometry(good)) && isSolid(geometry([none, ...good])));
  assert.ok(!isSolid(geometry([none, [0, Infinity, 0]])) && !isSolid(geometry([])) && !isSolid({ index: null, attributes: {} }));
  assert.ok(!isSolid(geometry(good, [0, 1, 3])) && !isSolid(geometry(good, [])));
});

test("a head without a height, or at no place, is none", () => {
  const extent = { top: 1, bottom: 0, x: 0, front: 1 };
  assert.ok(isThere({ extent }));
  for (const bad of [{ top: 0 }, { bottom: 1 - 1e-7 }, { top: -Infinity, bottom: Infinity }, { x: NaN }, { front: -Infinity }]) {
    assert.ok(!isThere({ extent: { ...extent, ...bad } }));
  }
  assert.ok(!isThere({ extent: { ...extent, bottom: 1 }, bone: 0.5 }) && !isThere({ extent, eye: NaN }));
});
