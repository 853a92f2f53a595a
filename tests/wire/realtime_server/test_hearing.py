import base64

import numpy as np
import pytest

from tests.wire.realtime_server.peer import MS, Peer, loud, quiet, types
from tth.wire.realtime.server import g711
from tth.wire.realtime.server.orders import Cancel, Respond, Transcribe


@pytest.fixture
def peer():
    return Peer()


def _detection(**fields):
    return {"input": {"turn_detection": fields or None}}


def test_speech_becomes_an_item_and_is_answered(peer) -> None:
    events = peer.hear(quiet(1_000) + loud(600) + quiet(700))
    assert types(events) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "rate_limits.updated",
    ]
    started, stopped, committed = events[:3]
    assert started["audio_start_ms"] == 700
    assert stopped["audio_end_ms"] == 2_100
    assert started["item_id"] == stopped["item_id"] == committed["item_id"]
    heard, respond = peer.orders()
    assert isinstance(heard, Transcribe)
    assert isinstance(respond, Respond)
    assert (len(heard.pcm), heard.wanted) == (1_400 * MS, None)


def test_the_size_of_the_appends_changes_nothing(peer) -> None:
    sound = quiet(990) + loud(600) + quiet(900)
    whole = peer.hear(sound)
    other = Peer()
    pieces = [event for at in range(0, len(sound), 700) for event in other.hear(sound[at : at + 700])]
    assert pieces == whole


