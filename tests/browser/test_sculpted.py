"""The sculpted face does what the weights say."""

from typing import Any

import pytest
from test_page import until

from tth.face.blendshapes import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.still]

# Draws poses and tells where two of them differ.
DRAW = """async (palette) => {
  const { create } = await import("/js/face/sculpted/face.js"), { INDEX } = await import("/js/face/arkit.js");
  const host = document.createElement("div");
  Object.assign(host.style, { position: "absolute", inset: 0, width: "220px", height: "220px" });
  document.body.replaceChildren(host);
  const face = await create(host, { palette, scheme: "light" }), canvas = host.querySelector("canvas");
  canvas.style.width = canvas.style.height = "100%";
  const gl = canvas.getContext("webgl2");
  face.resize();
  // Large enough that a small motion is seen: the head fills the picture.
  face.frame({ left: -117, top: -80, right: 337, bottom: 308 });
  await face.ready;
  let nowMs = 0;
  const draw = (shapes, { gaze = { x: 0, y: 0 }, head = { yaw: 0, pitch: 0, roll: 0 }, breath = 0 } = {}) => {
    const weights = new Float32Array(52);
    for (const [name, weight] of Object.entries(shapes)) weights[INDEX[name]] = weight;
    // Pictures far apart in time, so that nothing is still on its way.
    face.draw({ weights, head, gaze, breath }, (nowMs += 5000));
    const pixels = new Uint8Array(canvas.width * canvas.height * 4);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  };
  // How many pixels differ, and the box they lie in: shares of the picture from the left and from the bottom.
  const differ = (a, b, most = 12) => {
    let count = 0, sumX = 0, sumY = 0, left = 0;
    for (let i = 0; i < a.length; i += 4) {
      if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) <= most) continue;
      const x = ((i / 4) % canvas.width) / canvas.width, y = Math.floor(i / 4 / canvas.width) / canvas.height;
      count++, sumX += x, sumY += y, left += Number(x > 0.5);
    }
    return { count, x: sumX / count, y: sumY / count, left: left / count };
  };
  Object.assign(window, { draw, differ, face, canvas, gl });
}"""


@pytest.fixture(scope="module")
def sculpt(scenery, webgl) -> Any:
    """A page that draws that character, one for all tests: to make a face takes longer than to draw it."""
    pages: dict[str, Any] = {}

    def find(palette: str) -> Any:
        if palette not in pages:
            page = pages[palette] = webgl.new_page(viewport={"width": 900, "height": 640})
            # A document with nothing in it that moves.
            page.goto(f"{scenery.address}/js/face/renderer.js")
            page.evaluate(DRAW, palette)
        return pages[palette]

    return find


def height(page: Any, name: str) -> float:
    """Where a weight changes the face, as a share of the picture from the bottom."""
    return page.evaluate("(name) => differ(draw({}), draw({ [name + 'Left']: 1, [name + 'Right']: 1 })).y", name)


def test_every_weight_changes_its_own_part_of_the_face_and_its_own_side(sculpt):
    page = sculpt("mira")
    changes = page.evaluate(
        """(names) => {
      const needs = { mouthClose: { jawOpen: 1 }, tongueOut: { jawOpen: 0.4 } };
      return names.map((name) => {
        const before = needs[name] ?? {};
        return [name, differ(draw(before), draw({ ...before, [name]: 1 }))];
      }) }""",
        list(NAMES),
    )
    nose, eyes = height(page, "noseSneer"), height(page, "eyeBlink")
    for name, change in changes:
        assert change["count"] > 15, name
        upper = name.startswith(("eye", "brow"))
        lower = name.startswith(("jaw", "mouth", "tongue"))
        assert not (upper and change["y"] < nose), name
        assert not (lower and change["y"] > (nose + eyes) / 2), name
        if name in ("jawLeft", "mouthLeft", "jawRight", "mouthRight") or not name.endswith(("Left", "Right")):
            continue
        # The character's left is on the right of the picture.
        share = change["left"] if name.endswith("Left") else 1 - change["left"]
        assert share > 0.75, name


@pytest.mark.parametrize("palette", ["mira", "noor", "ori", "teo"])
def test_shut_lips_and_lids_hide_what_is_behind_them(sculpt, palette):
    page = sculpt(palette)
    seen = page.evaluate("""() => {
      const lips = [[0.06, 0.06], [0.5, 0.5], [0, 0]].map(([jawOpen, mouthClose]) => {
        const shut = {
          jawOpen, mouthClose, mouthPressLeft: 0.4, mouthPressRight: 0.4, mouthRollUpper: 0.3, mouthRollLower: 0.32,
        };
        return differ(draw(shut), draw({ ...shut, tongueOut: 1 })).count;
      });
      const lids = [null, "eyeWide", "eyeSquint", "browDown", "cheekSquint"].map((name) => {
        const shut = { eyeBlinkLeft: 1, eyeBlinkRight: 1, ...(name && { [name + "Left"]: 1, [name + "Right"]: 1 }) };
        return differ(draw(shut), draw(shut, { gaze: { x: 0.8, y: 0 } })).count;
      });
      return [...lips, ...lids] }""")
    # One pixel on the line where lids or lips meet may fall to either side of it.
    assert max(seen) <= 2, seen


