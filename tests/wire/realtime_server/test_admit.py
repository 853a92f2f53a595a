"""What a host lets a client have."""

from __future__ import annotations

import base64
import json

import pytest

from tth.wire.realtime.server.engine import TRACK, Engine
from tth.wire.realtime.server.errors import Refusal
from tth.wire.realtime.server.options import EngineOptions

SECOND = base64.b64encode(bytes(48_000)).decode()
TOO_MUCH = Refusal("rate_limit_exceeded", "Enough.", kind="rate_limit_exceeded")


class Host:
    """Counts what is asked for, and says what it is told to say."""

    def __init__(self, answer=True, **options):
        self.asked = []
        self.answer = answer
        self.engine = Engine(EngineOptions(**options), admit=self.admit)
        self.engine.open()
        self.engine.take_events()
        self.engine.take_orders()

    def admit(self, kind, seconds):
        self.asked.append((kind, seconds))
        if isinstance(self.answer, Refusal):
            raise self.answer
        return self.answer

    def send(self, kind, **fields):
        self.engine.receive(json.dumps({"type": kind, **fields}))
        return [json.loads(event.data) for event in self.engine.take_events()]


@pytest.mark.parametrize(("kind", "seconds"), [("audio/pcm", 1), ("audio/pcmu", 6)])
def test_a_host_is_asked_for_sound_by_its_length_in_the_sessions_format(kind, seconds) -> None:
    sound_format = {"type": kind, "rate": 24_000} if kind == "audio/pcm" else {"type": kind}
    host = Host(session={"type": "realtime", "audio": {"input": {"format": sound_format}}})
    host.send("input_audio_buffer.append", audio=SECOND)
    item = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": SECOND}]}
    host.send("conversation.item.create", item=item)
    assert [(name, round(length)) for name, length in host.asked] == [
        ("input_audio_buffer.append", seconds),
        ("conversation.item.create", seconds),
    ]


def test_a_name_that_is_written_otherwise_is_asked_for_as_well() -> None:
    host = Host(TOO_MUCH)
    host.engine.receive('{"type":"input\\u005faudio_buffer.append","audio":""}')
    assert host.asked[0][0] == "input_audio_buffer.append"


@pytest.mark.parametrize("kind", ["input_audio_buffer.append", "response.create"])
def test_what_is_refused_is_told_with_the_events_id_and_nothing_comes_of_it(kind) -> None:
    host = Host(TOO_MUCH)
    fields = {"audio": SECOND} if kind.startswith("input") else {}
    (told,) = host.send(kind, event_id="mine", **fields)
    error = told["error"]
    assert (told["type"], error["code"], error["event_id"]) == ("error", "rate_limit_exceeded", "mine")
    assert not host.engine.take_orders()


def test_what_is_not_let_in_is_passed_over() -> None:
    host = Host(answer=False)
    assert not host.send("input_audio_buffer.append", audio=SECOND)
    assert host.send("input_audio_buffer.commit")[0]["error"]["code"] == "input_audio_buffer_commit_empty"


def test_sound_of_a_track_is_asked_for_and_its_refusal_told() -> None:
    host = Host(media="track")
    host.engine.hear(bytes(960))
    assert host.asked == [(TRACK, 0.02)]
    host.answer = TOO_MUCH
    host.engine.hear(bytes(960))
    assert [event.type for event in host.engine.take_events()] == ["error"]


def test_what_costs_nothing_is_not_asked_for() -> None:
    host = Host(TOO_MUCH)
    host.send("session.update", session={"type": "realtime"})
    host.send("response.cancel")
    host.send("nonsense")
    assert not host.asked
