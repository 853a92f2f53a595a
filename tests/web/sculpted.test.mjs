import assert from "node:assert/strict";
import { test } from "node:test";

import { DISTANCE, turnOf, viewOf } from "../../tth/web/js/face/sculpted/camera.js";
import { FORM_VECTORS, packForm } from "../../tth/web/js/face/sculpted/form.js";
import { characterOf, FORMS } from "../../tth/web/js/face/sculpted/forms.js";
import { AROUND, gridTriangles, INNER, LIP, RINGS } from "../../tth/web/js/face/sculpted/grid.js";
import { surfaceOf } from "../../tth/web/js/face/sculpted/nets.js";
import { Pace } from "../../tth/web/js/face/sculpted/pace.js";
import { HAIR, sculpt } from "../../tth/web/js/face/sculpted/parts.js";
import { capsule, carve, ellipsoid, join, torus } from "../../tth/web/js/face/sculpted/solids.js";

const BOX = { min: [-1.5, -1.5, -1.5], max: [1.5, 1.5, 1.5] };

/** How often each edge of a surface is gone along in its direction. */
function edgesOf(triangles) {
  const edges = new Map();
  for (let i = 0; i < triangles.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const edge = `${triangles[i + k]} ${triangles[i + ((k + 1) % 3)]}`;
      edges.set(edge, (edges.get(edge) ?? 0) + 1);
    }
  }
  return edges;
}

const turned = (edge) => edge.split(" ").reverse().join(" ");

test("a sculpted ball is closed, lies on its surface, and looks outwards", () => {
  const { places, normals, triangles } = surfaceOf((x, y, z) => Math.hypot(x, y, z) - 1, BOX, 0.1);
  const edges = edgesOf(triangles);
  for (const [edge, count] of edges) {
    assert.equal(count, 1);
    assert.ok(edges.has(turned(edge)), "every edge belongs to two triangles that run against each other");
  }
  for (let i = 0; i < places.length; i += 3) {
    const p = [...places.subarray(i, i + 3)];
    assert.ok(Math.abs(Math.hypot(...p) - 1) < 2e-3);
    assert.ok(p[0] * normals[i] + p[1] * normals[i + 1] + p[2] * normals[i + 2] > 0.999);
  }
  let volume = 0;
  const corner = (i) => [...places.subarray(3 * triangles[i], 3 * triangles[i] + 3)];
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [corner(i), corner(i + 1), corner(i + 2)];
    volume += (a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6;
  }
  assert.ok(Math.abs(volume / ((4 / 3) * Math.PI) - 1) < 0.02, `counterclockwise from outside: ${volume}`);
});

test("empty space is passed over: a small body in a large box needs few looks at its distance", () => {
  let looks = 0;
  const cells = (3 / 0.05) ** 3;
  surfaceOf((x, y, z) => (looks++, Math.hypot(x, y, z) - 0.4), BOX, 0.05);
  assert.ok(looks < cells / 6, `${looks} of ${cells}`);
});

test("bodies: distances outside, inside and on them", () => {
  assert.equal(capsule([0, 3, 0], [0, 0, 0], [0, 1, 0], 0.5, 0.5), 1.5);
  assert.ok(Math.abs(ellipsoid([2, 0, 0], [0, 0, 0], [1, 1, 1]) - 1) < 1e-9);
  assert.ok(Math.abs(torus([1.2, 0, 0], [0, 0, 0], [0, 1, 0], 1, 0.1) - 0.1) < 1e-9);
  assert.equal(join(1, 5, 0.1), 1);
  assert.ok(join(1, 1, 0.4) < 1);
  assert.equal(carve(-1, 3, 0.1), -1, "far from what is carved nothing changes");
  assert.ok(carve(-1, -1, 0.1) >= 1);
});

for (const step of [1, 2]) {
  test(`the net over the face, every vertex of ${step}: two edges only, the slit of the mouth and the neck`, () => {
    const edges = edgesOf(gridTriangles(step));
    const open = [...edges.keys()].filter((edge) => !edges.has(turned(edge)));
    const rings = new Set(open.map((edge) => Math.floor(Number(edge.split(" ")[0]) / AROUND)));
    assert.deepEqual([...rings].toSorted((a, b) => a - b), [0, RINGS - 1]);
    assert.equal(open.length, (2 * AROUND) / step);
  });
}

test("the coarse net keeps every ring of the lips", () => {
  const rings = new Set([...gridTriangles(2)].map((corner) => Math.floor(corner / AROUND)));
  for (let ring = 0; ring <= INNER + LIP; ring++) assert.ok(rings.has(ring));
  assert.ok(rings.size < RINGS * 0.65);
});

/** A point through a matrix, in pixels from the upper left. */
function seen(view, [x, y, z], { width, height }) {
  const at = [0, 1, 3].map((row) => view[row] * x + view[4 + row] * y + view[8 + row] * z + view[12 + row]);
  return [((at[0] / at[2] + 1) / 2) * width, ((1 - at[1] / at[2]) / 2) * height];
}

test("the head's middle is drawn where it is asked for, a head unit as large as is asked for", () => {
  const picture = { width: 900, height: 500 };
  const view = viewOf(picture, { x: 320, y: 200, unit: 90 });
  const close = (a, b) => a.forEach((each, i) => assert.ok(Math.abs(each - b[i]) < 1e-3, `${a} ${b}`));
  close(seen(view, [0, 0, 0], picture), [320, 200]);
  close(seen(view, [1, 0, 0], picture), [410, 200]);
  close(seen(view, [0, 1, 0], picture), [320, 110]);
  close(seen(view, [1, 0, DISTANCE / 2], picture), [500, 200]);
});