def test_the_same_pose_gives_the_same_picture_whatever_came_between(sculpt):
    page = sculpt("mira")
    changed = page.evaluate("""() => {
      const pose = { jawOpen: 0.4, mouthSmileLeft: 0.5 };
      const on = { gaze: { x: 0.2, y: 0.1 }, head: { yaw: 0.1, pitch: -0.05, roll: 0.04 } };
      const first = draw(pose, on);
      draw({ eyeBlinkLeft: 1, mouthPucker: 1, cheekPuff: 1 });
      return differ(first, draw(pose, on), 0).count }""")
    assert changed == 0


def test_yaw_turns_the_face_to_its_left_pitch_down_and_roll_to_its_left_shoulder(sculpt):
    page = sculpt("mira")
    # Where the mouth is, by what opening it changes.
    places = page.evaluate("""() => [{}, { yaw: 0.25 }, { pitch: 0.25 }, { roll: 0.25 }].map((turn) => {
      const head = { yaw: 0, pitch: 0, roll: 0, ...turn };
      const { x, y } = differ(draw({}, { head }), draw({ jawOpen: 0.6 }, { head }));
      return { x, y } })""")
    rest, yaw, pitch, roll = places
    assert yaw["x"] > rest["x"] + 0.015
    assert pitch["y"] < rest["y"] - 0.03
    # The mouth is above the neck, about which the head leans.
    assert roll["x"] > rest["x"] + 0.006


def test_eyes_follow_the_gaze_and_the_look_weights_alike(sculpt):
    page = sculpt("noor")
    apart = page.evaluate("""() => {
      const left = { eyeLookOutLeft: 0.5, eyeLookInRight: 0.5 };
      return [differ(draw(left), draw({}, { gaze: { x: 0.5, y: 0 } })).count,
        differ(draw(left), draw({})).count, differ(draw(left), draw({}, { gaze: { x: -0.5, y: 0 } })).count] }""")
    assert apart[0] == 0
    assert min(apart[1:]) > 50


def test_breath_lifts_the_shoulders(sculpt):
    page = sculpt("mira")
    change = page.evaluate("differ(draw({}), draw({}, { breath: 1 }))")
    assert change["count"] > 100


def test_another_look_is_another_head_and_the_old_one_stays_until_it_is_sculpted(sculpt):
    page = sculpt("mira")
    changed = page.evaluate("""() => {
      window.before = draw({});
      face.setLook({ palette: 'ori', scheme: 'light' });
      return differ(before, draw({})).count }""")
    assert changed == 0
    until(page, "differ(before, draw({})).count > 10000")
    page.evaluate("face.setLook({ palette: 'mira', scheme: 'light' })")
    until(page, "differ(before, draw({}), 0).count === 0")


def test_colours_of_the_look_take_the_place_of_the_palettes(sculpt):
    page = sculpt("mira")
    before = page.evaluate("window.before = draw({}), 0")
    assert before == 0
    page.evaluate("face.setLook({ palette: 'mira', scheme: 'light', colours: { cloth: '#101010' } })")
    change = page.evaluate("differ(before, draw({}))")
    assert change["count"] > 500
    assert change["y"] < 0.3
    page.evaluate("face.setLook({ palette: 'mira', scheme: 'light' })")
    assert page.evaluate("differ(before, draw({}), 0).count") == 0


def test_a_picture_takes_a_fixed_number_of_draw_calls(sculpt):
    page = sculpt("teo")
    calls = page.evaluate("""() => {
      draw({});
      let calls = 0;
      for (const name of ["drawElements", "drawArrays"]) {
        const real = gl[name].bind(gl);
        gl[name] = (...given) => (calls++, real(...given));
      }
      const head = { yaw: 0, pitch: 0, roll: 0 }, gaze = { x: 0, y: 0 };
      face.draw({ weights: new Float32Array(52), head, gaze, breath: 0 }, 1e9);
      return calls }""")
    # Four tables, two in the shadow map, the wall, six sculpted parts, the face and four things in and on it.
    assert calls == 18


def test_without_webgl_the_canvas_face_draws(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1")
    until(page, "tthDebug.stage.renderer !== ''")
    assert page.evaluate("tthDebug.stage.renderer") == "canvas"


def test_the_page_shows_the_sculpted_face_where_it_can(serve, webgl, visit):
    page = visit(webgl, f"{serve().address}/?debug=1", troubled=True)
    until(page, "tthDebug.stage.renderer === 'sculpted'")
    assert page.locator(".toast").count() == 0
