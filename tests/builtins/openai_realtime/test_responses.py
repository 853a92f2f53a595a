"""Responses as their server tells them, in order and out of it."""

from __future__ import annotations

from tests.builtins.openai_realtime.peer import SOUND, Peer
from tth.core.conversation import message
from tth.core.events import (
    AudioChunkEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
)


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
