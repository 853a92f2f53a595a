"""Calls of tools, what the server hears, items out of turn."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import Peer
from tth.core.conversation import Item, TextPart, message
from tth.core.events import (
    ItemStartedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UserSpeechStartedEvent,
    UserTranscriptEvent,
    WarningEvent,
)

# Tools


def test_a_call_is_told_whole_once_with_its_arguments_as_they_were_written():
    peer = Peer()
    peer.begin("r1", peer.respond())
    item = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "clock", "arguments": ""}
    peer.say("response.output_item.added", response_id="r1", output_index=0, item=item)
    for piece in ('{"zone":', '"utc"}'):
        peer.say("response.function_call_arguments.delta", response_id="r1", item_id="f1", call_id="c1", delta=piece)
    whole = {"arguments": '{"zone":"utc"}'}
    peer.say("response.function_call_arguments.done", response_id="r1", item_id="f1", call_id="c1", **whole)
    peer.say("response.output_item.done", response_id="r1", output_index=0, item={**item, **whole})
    peer.finish("r1", output=[{**item, **whole}])
    pieces = peer.heard(ToolCallDeltaEvent, ToolCallEvent)
    assert "".join(event.delta for event in pieces[:-1]) == pieces[-1].arguments == '{"zone":"utc"}'
    assert {event.name for event in pieces} == {"clock"}
    assert pieces[-1].call_id == "c1"


def test_a_call_that_stands_only_in_the_end_is_told_too():
    peer = Peer()
    peer.begin("r1", peer.respond())
    item = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
    peer.finish("r1", output=[item])
    assert [type(event) for event in peer.heard()] == [ResponseStartedEvent, ToolCallEvent, TurnCompleteEvent]


def test_calls_of_a_response_that_the_server_cancelled_are_not_told():
    peer = Peer()
    peer.begin("r1", peer.respond())
    item = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
    peer.finish("r1", "cancelled", output=[item])
    assert peer.heard(ToolCallEvent) == []


# The microphone


def test_what_the_server_hears_and_understands_is_told():
    peer = Peer()
    peer.say("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=1200)
    at = "conversation.item.input_audio_transcription"
    peer.say(f"{at}.delta", item_id="u1", content_index=0, delta="Hel")
    peer.say(
        f"{at}.completed",
        item_id="u1",
        content_index=0,
        transcript="Hello.",
        usage={"type": "tokens", "input_tokens": 7},
    )
    started, piece, usage, whole = peer.heard()
    assert isinstance(started, UserSpeechStartedEvent)
    assert (started.item_id, started.at_ms) == ("u1", 1200)
    assert (piece.text, piece.final, whole.text, whole.final) == ("Hel", False, "Hello.", True)
    assert usage.usage == {"transcription_input_tokens": 7.0}


def test_an_utterance_that_cannot_be_written_down_is_no_failure():
    peer = Peer()
    error = {"type": "server_error", "code": "oops", "message": "too noisy"}
    peer.say("conversation.item.input_audio_transcription.failed", item_id="u1", content_index=0, error=error)
    (warning,) = peer.heard()
    assert "too noisy" in warning.message
    assert isinstance(warning, WarningEvent)
    assert not isinstance(warning, UserTranscriptEvent)


def test_items_are_put_where_they_belong():
    peer = Peer()
    peer.dialogue.add_items(
        [message("b", "user", "b"), Item(id="c", role="user", parts=(TextPart("c"),))], after="root"
    )
    frames = peer.sent()
    assert [frame.get("previous_item_id") for frame in frames] == ["root", "b"]
    peer.dialogue.delete_items(["b"])
    assert [frame["item_id"] for frame in peer.sent()] == ["b"]


def test_an_item_that_is_there_already_is_no_failure():
    peer = Peer()
    peer.dialogue.add_items([message("b", "user", "b")])
    peer.refuse(*peer.sent(), "item_create_duplicate_item_id")
    assert peer.heard() == []


def test_a_response_begins_for_the_reader_with_its_first_item():
    peer = Peer()
    peer.begin("r1", peer.respond("mine"))
    assert peer.heard() == []
    item = {"id": "i1", "type": "message", "role": "assistant", "content": []}
    peer.say("response.output_item.added", response_id="r1", output_index=0, item=item)
    assert [type(event) for event in peer.heard()] == [ResponseStartedEvent, ItemStartedEvent]


def test_an_event_that_is_said_twice_counts_once():
    peer = Peer()
    peer.begin("r1", peer.respond())
    delta = '{"type":"response.output_text.delta","event_id":"e9","response_id":"r1","item_id":"i1","delta":"Hi"}'
    peer.dialogue.receive(delta)
    peer.dialogue.receive(delta)
    assert [event.token for event in peer.heard(TextDeltaEvent)] == ["Hi"]


@pytest.mark.parametrize("when", ["before", "waiting", "asked", "created"])
def test_an_answer_to_words_that_were_not_taken_is_no_answer(when):
    peer = Peer()
    if when == "waiting":
        peer.begin("r0", peer.respond("other"))
        peer.speak("r0", "i0", "I go on")
    peer.dialogue.add_items([message("u1", "user", "hello")])
    (item,) = peer.sent("conversation.item.create")
    request = None if when == "before" else peer.respond("mine")
    if when == "created":
        peer.begin("r1", request)
    peer.refuse(item, "invalid_value")
    if when == "before":
        assert peer.respond("mine") is None
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"
    assert "invalid_value" in end.reason
    peer.dialogue.add_items([message("u2", "user", "hello again")])
    if when in ("before",):
        assert peer.respond("next") is not None


def test_a_replayed_item_that_is_not_taken_is_told_and_spoils_nothing():
    peer = Peer(items=[message("u1", "user", "long ago"), message("a1", "assistant", "yes")])
    peer.refuse(peer.sent("conversation.item.create")[0], "invalid_value")
    assert len(peer.heard(WarningEvent)) == 1
    assert peer.respond("mine") is not None
