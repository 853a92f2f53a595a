"""A client's side of a connection, against a server whose every word is written here."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import SOUND, Peer
from tth.adapters.realtime import Heard
from tth.builtins.openai_realtime.dialogue import wire_id
from tth.builtins.openai_realtime.requests import TRIES
from tth.core.conversation import Item, TextPart, message, tool_call, tool_result
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
    UserSpeechStartedEvent,
    UserTranscriptEvent,
    WarningEvent,
)

# Opening


def test_the_first_word_is_one_session_update_and_nothing_else_until_it_is_confirmed():
    peer = Peer(opened=False, items=[message("u1", "user", "hello")])
    assert peer.sent() == []
    peer.say("session.created", session={"type": "realtime"})
    peer.dialogue.respond("t", aside=False, modality="audio")
    (update,) = peer.sent()
    assert update["type"] == "session.update"
    assert update["session"]["instructions"] == "Be brief."
    assert not peer.dialogue.ready
    peer.say("session.updated", session=update["session"])
    assert peer.dialogue.ready
    assert [frame["type"] for frame in peer.sent()] == ["conversation.item.create", "response.create"]


def test_a_server_of_the_beta_dialect_is_spoken_to_in_its_own_words():
    peer = Peer(opened=False, items=[message("a1", "assistant", "I said so.")])
    peer.say("session.created", session={"modalities": ["text", "audio"], "voice": "alloy"})
    (update,) = peer.sent()
    assert update["session"]["modalities"] == ["text", "audio"]
    peer.say("session.updated", session=update["session"])
    (item,) = peer.sent("conversation.item.create")
    assert item["item"]["content"] == [{"type": "text", "text": "I said so."}]
    assert peer.respond()["response"]["modalities"] == ["text", "audio"]


def test_a_refused_session_fails_and_never_becomes_ready():
    peer = Peer(opened=False)
    peer.say("session.created", session={"type": "realtime"})
    peer.refuse(*peer.sent(), "unknown_parameter", param="session.voice")
    assert not peer.dialogue.ready
    assert peer.dialogue.failure.code == "unknown_parameter"
    assert "session.voice" in str(peer.dialogue.failure)


def test_a_dead_dialect_is_fatal():
    peer = Peer(opened=False)
    peer.say("error", error={"type": "invalid_request_error", "code": "beta_api_shape_disabled", "message": "gone"})
    assert peer.dialogue.failure.decision == "fatal"


def test_what_the_server_ignored_is_told():
    peer = Peer(opened=False)
    peer.say("session.created", session={"type": "realtime"})
    (update,) = peer.sent()
    update["session"]["audio"]["output"]["voice"] = "verse"
    peer.say("session.updated", session=update["session"])
    (warning,) = peer.heard(WarningEvent)
    assert "audio.output.voice" in warning.message
    assert "'alloy'" in warning.message
    assert "'verse'" in warning.message


def test_a_conversation_is_replayed_with_its_ids_words_and_tools():
    items = [
        message("u1", "user", "what time is it?"),
        tool_call("c1", "call_1", "clock", "{}"),
        tool_result("o1", "call_1", "noon"),
        message("a1", "assistant", "It is noon."),
    ]
    frames = Peer(items=items).sent("conversation.item.create")
    assert [frame["item"]["id"] for frame in frames] == ["u1", "c1", "o1", "a1"]
    user, call, result, answer = (frame["item"] for frame in frames)
    assert user["content"] == [{"type": "input_text", "text": "what time is it?"}]
    assert (call["type"], call["call_id"], call["name"], call["arguments"]) == (
        "function_call",
        "call_1",
        "clock",
        "{}",
    )
    assert (result["type"], result["call_id"], result["output"]) == ("function_call_output", "call_1", "noon")
    assert answer["content"] == [{"type": "output_text", "text": "It is noon."}]


@pytest.mark.parametrize("item_id", ["x" * 33, "a b", "ümlaut", ""])
def test_an_id_that_no_server_takes_is_replaced_by_one_that_all_do(item_id):
    assert 0 < len(wire_id(item_id)) <= 32
    assert wire_id(item_id) == wire_id(item_id)
    assert wire_id(item_id).isascii()


# Responses


def test_an_answer_has_a_beginning_items_words_sound_and_one_end():
    peer = Peer()
    request = peer.respond("mine")
    assert request["response"]["output_modalities"] == ["audio"]
    peer.begin("r1", request)
    peer.speak("r1", "i1", "Hello ", SOUND)
    peer.speak("r1", "i2", "there.", SOUND)
    peer.speak("r1", "i2", "", SOUND)
    peer.finish("r1")
    events = peer.heard()
    assert [type(event).__name__ for event in events] == [
        "ResponseStartedEvent", "ItemStartedEvent", "TextDeltaEvent", "AudioChunkEvent",
        "ItemStartedEvent", "TextDeltaEvent", "AudioChunkEvent", "AudioChunkEvent", "TurnCompleteEvent",
    ]  # fmt: skip
    assert (events[0].tag, events[-1].status) == ("mine", "completed")
    assert [event.sample for event in events if isinstance(event, AudioChunkEvent)] == [0, 0, 2400]


def test_one_response_writes_to_the_conversation_at_a_time():
    peer = Peer()
    first = peer.respond("one")
    assert peer.respond("two") is None
    peer.begin("r1", first)
    assert peer.sent("response.create") == []
    peer.finish("r1")
    (second,) = peer.sent("response.create")
    peer.begin("r2", second)
    peer.finish("r2")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == ["one", "two"]


def test_a_response_out_of_band_does_not_wait_and_does_not_hold_up():
    peer = Peer()
    main = peer.respond("main")
    aside = peer.respond("aside", context=[message("x", "user", "translate this")])
    assert aside["response"]["conversation"] == "none"
    assert aside["response"]["input"][0]["content"][0]["text"] == "translate this"
    peer.begin("r2", aside)
    peer.begin("r1", main)
    peer.speak("r2", "i2", "ceci")
    peer.speak("r1", "i1", "yes")
    assert [(e.response_id, e.token) for e in peer.heard(TextDeltaEvent)] == [("r2", "ceci"), ("r1", "yes")]


def test_a_server_that_repeats_no_metadata_answers_in_order():
    peer = Peer()
    peer.respond("mine")
    peer.begin("r1")
    peer.finish("r1")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == ["mine"]


def test_what_the_servers_own_ear_makes_it_say_has_no_tag():
    peer = Peer()
    peer.respond("mine")
    peer.say("input_audio_buffer.speech_stopped", item_id="u9", audio_end_ms=900)
    peer.begin("r1")
    peer.speak("r1", "i1", "You spoke.")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == [""]


def test_an_end_without_a_beginning_is_an_end():
    peer = Peer()
    peer.respond("mine")
    peer.finish("r1", "cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
    (end,) = peer.heard(TurnCompleteEvent)
    assert (end.response_id, end.status, end.reason) == ("r1", "cancelled", "turn_detected")


def test_a_second_end_and_late_pieces_change_nothing():
    peer = Peer()
    peer.begin("r1", peer.respond("one"))
    peer.finish("r1")
    second = peer.respond("two")
    peer.heard()
    peer.speak("r1", "i1", "late", SOUND)
    peer.finish("r1")
    peer.finish("r1", "cancelled")
    assert peer.heard() == []
    peer.begin("r2", second)
    peer.finish("r2")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == ["two"]


def test_a_text_that_comes_only_whole_is_told_once():
    peer = Peer()
    peer.begin("r1", peer.respond())
    where = {"response_id": "r1", "item_id": "i1", "content_index": 0}
    peer.say("response.output_audio_transcript.done", transcript="All at once.", **where)
    peer.say("response.output_audio_transcript.done", transcript="All at once.", **where)
    assert [event.token for event in peer.heard(TextDeltaEvent)] == ["All at once."]


def test_a_text_that_came_in_pieces_is_not_told_again():
    peer = Peer()
    peer.begin("r1", peer.respond())
    peer.speak("r1", "i1", "In ")
    peer.speak("r1", "i1", "pieces.")
    peer.say("response.output_audio_transcript.done", response_id="r1", item_id="i1", transcript="In pieces.")
    assert "".join(event.token for event in peer.heard(TextDeltaEvent)) == "In pieces."


# Refusals


def test_a_refused_request_ends_as_a_failed_response_at_once():
    peer = Peer()
    peer.refuse(peer.respond("mine"), "invalid_value", param="response.instructions")
    started, end = peer.heard()
    assert started.tag == "mine"
    assert (end.status, end.response_id) == ("failed", started.response_id)
    assert "response.instructions" in end.reason
    assert peer.respond("next") is not None, "nothing waits for what will never come"


def test_a_busy_server_is_asked_again_in_a_while_and_not_for_ever():
    peer = Peer()
    frame = peer.respond("mine")
    for _ in range(TRIES - 1):
        peer.refuse(frame, "rate_limit_exceeded")
        assert peer.dialogue.later
        assert peer.sent("response.create") == []
        peer.dialogue.resume()
        (frame,) = peer.sent("response.create")
    peer.refuse(frame, "rate_limit_exceeded")
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"


def test_a_refusal_because_another_runs_is_asked_again_when_that_one_ends():
    peer = Peer()
    frame = peer.respond("mine")
    peer.say("input_audio_buffer.speech_stopped", item_id="u9")
    peer.begin("own")
    peer.refuse(frame, "conversation_already_has_active_response")
    assert peer.sent("response.create") == []
    peer.finish("own")
    (again,) = peer.sent("response.create")
    peer.begin("r1", again)
    peer.finish("r1")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == ["", "mine"]


def test_an_error_that_repeats_no_id_is_about_the_one_thing_waited_for():
    peer = Peer()
    peer.respond("mine")
    peer.say("error", error={"type": "invalid_request_error", "code": "invalid_value", "message": "no"})
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"


@pytest.mark.parametrize("code", ["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"])
@pytest.mark.parametrize("where", ["error", "response"])
def test_an_empty_account_is_told_once_and_nothing_is_asked_again(code, where):
    peer = Peer()
    frame = peer.respond("mine")
    if where == "error":
        peer.refuse(frame, code)
    else:
        peer.begin("r1", frame)
        error = {"type": "insufficient_quota", "code": code, "message": "pay"}
        peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    (error,) = peer.heard(ErrorEvent)
    assert (error.code, error.decision) == (code, "fatal")
    assert not peer.dialogue.later
    assert peer.sent() == []


def test_a_response_that_fails_before_its_first_word_is_asked_for_again_unseen():
    peer = Peer()
    frame = peer.respond("mine")
    peer.begin("r1", frame)
    error = {"type": "server_error", "code": "server_error", "message": "oops"}
    peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    assert peer.heard() == []
    peer.dialogue.resume()
    (again,) = peer.sent("response.create")
    peer.begin("r2", again)
    peer.speak("r2", "i2", "Here.")
    peer.finish("r2")
    assert [event.status for event in peer.heard(TurnCompleteEvent)] == ["completed"]


def test_a_response_that_fails_after_its_first_word_has_failed():
    peer = Peer()
    peer.begin("r1", peer.respond("mine"))
    peer.speak("r1", "i1", "He")
    error = {"type": "server_error", "code": "server_error", "message": "oops"}
    peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"
    assert "oops" in end.reason


def test_an_expired_session_asks_for_a_new_connection():
    peer = Peer()
    peer.say("error", error={"type": "invalid_request_error", "code": "session_expired", "message": "60 minutes"})
    (error,) = peer.heard(ErrorEvent)
    assert error.decision == "retry"


def test_nonsense_is_told_and_the_dialogue_goes_on():
    peer = Peer()
    peer.dialogue.receive("no json at all")
    peer.dialogue.receive('{"type":"response.created","response":7}')
    assert [event.code for event in peer.heard(WarningEvent)] == ["bad_event", "bad_event"]
    peer.begin("r1", peer.respond())
    peer.finish("r1")
    assert [event.status for event in peer.heard(TurnCompleteEvent)] == ["completed"]


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
    peer = Peer(items=[message("u1", "user", "long ago")])
    peer.refuse(*peer.sent("conversation.item.create"), "invalid_value")
    assert len(peer.heard(WarningEvent)) == 1
    assert peer.respond("mine") is not None
