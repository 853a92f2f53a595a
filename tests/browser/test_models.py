"""Avatars from GLB and VRM files move as the weights say, and files that cannot work say why."""

import base64
import json
import struct
from typing import Any

import models
import pytest
from fake_server import PERSONAS, WEB
from test_page import until

from tth.face.blendshapes import NAMES

pytestmark = [
    pytest.mark.still,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (WEB / "vendor" / "three").is_dir(), reason="three is not here; python hatch_build.py brings it, with npm"
    ),
]

# Shows a model, paints poses, and tells in how many pixels two of them differ, on either half of the head's picture.
SHOW = """async ([name, bytes]) => {
  const { create } = await import("/js/face/model/face.js"), { INDEX, NAMES } = await import("/js/face/arkit.js");
  const host = document.createElement("div");
  Object.assign(host.style, { position: "absolute", inset: 0, width: "360px", height: "300px" });
  document.body.replaceChildren(host);
  const model = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name);
  const face = await create(host, { palette: "mira", scheme: "light", model });
  face.frame(null);
  face.resize();
  await face.ready;
  const canvas = host.querySelector("canvas"), copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  // So far apart that no picture counts as late.
  let nowMs = 0;
  const paint = (shapes, gaze = { x: 0, y: 0 }, head = { yaw: 0, pitch: 0, roll: 0 }, times = 1) => {
    const weights = new Float32Array(52);
    for (const [name, weight] of Object.entries(shapes)) weights[INDEX[name]] = weight;
    for (let i = 0; i < times; i++) face.draw({ weights, head, gaze, breath: 0 }, (nowMs += 600));
    context.drawImage(canvas, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  };
  const apart = (a, b, i) => Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) > 24;
  const differ = (a, b) => {
    const halves = [0, 0];
    for (let i = 0; i < a.length; i += 4) {
      if (apart(a, b, i)) halves[Number((i / 4) % canvas.width >= canvas.width / 2)]++;
    }
    return halves;
  };
  // Where two pictures differ: left, right, top and bottom edge as shares of the picture.
  const where = (a, b) => {
    const xs = [], ys = [];
    for (let i = 0; i < a.length; i += 4) {
      if (!apart(a, b, i)) continue;
      xs.push((i / 4) % canvas.width / canvas.width);
      ys.push(Math.floor(i / 4 / canvas.width) / canvas.height);
    }
    const edge = (all, best) => all.reduce((one, other) => best(one, other));
    return [edge(xs, Math.min), edge(xs, Math.max), edge(ys, Math.min), edge(ys, Math.max)];
  };
  Object.assign(window, { face, paint, differ, where, host });
}"""

# What is drawn without a graphics card takes its time.
SMALL = {"width": 400, "height": 400}
KINDS = {
    "a.glb": models.make_glb,
    "bare.glb": models.make_bare_glb,
    "one.vrm": models.make_vrm1,
    "one-custom.vrm": lambda: models.make_vrm1(custom=True),
    "zero.vrm": models.make_vrm0,
    "zero-custom.vrm": lambda: models.make_vrm0(custom=True),
}


@pytest.fixture
def show(serve, webgl, visit) -> Any:
    def start(name: str, content: bytes) -> Any:
        # A document with nothing in it that moves.
        page = visit(webgl, f"{serve().address}/js/face/renderer.js", ready=False, troubled=True)
        page.evaluate(SHOW, [name, base64.b64encode(content).decode()])
        return page

    return start


@pytest.fixture(params=KINDS)
def page(show, request) -> Any:
    return show(request.param, KINDS[request.param]())


def test_every_kind_of_file_speaks_blinks_looks_and_turns_its_head_to_its_own_side(page):
    seen = page.evaluate("""() => {
      const rest = paint({}), middle = ([left, right, top, bottom]) => [(left + right) / 2, (top + bottom) / 2];
      return {
        again: differ(rest, paint({})),
        blink: differ(rest, paint({ eyeBlinkLeft: 1 })),
        wink: differ(rest, paint({ eyeBlinkRight: 1 })),
        speak: differ(rest, paint({ jawOpen: 0.6, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 })),
        look: differ(rest, paint({}, { x: 0.9, y: 0 })),
        turn: differ(rest, paint({}, undefined, { yaw: 0.4, pitch: 0, roll: 0 })),
        shut: where(rest, paint({ eyeBlinkLeft: 1, eyeBlinkRight: 1 })),
        turned: middle(where(paint({}, undefined, { yaw: 0.4, pitch: 0, roll: 0 }), paint({ eyeBlinkLeft: 1,
          eyeBlinkRight: 1 }, undefined, { yaw: 0.4, pitch: 0, roll: 0 }))),
        nodded: middle(where(paint({}, undefined, { yaw: 0, pitch: 0.3, roll: 0 }), paint({ eyeBlinkLeft: 1,
          eyeBlinkRight: 1 }, undefined, { yaw: 0, pitch: 0.3, roll: 0 }))),
        leant: where(rest, paint({}, undefined, { yaw: 0, pitch: 0, roll: 0.3 })),
      } }""")
    assert seen["again"] == [0, 0]
    # The character's left is on the right of the picture.
    assert seen["blink"][1] > 30 > 5 * seen["blink"][0]
    assert seen["wink"][0] > 30 > 5 * seen["wink"][1]
    assert min(seen["speak"]) > 30
    assert min(seen["look"]) > 5
    eyes_x = (seen["shut"][0] + seen["shut"][1]) / 2
    eyes_y = (seen["shut"][2] + seen["shut"][3]) / 2
    assert eyes_x == pytest.approx(0.5, abs=0.03)
    assert 0.35 < eyes_y < 0.6
    assert seen["turned"][0] > eyes_x + 0.03
    assert seen["nodded"][1] > eyes_y + 0.02
    assert seen["leant"][2] < eyes_y


