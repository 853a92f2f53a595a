"""After a cancel nothing of the response comes; what was heard is told once."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import SOUND, Peer
from tth.adapters.realtime import Heard
from tth.core.conversation import message
from tth.core.events import (
    ErrorEvent,
    TurnCompleteEvent,
    UsageEvent,
    WarningEvent,
)

# Cancelling


def test_after_a_cancel_nothing_of_the_response_comes_but_its_one_end_and_its_usage():
    peer = Peer()
    peer.begin("r1", peer.respond("one"))
    peer.speak("r1", "i1", "Hel", SOUND)
    peer.heard()
    assert peer.dialogue.cancel(None) == "r1"
    (frame,) = peer.sent()
    assert (frame["type"], frame["response_id"]) == ("response.cancel", "r1")
    assert [event.status for event in peer.heard()] == ["cancelled"]
    peer.speak("r1", "i1", "lo", SOUND)
    peer.say(
        "response.function_call_arguments.done", response_id="r1", item_id="f", call_id="c", name="n", arguments="{}"
    )
    peer.finish("r1", "cancelled", usage={"input_tokens": 10, "output_tokens": 5})
    (usage,) = peer.heard()
    assert isinstance(usage, UsageEvent)


def test_the_next_response_is_asked_for_when_the_cancelled_one_has_ended():
    peer = Peer()
    peer.begin("r1", peer.respond("one"))
    peer.dialogue.cancel(None)
    assert peer.respond("two") is None
    peer.finish("r1", "cancelled")
    assert len(peer.sent("response.create")) == 1


def test_a_cancel_that_comes_too_late_for_the_server_frees_the_way_as_well():
    peer = Peer()
    peer.begin("r1", peer.respond("one"))
    peer.dialogue.cancel(None)
    (cancel,) = peer.sent("response.cancel")
    assert peer.respond("two") is None
    peer.refuse(cancel, "response_cancel_not_active")
    assert len(peer.sent("response.create")) == 1


def test_a_response_cancelled_before_it_began_is_stopped_when_it_does():
    peer = Peer()
    frame = peer.respond("one")
    assert peer.dialogue.cancel(None) is None
    assert peer.sent() == []
    assert [event.status for event in peer.heard()] == ["cancelled"]
    peer.begin("r1", frame)
    assert [f["response_id"] for f in peer.sent("response.cancel")] == ["r1"]
    peer.speak("r1", "i1", "never heard", SOUND)
    peer.finish("r1", "cancelled")
    assert peer.heard() == []


def test_cancelling_nothing_sends_nothing():
    peer = Peer()
    peer.dialogue.cancel(None)
    peer.dialogue.cancel("no such response")
    assert peer.sent() == []
    assert peer.heard() == []


def test_a_response_is_cancelled_once():
    peer = Peer()
    peer.begin("r1", peer.respond())
    peer.dialogue.cancel("r1")
    peer.dialogue.cancel("r1")
    peer.dialogue.cancel(None)
    assert len(peer.sent("response.cancel")) == 1
    assert len(peer.heard(TurnCompleteEvent)) == 1


# What was heard


def spoken(*items, finished=True):
    peer = Peer()
    peer.begin("r1", peer.respond())
    for item_id in items:
        peer.speak("r1", item_id, "words", SOUND)
    if finished:
        peer.finish("r1")
    peer.sent()
    return peer


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (0, ("conversation.item.delete", None)),
        (23, ("conversation.item.delete", None)),
        (24, ("conversation.item.truncate", 1)),
        (1000, ("conversation.item.truncate", 41)),
        (2399, ("conversation.item.truncate", 99)),
    ],
)
def test_what_was_heard_is_told_in_whole_milliseconds(samples, expected):
    peer = spoken("i1")
    peer.dialogue.set_heard([Heard("i1", 0, samples)])
    (frame,) = peer.sent()
    assert (frame["type"], frame.get("audio_end_ms")) == expected
    assert frame["item_id"] == "i1"


def test_nothing_is_told_of_what_was_heard_to_its_end():
    peer = spoken("i1")
    peer.dialogue.set_heard([Heard("i1", 0, 2400)])
    assert peer.sent() == []


def test_no_point_past_the_sound_is_ever_named():
    peer = spoken("i1", finished=False)
    peer.dialogue.set_heard([Heard("i1", 0, 999_999)])
    (frame,) = peer.sent()
    assert frame["audio_end_ms"] == 100


def test_each_item_is_told_once_and_on_its_own():
    peer = spoken("i1", "i2", "i3")
    for _ in range(2):
        peer.dialogue.set_heard([Heard("i1", 0, 2400), Heard("i2", 0, 1200), Heard("i3", 0, 0)])
    frames = peer.sent()
    assert [(frame["type"].rpartition(".")[2], frame["item_id"]) for frame in frames] == [
        ("truncate", "i2"),
        ("delete", "i3"),
    ]


def test_restored_items_are_never_truncated():
    peer = Peer(items=[message("a1", "assistant", "I said this an hour ago.")])
    peer.sent()
    peer.dialogue.set_heard([Heard("a1", 0, 1200), Heard("unknown", 0, 0)])
    assert peer.sent() == []


def test_a_truncation_that_is_refused_is_nobodys_concern():
    peer = spoken("i1", finished=False)
    peer.dialogue.set_heard([Heard("i1", 0, 1200)])
    (frame,) = peer.sent()
    peer.refuse(frame, "invalid_value", message="Audio content of 20ms is already shorter than 50ms")
    assert peer.heard(ErrorEvent, WarningEvent) == []
