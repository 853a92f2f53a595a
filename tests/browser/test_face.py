"""The painted face does what the weights say."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.still]

# Paints poses and tells in how many pixels two of them differ, on either half of the picture.
PAINT = """async (palette) => {
  const { create } = await import("/js/face/canvas/face.js"), { INDEX, NAMES } = await import("/js/face/arkit.js");
  const face = create(document.body, { palette, scheme: "light" }), canvas = document.querySelector("canvas");
  canvas.style.width = canvas.style.height = "320px";
  face.resize();
  const paint = (shapes, gaze = { x: 0, y: 0 }, head = { yaw: 0, pitch: 0, roll: 0 }, nowMs = 0) => {
    const weights = new Float32Array(52);
    for (const [name, weight] of Object.entries(shapes)) weights[INDEX[name]] = weight;
    face.draw({ weights, head, gaze, breath: 0.5 }, nowMs);
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  };
  const differ = (a, b) => {
    const halves = [0, 0];
    for (let i = 0; i < a.length; i += 4) {
      const apart = Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]);
      if (apart > 6) halves[Number((i / 4) % canvas.width >= canvas.width / 2)]++;
    }
    return halves;
  };
  Object.assign(window, { paint, differ, NAMES, face, canvas });
}"""


@pytest.fixture(params=["mira", "noor", "ori"])
def page(serve, browser, visit, request) -> Any:
    # A document with nothing in it that moves, not even an icon.
    page = visit(browser, f"{serve().address}/js/face/renderer.js", ready=False, troubled=True)
    page.evaluate(PAINT, request.param)
    return page


def test_every_weight_is_seen_and_on_its_own_side(page):
    changes = page.evaluate("""() => {
      const needs = { mouthClose: { jawOpen: 1 }, tongueOut: { jawOpen: 0.4 } };
      return NAMES.map((name) => {
        const before = needs[name] ?? {};
        return [name, ...differ(paint(before), paint({ ...before, [name]: 1 }))];
      }) }""")
    for name, right, left in changes:
        assert right + left > 12, name
        # The character's left is on the right of the picture.
        if name.startswith(("eye", "brow", "cheekSquint")) and name.endswith(("Left", "Right")):
            near, far = (left, right) if name.endswith("Left") else (right, left)
            assert near > 5 * far, name
        elif name.startswith(("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch")):
            near, far = (left, right) if name.endswith("Left") else (right, left)
            assert near > far, name


def test_closed_lids_hide_the_eye_whatever_else_is_asked(page):
    seen = page.evaluate("""() => [null, "eyeWideLeft", "eyeSquintLeft", "browDownLeft", "browInnerUp"].map((name) => {
      const shut = { eyeBlinkLeft: 1, eyeBlinkRight: 1, ...(name && { [name]: 1 }) };
      return differ(paint(shut), paint(shut, { x: 0.8, y: 0 })) })""")
    assert seen == [[0, 0]] * 5


def test_shut_lips_hide_what_is_behind_them(page):
    seen = page.evaluate("""() => [[0.06, 0.06], [0.5, 0.5], [0, 0]].map(([jawOpen, mouthClose]) => {
      const shut = { jawOpen, mouthClose, mouthPressLeft: 0.4, mouthPressRight: 0.4 };
      return differ(paint(shut), paint({ ...shut, tongueOut: 1 })) })""")
    assert seen == [[0, 0]] * 3


def test_the_same_pose_gives_the_same_picture(page):
    changed = page.evaluate("""() => {
      const pose = { jawOpen: 0.4, mouthSmileLeft: 0.5 }, head = { yaw: 0.1, pitch: -0.05, roll: 0.04 };
      const first = paint(pose, { x: 0.2, y: 0.1 }, head);
      paint({ eyeBlinkLeft: 1 });
      return differ(first, paint(pose, { x: 0.2, y: 0.1 }, head)) }""")
    assert changed == [0, 0]


def test_the_head_glides_into_the_room_it_is_given(page):
    edges = page.evaluate("""() => {
      const room = { left: 0, top: 40, right: 130, bottom: 180 };
      face.frame(room);
      paint({}, undefined, undefined, 1e6);
      const [shut, open] = [paint({}, undefined, undefined, 1e6), paint({ jawOpen: 1 }, undefined, undefined, 1e6)];
      const ratio = canvas.width / canvas.clientWidth, xs = [], ys = [];
      for (let i = 0; i < shut.length; i += 4) {
        if (Math.abs(shut[i] - open[i]) < 20) continue;
        xs.push((i / 4) % canvas.width / ratio);
        ys.push(i / 4 / canvas.width / ratio);
      }
      return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)] }""")
    assert 0 < edges[0] < edges[1] < 130
    assert 40 < edges[2] < edges[3] < 180


def test_a_look_may_change_colours_and_names_it_does_not_know_are_left(page):
    changed = page.evaluate("""() => {
      const before = paint({});
      face.setLook({ palette: "mira", scheme: "light" });
      const mira = paint({});
      const colours = { cloth: "#aa2222", hairKind: "#000000", skin: "red", no: "#123456" };
      face.setLook({ palette: "mira", scheme: "light", colours });
      const red = paint({});
      face.setLook({ palette: "nobody", scheme: "light" });
      return [differ(mira, red), differ(mira, paint({}))] }""")
    assert sum(changed[0]) > 1000
    assert changed[1] == [0, 0]