def test_every_weight_of_a_file_with_the_52_moves_it_and_moves_it_back(show):
    page = show("a.glb", models.make_glb())
    changes = page.evaluate(
        """(names) => {
      const rest = paint({});
      return names.map((name) => [name, ...differ(rest, paint({ [name]: 1 })), ...differ(rest, paint({}))]) }""",
        NAMES,
    )
    for name, right, left, *back in changes:
        assert right + left > 8, name
        assert back == [0, 0], name


@pytest.mark.parametrize(
    "spell",
    [
        lambda name: f"blendShape1.{name}",
        lambda name: name[0].upper() + name[1:],
        lambda name: name.replace("Left", "_L").replace("Right", "_R"),
    ],
    ids=["with a prefix", "with a capital", "with short sides"],
)
def test_the_52_are_known_in_other_spellings(show, spell):
    page = show("a.glb", models.make_glb(spell=spell))
    assert min(page.evaluate("differ(paint({}), paint({ jawOpen: 1 }))")) > 30
    assert page.evaluate("differ(paint({}), paint({ eyeBlinkLeft: 1 }))[1]") > 30


def test_a_file_with_visemes_alone_speaks_by_them_and_shuts_its_lips(show):
    page = show("v.glb", models.make_glb(["viseme_aa", "viseme_I", "viseme_U", "viseme_PP"]))
    assert min(page.evaluate("differ(paint({}), paint({ jawOpen: 0.6 }))")) > 30
    assert page.evaluate("differ(paint({}), paint({ jawOpen: 0.5, mouthClose: 0.5 }))") == [0, 0]


def test_a_smile_that_blocks_the_mouth_waits_while_the_mouth_speaks(show):
    page = show("b.vrm", models.make_vrm1(override="block"))
    smile = "{ mouthSmileLeft: 0.7, mouthSmileRight: 0.7, cheekSquintLeft: 0.55, cheekSquintRight: 0.55 }"
    assert min(page.evaluate(f"differ(paint({{}}), paint({smile}))")) > 10
    assert page.evaluate(f"differ(paint({{ jawOpen: 0.6 }}), paint({{ jawOpen: 0.6, ...{smile} }}))") == [0, 0]
    # It comes back some time after the last word.
    assert min(page.evaluate(f"differ(paint({{}}), paint({smile}, undefined, undefined, 60))")) > 10


def test_arms_that_are_stretched_out_hang(show):
    page = show("a.vrm", models.make_vrm1())
    edges = page.evaluate("""() => {
      const before = paint({}), sheet = new OffscreenCanvas(1, 1).getContext("2d");
      // Blue, as the test figure's arms are and nothing else at the edges of the picture.
      const blue = (i) => before[i + 2] > before[i] + 25;
      const wide = host.querySelector("canvas").width;
      return [0, wide - 1].map((x) => {
        for (let i = 4 * x, n = 0; i < before.length; i += 4 * wide, n++) if (blue(i)) return n;
        return -1 }) }""")
    assert edges == [-1, -1]


def test_the_head_moves_into_the_room_it_is_given(show):
    page = show("a.glb", models.make_glb())
    edges = page.evaluate("""() => {
      face.frame({ left: 0, top: 60, right: 150, bottom: 240 });
      paint({}, undefined, undefined, 20);
      return where(paint({}), paint({ eyeBlinkLeft: 1, eyeBlinkRight: 1, jawOpen: 1 })) }""")
    assert 0 < edges[0] < edges[1] < 150 / 360
    assert 60 / 300 < edges[2] < edges[3] < 240 / 300


