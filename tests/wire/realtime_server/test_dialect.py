import pytest

from tests.wire.realtime_server.peer import Peer, loud, quiet, types
from tth.wire.realtime.server.orders import AddItem, Respond


@pytest.fixture
def peer():
    return Peer(dialect="beta")


def test_the_session_is_flat() -> None:
    peer = Peer(dialect="beta", opened=False)
    peer.engine.open()
    session = peer.events()[0]["session"]
    assert session["modalities"] == ["text", "audio"]
    assert (session["input_audio_format"], session["voice"]) == ("pcm16", "marin")
    assert session["max_response_output_tokens"] == "inf"
    assert session["temperature"] == 0.8
    assert not {"type", "audio", "output_modalities"} & session.keys()


def test_a_flat_update_is_taken_without_a_type(peer) -> None:
    session = {
        "modalities": ["text"],
        "input_audio_format": "g711_ulaw",
        "input_audio_transcription": {"model": "whisper-1"},
        "turn_detection": None,
        "temperature": 0.7,
        "max_response_output_tokens": 50,
    }
    (updated,) = peer.send("session.update", session=session)
    assert session.items() <= updated["session"].items()


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"audio": {}}, "session.audio"),
        ({"output_modalities": ["text"]}, "session.output_modalities"),
        ({"turn_detection": {"type": "server_vad", "threshold": 3}}, "session.turn_detection.threshold"),
        ({"input_audio_format": "mp3"}, "session.input_audio_format.type"),
        ({"voice": "onyx"}, "session.voice"),
        ({"temperature": 2}, "session.temperature"),
    ],
)
def test_errors_name_the_fields_of_the_beta(peer, session, param) -> None:
    error = peer.error("session.update", session=session)
    assert error["param"] == param
    assert param in error["message"]


def test_a_spoken_turn_has_the_names_of_the_beta(peer) -> None:
    assert types(peer.say("Hi")) == ["conversation.item.created"]
    events, _ = peer.answer()
    assert types(events) == [
        "response.output_item.added",
        "conversation.item.created",
        "response.content_part.added",
        "response.audio_transcript.delta",
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    response = events[-1]["response"]
    assert response["output"][0]["content"][0]["type"] == "audio"
    assert (response["modalities"], response["voice"]) == (["text", "audio"], "marin")
    assert not {"audio", "output_modalities"} & response.keys()


def test_items_of_the_assistant_have_the_parts_of_the_beta(peer) -> None:
    (created,) = peer.say("", role="assistant", content=[{"type": "text", "text": "Once"}])
    assert created["item"]["content"] == [{"type": "text", "text": "Once"}]
    assert peer.orders(AddItem)[0].item.pieces[0].text == "Once"


def test_a_response_is_asked_for_in_the_names_of_the_beta(peer) -> None:
    response = {"modalities": ["text"], "max_response_output_tokens": 9, "temperature": 1, "conversation": "none"}
    peer.send("response.create", response=response)
    (order,) = peer.orders(Respond)
    assert (order.modality, order.max_output_tokens, order.out_of_band) == ("text", 9, True)


def test_the_end_of_a_calls_arguments_has_no_name(peer) -> None:
    response_id = peer.respond()
    peer.engine.tool_call_delta(response_id, "call", "look", "{}")
    peer.engine.tool_call_done(response_id, "call")
    assert "name" not in peer.events()[-2]


def test_what_the_beta_does_not_have_is_not_told(peer) -> None:
    peer.send("session.update", session={"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5_000}})
    peer.answer()
    peer.engine.idle(5_000)
    assert types(peer.events())[0] == "input_audio_buffer.committed"


def test_speech_is_found_as_today(peer) -> None:
    assert types(peer.hear(loud(500) + quiet(600)))[:2] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
    ]


def test_a_lenient_beta_server_passes_over_what_it_does_not_know() -> None:
    peer = Peer(dialect="beta", strict=False)
    (updated,) = peer.send("session.update", session={"type": "realtime", "audio": {}, "voice": "ash"})
    assert updated["session"]["voice"] == "ash"
