"""The best renderer that works draws the face; where one stops working, the next takes its place."""

from typing import Any

import pytest
from test_page import until

pytestmark = [pytest.mark.browser, pytest.mark.still]

# A ladder of renderers that write down what they are told; a test says what is wrong with each.
LADDER = """async (faults) => {
  const { Ladder } = await import("/js/face/ladder.js");
  const doings = window.doings = [], told = window.told = [], opens = window.opens = {};
  const make = (name) => (host, look) => {
    const fault = faults[name] ?? {}, canvas = document.createElement("canvas");
    if (fault.none) return null;
    if (fault.create) throw new Error(fault.create);
    doings.push(`${name} made for ${look.model ?? look.palette}`);
    host.append(canvas);
    canvas.dataset.name = name;
    if (name === "best") canvas.getContext("webgl2");
    return {
      ready: fault.late ? new Promise((done) => opens[name] = done) : Promise.resolve(),
      draw() { if (fault.draw) throw new Error(fault.draw) },
      resize() {}, frame(room) { doings.push(`${name} has ${room?.right ?? "all"}`) },
      setLook(look) { doings.push(`${name} is ${look.palette}`) },
      destroy() { canvas.remove(); doings.push(`${name} gone`) },
    };
  };
  const rung = (name, wants = () => true) => ({ name, wants, load: async () => {
    if (faults[name]?.load) throw new Error(faults[name].load);
    return { create: make(name) };
  } });
  const host = document.body;
  const rungs = [rung("model", ({ model }) => model ?? ""), rung("best"), rung("last")];
  const ladder = window.ladder = new Ladder(host, rungs, { palette: "mira", scheme: "light" }, (why) => told.push(why));
  window.draw = () => ladder.draw({}, 0);
  window.seen = () => [...document.querySelectorAll("canvas")].filter((canvas) =>
    canvas.parentElement.style.opacity === "1").map((canvas) => canvas.dataset.name);
}"""


@pytest.fixture
def climb(serve, webgl, visit) -> Any:
    def start(**faults: Any) -> Any:
        page = visit(webgl, f"{serve().address}/js/face/ladder.js", ready=False, troubled=True)
        page.evaluate(LADDER, faults)
        return page

    return start


def shows(page: Any, name: str) -> None:
    until(page, f"ladder.name === {name!r} && seen().join() === {name!r}")


def test_the_last_is_seen_first_and_gives_way_to_the_best(climb):
    page = climb()
    shows(page, "best")
    until(page, "doings.at(-1) === 'last gone'")
    made = ["last made for mira", "last has all", "best made for mira", "best has all", "last gone"]
    assert page.evaluate("doings") == made
    assert page.evaluate("told") == []


def test_the_last_stands_in_until_a_better_one_is_ready_and_both_learn_of_room_and_look(climb):
    page = climb(best={"late": True})
    shows(page, "last")
    until(page, "opens.best !== undefined")
    page.evaluate("ladder.frame({ left: 0, top: 0, right: 7, bottom: 7 })")
    page.evaluate("ladder.setLook({ palette: 'noor', scheme: 'light' })")
    assert page.evaluate("doings.slice(-4).toSorted()") == ["best has 7", "best is noor", "last has 7", "last is noor"]
    page.evaluate("opens.best()")
    shows(page, "best")
    assert page.evaluate("doings.at(-1)") == "last gone"
    assert page.evaluate("told") == []


def test_a_face_changes_without_a_fade_for_those_who_want_less_motion(climb):
    page = climb(best={"late": True})
    shows(page, "last")
    until(page, "opens.best !== undefined")
    page.evaluate("ladder.still = true, opens.best()")
    until(page, "ladder.name === 'best'")
    assert page.evaluate("document.querySelectorAll('canvas').length") == 1


@pytest.mark.parametrize("fault", ["load", "create"])
def test_one_that_cannot_be_made_is_told_once_and_the_next_draws(climb, fault):
    page = climb(best={fault: "no shaders"})
    shows(page, "last")
    until(page, "told.length > 0")
    page.evaluate("ladder.setLook({ palette: 'noor', scheme: 'light' })")
    assert page.evaluate("told") == ["The best face cannot be shown: no shaders"]


def test_one_that_knows_it_cannot_work_here_gives_way_without_a_word(climb):
    page = climb(best={"none": True})
    shows(page, "last")
    assert page.evaluate("told") == []


def test_one_that_throws_while_it_draws_is_replaced_and_told_once(climb):
    page = climb(best={"draw": "out of memory"})
    shows(page, "best")
    until(page, "document.querySelectorAll('.layer').length === 1")
    page.evaluate("draw(), draw()")
    shows(page, "last")
    page.evaluate("draw(), draw()")
    assert page.evaluate("told") == ["The best face cannot be shown: out of memory"]
    assert page.evaluate("document.querySelectorAll('.layer').length") == 1


def test_a_model_is_made_anew_for_each_file_and_leaves_when_none_is_asked_for(climb):
    page = climb()
    for model in ("a.glb", "b.glb"):
        page.evaluate(f"ladder.setLook({{ palette: 'mira', scheme: 'light', model: '{model}' }})")
        until(page, f"doings.includes('model made for {model}')")
        shows(page, "model")
    page.evaluate("ladder.setLook({ palette: 'mira', scheme: 'light' })")
    shows(page, "best")
    assert page.evaluate("document.querySelectorAll('.layer').length") == 1


def test_a_file_that_failed_is_tried_again_when_it_is_asked_for_again(climb):
    page = climb(model={"create": "it has no face"})
    look = "{ palette: 'mira', scheme: 'light', model: 'a.glb' }"
    page.evaluate(f"ladder.setLook({look})")
    until(page, "told.length === 1")
    shows(page, "best")
    page.evaluate("ladder.setLook({ palette: 'mira', scheme: 'light' })")
    page.evaluate(f"ladder.setLook({look})")
    until(page, "told.length === 2")


def test_a_lost_graphics_card_brings_the_next_and_its_return_brings_the_best_back(climb):
    page = climb()
    shows(page, "best")
    page.evaluate("""() => {
      const canvas = document.querySelector("canvas");
      window.card = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
      card.loseContext() }""")
    shows(page, "last")
    assert "lost the graphics card" in page.evaluate("told[0]")
    page.evaluate("card.restoreContext()")
    shows(page, "best")
    assert page.evaluate("told.slice(1)") == [""]
    until(page, "document.querySelectorAll('.layer').length === 1")


def test_what_was_made_for_nobody_any_more_is_taken_away(climb):
    page = climb(best={"late": True})
    shows(page, "last")
    until(page, "opens.best !== undefined")
    page.evaluate("ladder.setLook({ palette: 'mira', scheme: 'light', model: 'a.glb' })")
    shows(page, "model")
    page.evaluate("opens.best()")
    until(page, "doings.includes('best gone') && doings.includes('last gone')")
    assert page.evaluate("[ladder.name, document.querySelectorAll('.layer').length]") == ["model", 1]
    page.evaluate("ladder.destroy()")
    assert page.evaluate("document.querySelectorAll('.layer').length") == 0


def test_the_address_may_name_the_renderer_and_the_stage_tells_which_draws(serve, webgl, visit):
    page = visit(webgl, f"{serve().address}/?debug=1&face=canvas")
    until(page, "tthDebug.stage.renderer === 'canvas' && tthDebug.stage.rate > 0")
    assert page.evaluate("tthDebug.stage.costMs > 0 && tthDebug.stage.intervalMs > 0")
    until(page, "/face\\s+canvas/.test(document.querySelector('#debug').innerText)")