def test_a_model_stands_before_the_personas_colours_in_light_and_dark(show):
    page = show("a.glb", models.make_glb())
    looks = [["mira", "light"], ["mira", "dark"], ["noor", "light"]]
    corners = page.evaluate(
        """(looks) => looks.map(([palette, scheme]) => {
      face.setLook({ palette, scheme });
      return [...paint({}).slice(0, 3)] })""",
        looks,
    )
    assert len({tuple(corner) for corner in corners}) == 3
    assert sum(corners[1]) < sum(corners[0]) - 100


BROKEN = {
    "picture.glb": (b"\x89PNG and so on", "picture.glb is no GLB or VRM file; export"),
    "cut.glb": (models.make_glb(["jawOpen"])[:5000], "cut.glb ends too early; copy or export it again"),
    "bare.glb": (models.make_glb(["Basis"]), "bare.glb has no face that moves; export it"),
    "far.glb": (
        models.glb({"asset": {"version": "2.0"}, "buffers": [{"uri": "//example.com/a.bin", "byteLength": 4}]}),
        "far.glb keeps parts of itself elsewhere",
    ),
    "odd.glb": (
        models.glb(
            {
                "meshes": [{"extras": {"targetNames": ["jawOpen"]}, "primitives": [{"attributes": {"POSITION": 9}}]}],
                "nodes": [{"mesh": 0}],
                "scenes": [{"nodes": [0]}],
                "scene": 0,
                "asset": {"version": "2.0"},
            }
        ),
        "odd.glb cannot be built, its parts do not fit together; export it again",
    ),
}


def spoil(content: bytes, kind: str, value: float) -> bytes:
    """The file with all positions, or all indices, of this value."""
    length = struct.unpack_from("<I", content, 12)[0]
    gltf, data = json.loads(content[20 : 20 + length]), bytearray(content[28 + length :])
    for mesh in gltf["meshes"]:
        for primitive in mesh["primitives"]:
            accessor = gltf["accessors"][primitive["indices"] if kind == "index" else primitive["attributes"][kind]]
            view = gltf["bufferViews"][accessor["bufferView"]]
            start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
            written = {5123: "<H", 5125: "<I", 5126: "<f"}[accessor["componentType"]]
            step = struct.calcsize(written)
            for place in range(accessor["count"] * (3 if kind == "POSITION" else 1)):
                struct.pack_into(written, data, start + place * step, value)
    return models.glb(gltf, bytes(data))


INVISIBLE = {
    "nan.glb": spoil(models.make_glb(["jawOpen"]), "POSITION", float("nan")),
    "point.glb": spoil(models.make_bare_glb(["jawOpen"]), "POSITION", 1.0),
    "beyond.glb": spoil(models.make_glb(["jawOpen"]), "index", 65_000),
}


def offer(page: Any, name: str, content: bytes) -> None:
    page.set_input_files("#model-file", {"name": name, "mimeType": "", "buffer": content})


def chosen(page: Any) -> Any:
    """What the choice of a face says, and what it offers."""
    return page.evaluate(
        "(({ value, options }) => [value, [...options].map(({ label }) => label)])(document.querySelector('#model'))"
    )


def told(message: str) -> str:
    return f"document.querySelector('.toast.warning')?.innerText.includes({message!r})"