def test_speaking_into_a_response_cancels_it(peer) -> None:
    response_id = peer.respond()
    peer.speak(response_id)
    events = peer.hear(loud(100))
    assert types(events)[0] == "input_audio_buffer.speech_started"
    assert events[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert peer.orders(Cancel)


def test_a_click_is_no_speech(peer) -> None:
    assert peer.hear(quiet(100) + loud(30) + quiet(100)) == []


def test_with_both_switches_off_turns_are_found_and_nothing_else_happens(peer) -> None:
    flags = {"create_response": False, "interrupt_response": False}
    peer.update(audio=_detection(type="server_vad", **flags, silence_duration_ms=200, prefix_padding_ms=0))
    peer.respond()
    events = peer.hear(quiet(40) + loud(600) + quiet(300))
    assert events[0]["audio_start_ms"] == 40
    assert events[1]["audio_end_ms"] == 840
    assert not [kind for kind in types(events) if kind.startswith("response")]


def test_a_turn_that_ends_while_a_response_goes_on_is_told_as_an_error(peer) -> None:
    peer.update(audio=_detection(interrupt_response=False))
    peer.respond()
    events = peer.hear(loud(600) + quiet(600))
    assert events[-1]["error"]["code"] == "conversation_already_has_active_response"


@pytest.mark.parametrize(
    ("eagerness", "wait_ms"), [("high", 2_000), ("auto", 4_000), ("medium", 4_000), ("low", 8_000)]
)
def test_semantic_detection_waits_as_eagerly_as_it_is_told(peer, eagerness, wait_ms) -> None:
    peer.update(audio=_detection(type="semantic_vad", eagerness=eagerness))
    assert len(peer.hear(loud(500) + quiet(wait_ms - 40))) == 1
    assert peer.hear(quiet(60))[0]["audio_end_ms"] == 500 + wait_ms


def test_without_detection_the_client_commits_and_asks(peer) -> None:
    peer.update(audio=_detection())
    assert peer.hear(loud(99)) == []
    assert peer.error("input_audio_buffer.commit")["code"] == "input_audio_buffer_commit_empty"
    peer.hear(loud(1))
    assert types(peer.send("input_audio_buffer.commit")) == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    peer.hear(loud(500))
    assert types(peer.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert peer.error("input_audio_buffer.commit")["code"] == "input_audio_buffer_commit_empty"


def test_the_id_that_was_promised_to_speech_is_taken(peer) -> None:
    (started,) = peer.hear(loud(200))
    item = {"type": "message", "role": "user", "content": [], "id": started["item_id"]}
    assert peer.error("conversation.item.create", item=item)["code"] == "item_create_duplicate_item_id"


def test_a_transcript_that_was_asked_for_comes_with_its_usage(peer) -> None:
    peer.update(audio={"input": {"transcription": {"model": "gpt-transcribe"}}})
    peer.hear(loud(700) + quiet(600))
    (heard,) = peer.orders(Transcribe)
    assert heard.wanted == {"model": "gpt-transcribe"}
    peer.engine.transcript_delta(heard.item_id, "Hel")
    peer.engine.transcript(heard.item_id, "Hello")
    delta, completed = peer.events()
    assert delta["delta"] == "Hel"
    assert completed["usage"]["input_tokens"] == 12
    peer.engine.transcript(heard.item_id, "Again")
    peer.engine.transcript_failed("item_x", "a", "b")
    assert peer.events() == []
    (retrieved,) = peer.send("conversation.item.retrieve", item_id=heard.item_id)
    assert retrieved["item"]["content"][0]["transcript"] == "Hello"


def test_a_transcript_that_failed_or_was_not_asked_for_harms_nothing(peer) -> None:
    peer.hear(loud(700) + quiet(600))
    (heard,) = peer.orders(Transcribe)
    peer.engine.transcript(heard.item_id, "Hello")
    assert peer.events() == []
    peer.update(audio={"input": {"transcription": {"model": "whisper-1"}}})
    peer.send("response.cancel")
    peer.hear(loud(700) + quiet(600))
    (heard,) = peer.orders(Transcribe)
    peer.engine.transcript_failed(heard.item_id, "audio_unintelligible", "No words.")
    assert types(peer.events()) == ["conversation.item.input_audio_transcription.failed"]


def test_a_long_silence_is_answered_once(peer) -> None:
    peer.update(audio=_detection(idle_timeout_ms=5_000))
    peer.engine.idle(9_000)
    assert peer.events() == [], "nothing has been said yet"
    peer.answer()
    peer.hear(quiet(300))
    peer.engine.idle(4_999)
    assert peer.events() == []
    peer.engine.idle(5_000)
    assert types(peer.events()) == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "rate_limits.updated",
    ]
    peer.engine.idle(9_000)
    assert peer.events() == []


@pytest.mark.parametrize("law", ["audio/pcmu", "audio/pcma"])
def test_telephone_sound_is_counted_in_the_same_milliseconds(law) -> None:
    peer = Peer()
    peer.update(audio={"input": {"format": {"type": law}}, "output": {"format": {"type": law}}})
    samples = np.frombuffer(quiet(1_000) + loud(600) + quiet(700), "<i2")[::3]
    events = peer.hear(g711.encode(samples, law))
    assert abs(events[0]["audio_start_ms"] - 700) <= 20
    (heard,) = peer.orders(Transcribe)
    sound = np.frombuffer(heard.pcm, "<i2")
    assert 7_000 < np.abs(sound).max() < 9_000
    peer.send("response.cancel")
    spoken, _ = peer.answer(ms=300)
    delta = next(event for event in spoken if event["type"] == "response.output_audio.delta")
    assert len(base64.b64decode(delta["delta"])) == 300 * 8


@pytest.mark.parametrize("law", ["audio/pcmu", "audio/pcma"])
def test_g711_gives_every_level_back_and_rounds_to_a_near_one(law) -> None:
    levels = g711.decode(bytes(range(256)), law)
    assert np.array_equal(g711.decode(g711.encode(levels, law), law), levels)
    samples = np.arange(-32768, 32768).astype(np.int16)
    coded = g711.decode(g711.encode(samples, law), law).astype(int)
    error = np.abs(coded - samples.astype(int))
    assert (error <= np.maximum(16, np.abs(samples.astype(int)) // 16)).all()
    assert (np.diff(coded) >= 0).all()


def test_g711_has_the_recommendations_levels() -> None:
    assert g711.decode(b"\x00\x80\xff\x7f\xf0", "audio/pcmu").tolist() == [-32124, 32124, 0, 0, 120]
    assert g711.decode(b"\x2a\xaa\xd5\x55", "audio/pcma").tolist() == [-32256, 32256, 8, -8]


def test_five_minutes_of_sound_are_kept_and_no_more(peer) -> None:
    peer.update(audio=_detection())
    for _ in range(7):
        peer.hear(quiet(60_000))
    peer.send("input_audio_buffer.commit")
    (heard,) = peer.orders(Transcribe)
    assert len(heard.pcm) == 300_000 * MS
