"""The output audio buffer: what the track plays, what the client is told of it, and what is forgotten."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from tth.wire.realtime.server import orders
from tth.wire.realtime.server.engine import Engine
from tth.wire.realtime.server.options import EngineOptions
from tth.wire.realtime.server.playing import MOST_WAITING

MS = 24
SAMPLE = b"\x10\x20"


def tone(samples):
    return SAMPLE * samples


def loud(ms):
    return b"\x00\x20\x00\xe0" * (ms * MS // 2)


class Track:
    """An engine whose sound goes by a track; the mind is the test."""

    def __init__(self, media="track", **options):
        numbers = itertools.count(1)
        self.engine = Engine(EngineOptions(media=media, **options), ids=lambda word: f"{word}_{next(numbers)}")
        self.orders = []
        self.engine.open()
        self.events()

    def events(self):
        self.orders += self.engine.take_orders()
        return [json.loads(event.data) for event in self.engine.take_events()]

    def types(self):
        return [event["type"] for event in self.events()]

    def send(self, type, **fields):
        self.engine.receive(json.dumps({"type": type, **fields}))

    def ask(self, **response):
        self.send("response.create", response=response)
        self.events()
        return [order for order in self.orders if isinstance(order, orders.Respond)][-1].response_id

    def cuts(self):
        self.events()
        return [order.audio_end_ms for order in self.orders if isinstance(order, orders.Truncate)]

    def words(self):
        found = []
        for order in self.orders:
            if isinstance(order, orders.OutputItem):
                self.send("conversation.item.retrieve", item_id=order.item_id)
                found += [part for event in self.events() for part in event["item"]["content"]]
        return [part["transcript"] for part in found]


def test_sound_is_given_to_the_track_and_not_to_the_client():
    track = Track()
    response = track.ask()
    track.engine.response_text(response, "hello")
    track.engine.response_audio(response, tone(480))
    assert "response.output_audio.delta" not in track.types()
    assert track.engine.play(240) == tone(240)
    assert track.types() == ["output_audio_buffer.started"]
    assert track.engine.play(480) == tone(240) + bytes(480)
    assert track.types() == []
    track.engine.response_done(response)
    done = track.types()
    assert done[-1] == "response.done"
    assert "response.output_audio.done" in done
    assert track.engine.play(480) == bytes(960)
    assert track.types() == ["output_audio_buffer.stopped"]
    assert not track.engine.sounding


def test_the_end_of_playing_comes_after_the_end_of_making_whichever_is_slower():
    for early in (True, False):
        track = Track()
        response = track.ask()
        track.engine.response_audio(response, tone(48))
        if early:
            track.engine.play(96)
        track.engine.response_done(response)
        track.engine.play(96)
        found = [kind for kind in track.types() if kind in ("response.done", "output_audio_buffer.stopped")]
        assert found == ["response.done", "output_audio_buffer.stopped"]


def test_a_response_of_text_is_never_played():
    track = Track()
    response = track.ask(output_modalities=["text"])
    track.engine.response_text(response, "hello")
    track.engine.response_done(response)
    track.engine.play(480)
    assert not [kind for kind in track.types() if kind.startswith("output_audio_buffer")]


def test_speech_cuts_what_is_played_to_the_millisecond_also_when_all_of_it_was_made():
    track = Track()
    response = track.ask()
    track.engine.response_text(response, "a long story")
    track.engine.response_audio(response, tone(1000 * MS))
    track.engine.response_done(response)
    track.engine.play(300 * MS + 7)
    track.events()
    track.engine.hear(loud(100))
    assert track.types()[:3] == [
        "input_audio_buffer.speech_started",
        "output_audio_buffer.cleared",
        "conversation.item.truncated",
    ]
    assert track.cuts() == [300]
    assert track.words() == [""]
    assert track.engine.play(480) == bytes(960)


def test_speech_cancels_a_response_that_runs_and_forgets_what_nobody_heard_of_it():
    track = Track()
    response = track.ask()
    track.engine.response_audio(response, tone(100 * MS))
    track.engine.play(150 * MS)
    track.engine.response_text(response, "words that run ahead of the sound")
    track.events()
    track.engine.hear(loud(100))
    events = track.events()
    assert [event["type"] for event in events][-3:] == [
        "response.done",
        "output_audio_buffer.cleared",
        "conversation.item.truncated",
    ]
    assert events[-3]["response"]["status"] == "cancelled"
    assert track.cuts() == [100]


def test_a_message_that_had_no_sound_yet_is_cut_to_nothing():
    track = Track()
    response = track.ask()
    track.engine.response_text(response, "not a word of it was heard")
    track.engine.hear(loud(100))
    assert track.cuts() == [0]
    assert "output_audio_buffer.cleared" not in track.types()


def test_speech_stops_nothing_where_the_client_does_not_want_that():
    track = Track()
    track.send(
        "session.update",
        session={
            "type": "realtime",
            "audio": {"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}},
        },
    )
    response = track.ask()
    track.engine.response_audio(response, tone(480))
    track.engine.hear(loud(100))
    assert track.engine.play(480) == tone(480)


def test_a_clear_cuts_and_cancels_and_nothing_is_cleared_where_nothing_is_played():
    track = Track()
    track.send("output_audio_buffer.clear")
    assert track.types() == []
    response = track.ask()
    track.engine.response_audio(response, tone(100 * MS))
    track.engine.play(20 * MS)
    track.events()
    track.send("output_audio_buffer.clear")
    types = track.types()
    assert types[-3:] == ["response.done", "output_audio_buffer.cleared", "conversation.item.truncated"]
    assert track.cuts() == [20]
    track.engine.response_audio(response, tone(480))
    assert track.engine.play(480) == bytes(960)


def test_a_clear_is_refused_where_sound_goes_by_events():
    track = Track(media="events")
    track.send("output_audio_buffer.clear")
    (event,) = track.events()
    assert (event["type"], event["error"]["code"]) == ("error", "invalid_value")


def test_what_was_played_to_its_end_is_not_cut():
    track = Track()
    first = track.ask()
    track.engine.response_audio(first, tone(480))
    track.engine.response_done(first)
    second = track.ask()
    track.engine.response_audio(second, tone(480))
    track.engine.play(480 + 24)
    track.engine.hear(loud(100))
    assert track.cuts() == [1]


def test_several_items_are_one_playing_and_those_not_begun_are_cut_to_nothing():
    track = Track()
    response = track.ask()
    for _ in range(3):
        track.engine.response_audio(response, tone(480))
        track.engine.response_next_item(response)
    track.engine.play(480 + 240)
    assert track.types().count("output_audio_buffer.started") == 1
    track.engine.hear(loud(100))
    assert track.cuts() == [10, 0]


def test_a_response_that_talks_without_end_is_ended():
    track = Track()
    response = track.ask()
    piece = tone(60 * 24_000)
    for _ in range(MOST_WAITING // (60 * 24_000) + 1):
        track.engine.response_audio(response, piece)
    (done,) = [event for event in track.events() if event["type"] == "response.done"]
    assert done["response"]["status"] == "incomplete"


def test_one_who_joins_is_greeted_with_the_session_as_it_is():
    track = Track()
    track.send("session.update", session={"type": "realtime", "instructions": "Be curt."})
    greeting = json.loads(track.engine.greeting())
    assert (greeting["type"], greeting["session"]["instructions"]) == ("session.created", "Be curt.")


@given(
    st.lists(st.tuples(st.sampled_from(["say", "next", "done", "play", "clear"]), st.integers(1, 2000)), max_size=40)
)
def test_what_is_played_is_what_was_said_and_every_start_has_one_end(steps):
    track, response, said, played, told = Track(), None, b"", b"", []
    for step, amount in steps:
        if response is None and step != "play":
            response = track.ask()
        if step == "say":
            track.engine.response_audio(response, tone(amount))
            said += tone(amount)
        elif step == "next":
            track.engine.response_next_item(response)
        elif step == "done":
            track.engine.response_done(response)
            response = None
        elif step == "clear":
            track.send("output_audio_buffer.clear")
            response, said = None, played
        else:
            played += track.engine.play(amount).rstrip(b"\0")
        told += track.types()
    if response is not None:
        track.engine.response_done(response)
    played += track.engine.play(100_000).rstrip(b"\0")
    told += track.types()
    assert played == said
    kinds = [kind.removeprefix("output_audio_buffer.") for kind in told if kind.startswith("output_audio_buffer.")]
    assert kinds[::2] == ["started"] * len(kinds[::2])
    assert len(kinds) % 2 == 0
    assert not track.engine.sounding