def test_a_file_that_cannot_work_says_why_on_the_page_and_the_drawn_face_stays(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1", troubled=True)
    for name, (content, message) in BROKEN.items():
        offer(page, name, content)
        until(page, told(f"The model face cannot be shown: {message}"))
        assert page.evaluate("tthDebug.stage.renderer") == "canvas"
        assert chosen(page) == ["", ["Own", "From a file …"]]


def test_a_file_that_would_show_nothing_is_refused(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1", troubled=True)
    for name, content in INVISIBLE.items():
        offer(page, name, content)
        until(page, told(f"The model face cannot be shown: {name} shows nothing, its meshes are empty"))
        assert page.evaluate("tthDebug.stage.renderer") == "canvas"


def test_draco_that_is_named_and_not_used_needs_no_decoder(show):
    content = models.make_glb(["jawOpen"])
    length = struct.unpack_from("<I", content, 12)[0]
    gltf = {**json.loads(content[20 : 20 + length]), "extensionsUsed": ["KHR_draco_mesh_compression"]}
    page = show("a.glb", models.glb(gltf, content[28 + length :]))
    assert min(page.evaluate("differ(paint({}), paint({ jawOpen: 0.6 }))")) > 20


def test_a_browser_without_webgl_says_so_and_keeps_the_drawn_face(serve, browser, visit):
    page = visit(browser, f"{serve().address}/?debug=1", troubled=True)
    offer(page, "a.glb", models.make_glb())
    until(page, told("this browser has no WebGL2, which model files need"))
    assert page.evaluate("tthDebug.stage.renderer") == "canvas"


def test_a_local_file_is_shown_and_asks_nothing_of_the_server(serve, webgl, visit):
    page = visit(webgl, f"{serve().address}/?debug=1", viewport=SMALL)
    until(page, "tthDebug.stage.renderer !== ''")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.split('?')[0]}"))
    offer(page, "My head.glb", models.make_glb())
    until(page, "tthDebug.stage.renderer === 'model'")
    assert page.evaluate("document.querySelector('#model').selectedOptions[0].label") == "My head"
    assert all(line.startswith(("GET", "HEAD")) and line.endswith(".js") for line in asked if "blob:" not in line)
    page.select_option("#model", "")
    until(page, "tthDebug.stage.renderer !== 'model'")


def test_a_file_may_be_dropped_on_the_page(serve, webgl, visit):
    page = visit(webgl, f"{serve().address}/?debug=1", viewport=SMALL)
    page.evaluate(
        """(bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "dropped.vrm"));
      document.querySelector("#room").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true })) }""",
        base64.b64encode(models.make_vrm1()).decode(),
    )
    until(page, "tthDebug.stage.renderer === 'model'")


def test_a_persona_may_be_a_file_of_the_server_and_others_can_be_chosen(serve, webgl, visit):
    personas = [{**PERSONAS[0], "look": {"palette": "mira", "model": "pip.vrm"}}, *PERSONAS[1:]]
    files = {"pip.vrm": models.make_vrm1(), "hall.glb": models.make_glb()}
    page = visit(webgl, f"{serve(personas=personas, models=files).address}/?debug=1", viewport=SMALL)
    until(page, "tthDebug.stage.renderer === 'model'")
    assert page.evaluate("[...document.querySelector('#model').options].map(({ label }) => label)") == [
        "Own",
        "hall",
        "pip",
        "From a file …",
    ]
    page.select_option("#persona", "noor")
    until(page, "document.title === 'Noor' && tthDebug.stage.renderer !== 'model'")
    page.select_option("#model", "model:hall.glb")
    until(page, "tthDebug.stage.renderer === 'model'")


def test_a_file_that_the_server_lacks_is_told(serve, browser, visit):
    personas = [{**PERSONAS[0], "look": {"palette": "mira", "model": "gone.vrm"}}]
    page = visit(browser, f"{serve(personas=personas).address}/?debug=1", troubled=True)
    until(page, told("gone.vrm is not in the server's folder of models"))


def test_a_notice_about_a_file_goes_when_another_face_or_persona_is_chosen(serve, browser, visit):
    personas = [PERSONAS[0], {**PERSONAS[1], "look": {"palette": "noor", "model": "gone.vrm"}}, *PERSONAS[2:]]
    server = serve(personas=personas, models={"bare.glb": models.make_glb(["Basis"])})
    page = visit(browser, f"{server.address}/?debug=1", troubled=True)
    page.select_option("#model", "model:bare.glb")
    until(page, told("bare.glb has no face that moves"))
    assert chosen(page)[0] == ""
    page.select_option("#persona", "noor")
    until(page, told("gone.vrm is not in the server's folder of models"))
    page.select_option("#persona", personas[2]["id"])
    until(page, "!document.querySelector('.toast')")
    offer(page, "picture.glb", b"no model")
    until(page, told("picture.glb is no GLB or VRM file"))
    page.select_option("#model", "model:bare.glb")
    until(page, told("bare.glb has no face that moves"))
    page.select_option("#persona", personas[0]["id"])
    until(page, "!document.querySelector('.toast')")


def test_a_server_without_the_libraries_offers_no_choice_and_says_why_where_one_is_asked_for(serve, browser, visit):
    page = visit(browser, f"{serve(drawable=False).address}/?debug=1")
    assert page.locator("#model").is_hidden()
    offer(page, "a.glb", models.make_glb(["jawOpen"]))
    until(page, told("installed without the libraries that show model files; install Node.js"))


ELEMENT = """async (attributes) => {
  await import("/js/embed.js");
  const element = document.createElement("tth-avatar");
  window.notices = [];
  element.addEventListener("avatarnotice", ({ detail }) => notices.push(detail.message));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.replaceChildren(element);
}"""


def test_the_element_shows_a_model_of_a_server_that_wants_a_key(serve, webgl, visit):
    server = serve(key="sesame", models={"a.glb": models.make_glb(["jawOpen"])})
    page = visit(webgl, f"{server.address}/js/face/renderer.js", ready=False, troubled=True, viewport=SMALL)
    page.evaluate(ELEMENT, {"key": "sesame", "model": "/models/a.glb"})
    element = "document.querySelector('tth-avatar')"
    until(page, f"{element}.renderer === 'model'")
    page.evaluate(f"{element}.setAttribute('model', '/models/gone.glb')")
    until(page, f"notices.length && {element}.renderer !== 'model'")
    assert page.evaluate("notices") == [
        "The model face cannot be shown: gone.glb is not in the server's folder of models"
    ]