test("yaw turns the face to its left, pitch down, roll towards its left shoulder", () => {
  const turn = (head, [x, y, z]) => {
    const m = turnOf({ yaw: 0, pitch: 0, roll: 0, ...head });
    return [0, 1, 2].map((row) => m[row] * x + m[3 + row] * y + m[6 + row] * z);
  };
  assert.ok(turn({ yaw: 0.3 }, [0, 0, 1])[0] > 0.2, "the character's left is at +x");
  assert.ok(turn({ pitch: 0.3 }, [0, 0, 1])[1] < -0.2);
  assert.ok(turn({ roll: 0.3 }, [0, 1, 0])[0] > 0.2);
});

test("a form is packed in whole vectors, by name", () => {
  const packed = packForm(FORMS.mira.form);
  assert.equal(packed.length, FORM_VECTORS * 4);
  assert.equal(packed[0], FORMS.mira.form.jaw);
  assert.ok(packed.every(Number.isFinite));
});

test("a look's own colours take the place of the character's, nonsense does not", () => {
  const who = characterOf({ palette: "noor", scheme: "light", colours: { hair: "#123456", skin: "red", other: "#000000" } });
  assert.equal(who.colours.hair, "#123456");
  assert.equal(who.colours.skin, FORMS.noor.colours.skin);
  assert.equal("other" in who.colours, false);
  assert.equal(characterOf({ palette: "nobody", scheme: "light" }).name, "mira");
});

for (const [name, who] of Object.entries(FORMS)) {
  test(`${name}: every part has triangles, outward normals, and shade within 0 and 1`, async () => {
    const shell = Float32Array.of(0, 0.9, 0.4, 0, 0, -0.5, 0.72, 0);
    const { parts, sheltered } = await sculpt(who, shell, false);
    assert.ok(parts.some(({ matter }) => matter === "hair") && parts.some(({ matter }) => matter === "cloth"));
    for (const { matter, triangles, places, normals, traits } of parts) {
      assert.ok(triangles.length > 100, matter);
      assert.equal(normals.length, places.length);
      assert.equal(traits.length / 4, places.length / 3);
      assert.ok(triangles.every((corner) => corner < places.length / 3));
      for (let i = 0; i < traits.length; i += 4) {
        for (let k = 1; k < 4; k++) assert.ok(traits[i + k] >= 0 && traits[i + k] <= 1, `${matter} ${k}`);
      }
    }
    assert.ok(sheltered[1] === 0, "nothing hangs over the mouth");
  });
}

test("hair never claims to be nearer than it is by so much that a block could be passed over wrongly", () => {
  for (const [name, { distance }] of Object.entries(HAIR)) {
    for (let i = 0; i < 400; i++) {
      const p = [Math.sin(i * 12.9) * 1.4, Math.sin(i * 7.3) * 1.4, Math.sin(i * 3.7) * 1.2];
      const q = p.map((c, axis) => c + Math.sin(i * 5.1 + axis) * 0.05);
      const apart = Math.hypot(...p.map((c, axis) => c - q[axis]));
      const change = Math.abs(distance(p) - distance(q));
      assert.ok(change < apart * 2.6 + 0.32, `${name} jumps by ${change} over ${apart}`);
    }
  }
});

/** A page that asks for pictures, `gapMs` apart; tells how many of them were drawn. */
function page() {
  const pace = new Pace();
  let nowMs = 1000;
  pace.due(nowMs);
  const run = (gapMs, count) => Array.from({ length: count }, () => pace.due((nowMs += gapMs))).filter(Boolean).length;
  return { pace, run };
}

test("pictures in time are drawn at full size, all of them", () => {
  const { pace, run } = page();
  assert.equal(run(16.7, 600), 600);
  assert.ok(pace.smooth && pace.scale === 1);
});

test("late pictures cost the smoothing, then size, then every second picture", () => {
  const { pace, run } = page();
  run(40, 8);
  assert.ok(!pace.smooth && pace.scale === 1, "looked at early");
  run(38, 24);
  assert.equal(pace.scale, 0.75);
  run(36, 24);
  assert.equal(pace.scale, 0.55);
  assert.equal(run(30, 23), 23);
  assert.equal(run(30, 20), 10, "less to draw has helped, and not enough");
});

test("a display that wants thirty pictures a second gets them at full size", () => {
  const { pace, run } = page();
  run(33.3, 400);
  assert.ok(pace.smooth && pace.scale === 1);
  assert.equal(run(33.3, 200), 200);
  run(60, 48);
  assert.ok(!pace.smooth, "and where even these are late, less is drawn");
});

test("where pictures are long in time again, finer ones are tried; where that fails, more rarely", () => {
  const { pace, run } = page();
  run(33, 8);
  assert.ok(!pace.smooth);
  run(16.7, 768);
  assert.ok(pace.smooth, "after twelve seconds");
  run(33, 24);
  assert.ok(!pace.smooth);
  run(16.7, 900);
  assert.ok(!pace.smooth, "fifteen seconds are not enough now");
  run(16.7, 600);
  assert.ok(pace.smooth);
});

test("a page that was in the background is not taken for a slow machine", () => {
  const { pace, run } = page();
  run(1000, 60);
  assert.ok(pace.smooth);
});
