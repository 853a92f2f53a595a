"""Scripts of faults: read with care, played the same way every time."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path

import pytest

from tth.config.mistakes import each_mistake
from tth.emulators.openai.faults import ACTIONS, Fault, Faults
from tth.emulators.openai.saboteur import Close, Script, Send, Wait
from tth.errors import ConfigError

DOCS = Path(__file__).parents[3] / "docs" / "realtime.md"
DELTA = "response.output_audio.delta"
A, B = "response.created", "response.done"


def script(*faults, seed=0):
    return Script(Faults(seed=seed, faults=tuple(Fault(**fault) for fault in faults)))


def said(saboteur, *kinds):
    steps = []
    for number, kind in enumerate(kinds, 1):
        steps += saboteur.said(kind, json.dumps({"type": kind, "event_id": f"e{number}"}))
    return [json.loads(step.text)["event_id"] if isinstance(step, Send) else step for step in steps]


def test_the_script_of_the_docs_is_read(tmp_path):
    (text,) = re.findall(r"```yaml\n(# flaky\.yaml\n.*?)```", DOCS.read_text(), re.DOTALL)
    file = tmp_path / "flaky.yaml"
    file.write_text(text)
    actions = ["status", "drop", "fail", "omit", "expire_s", "status", "drop"]
    assert [fault.action for fault in Faults.read(file).faults] == actions


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{on: response.done, omit: true, drop: 1006}", "does drop and omit together"),
        ("{on: response.done}", "does nothing; give one of"),
        ("{omit: true}", "nothing says when"),
        ("{onn: response.done, omit: true}", "faults.0.onn: no such option; did you mean on?"),
        ("{on: response.done, expire_s: 5}", "write 'on: connect'"),
        ("{on: connect, omit: true}", "when a client connects, only"),
        ("{on: connect, status: 20}", "20 will not do"),
        ("{on: response.creat, fail: server_error}", "no event 'response.creat'; did you mean response.create?"),
        ("{on: response.create, drop: 1006}", "drop is the server's"),
        ("{on: response.done, refuse: server_error}", "happens on an event of the client"),
        ("{on: session.update, fail: server_error}", "write 'on: response.create'"),
    ],
)
def test_a_fault_that_cannot_be_is_told_with_its_line(line, told, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(f"seed: 1\nfaults:\n  - {line}\n")
    with pytest.raises(ConfigError) as caught:
        Faults.read(file)
    assert any("bad.yaml:3" in str(each) and told in str(each) for each in each_mistake(caught.value))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"on": "response.done", "omit": True}, ["e1", "e3"]),
        ({"on": "response.done", "repeat": 2}, ["e1", "e2", "e2", "e2", "e3"]),
        ({"on": "response.done", "drop": 1011}, ["e1", Close(1011), "e3"]),
        ({"event": 2, "delay_s": 3}, ["e1", Wait(3), "e2", "e3"]),
        ({"on": "response.created", "nth": 2, "omit": True}, ["e1", "e2"]),
    ],
)
def test_each_action_does_what_it_says(fault, expected):
    assert said(script(fault).connection(), A, B, A) == expected


def test_sound_is_cut_into_pieces_of_the_size_given():
    sound = bytes(range(10))
    text = json.dumps({"type": DELTA, "event_id": "e", "delta": b64encode(sound).decode()})
    steps = list(script({"on": DELTA, "cut": 4}).connection().said(DELTA, text))
    pieces = [json.loads(step.text) for step in steps]
    assert [len(piece["delta"]) for piece in pieces] == [8, 8, 4]
    assert len({piece["event_id"] for piece in pieces}) == 3


def test_late_pieces_follow_the_end_of_their_response():
    saboteur = script({"on": "response.done", "late": 2}).connection()
    assert said(saboteur, DELTA, "response.done") == ["e1", "e2", "e1", "e1"]


def test_garbage_goes_before():
    (first, second) = script({"on": "response.created", "garbage": "%$"}).connection().said(A, "{}")
    assert (first, second) == (Send("%$"), Send("{}"))


def test_a_fault_happens_no_more_often_than_it_may_and_on_its_connection_only():
    played = script(
        {"on": "response.created", "omit": True, "times": 2}, {"on": "response.done", "omit": True, "connection": 2}
    )
    assert said(played.connection(), A, B, A, A) == ["e2", "e4"]
    assert said(played.connection(), A, B) == ["e1"]


def test_chance_is_the_same_for_the_same_seed():
    def lost(seed):
        return said(script({"on": "response.created", "omit": True, "chance": 0.5}, seed=seed).connection(), *[A] * 64)

    assert lost(1) == lost(1)
    assert lost(1) != lost(2)
    assert 10 < len(lost(1)) < 54


def test_every_action_is_a_field_with_a_meaning():
    assert all(Fault.model_fields[action].description for action in ACTIONS)
