import json

import pytest

from tests.wire.realtime_server.peer import Peer, types
from tth.wire.realtime.server.orders import Configure


@pytest.fixture
def peer():
    return Peer()


def test_an_update_changes_what_it_names_and_nothing_else(peer) -> None:
    (updated,) = peer.update(audio={"output": {"voice": "cedar"}, "input": {"transcription": {"model": "whisper-1"}}})
    session = updated["session"]
    assert session["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24_000},
        "voice": "cedar",
        "speed": 1.0,
    }
    assert session["audio"]["input"]["transcription"] == {"model": "whisper-1"}
    (order,) = peer.orders(Configure)
    assert (order.voice, order.changed) == ("cedar", {"audio.output.voice", "audio.input.transcription"})


def test_nothing_is_echoed_that_was_not_given_or_set(peer) -> None:
    peer.update(audio={"input": {"transcription": {"model": "m", "language": None}}})
    (updated,) = peer.update(audio={"input": {"transcription": {"language": "de"}}})
    assert updated["session"]["audio"]["input"]["transcription"] == {"model": "m", "language": "de"}
    assert "reasoning" not in updated["session"]


def test_null_and_empty_clear(peer) -> None:
    tool = {"type": "function", "name": "look"}
    cleared = {"transcription": None, "noise_reduction": None, "turn_detection": None}
    peer.update(
        tools=[tool],
        instructions="Be brief.",
        tracing="auto",
        audio={"input": {"noise_reduction": {"type": "far_field"}}},
    )
    (updated,) = peer.update(tools=[], instructions="", tracing=None, prompt=None, audio={"input": cleared})
    session = updated["session"]
    assert (session["tools"], session["instructions"], session["tracing"]) == ([], "", None)
    assert cleared.items() <= session["audio"]["input"].items()


def test_turn_detection_is_laid_over_its_own_kind_and_replaced_by_another(peer) -> None:
    (updated,) = peer.update(audio={"input": {"turn_detection": {"threshold": 0.7}}})
    detection = updated["session"]["audio"]["input"]["turn_detection"]
    assert (detection["threshold"], detection["silence_duration_ms"]) == (0.7, 500)
    (updated,) = peer.update(audio={"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "high"}}})
    assert updated["session"]["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "high",
        "create_response": True,
        "interrupt_response": True,
    }


def _input(**fields):
    return {"audio": {"input": fields}}


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"nonsense": 1}, "unknown_parameter", "session.nonsense"),
        ({"voice": "ash"}, "unknown_parameter", "session.voice"),
        ({"temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"instructions": 1}, "invalid_type", "session.instructions"),
        ({"output_modalities": ["text", "audio"]}, "invalid_value", "session.output_modalities"),
        ({"output_modalities": "text"}, "invalid_type", "session.output_modalities"),
        ({"model": "gpt-realtime"}, "invalid_value", "session.model"),
        ({"type": "both"}, "invalid_value", "session.type"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"max_output_tokens": True}, "invalid_type", "session.max_output_tokens"),
        ({"audio": {"output": {"voice": "onyx"}}}, "invalid_value", "session.audio.output.voice"),
        ({"audio": {"output": {"speed": 2}}}, "invalid_value", "session.audio.output.speed"),
        ({"audio": {"output": {"format": {"type": "mp3"}}}}, "invalid_value", "session.audio.output.format.type"),
        ({"audio": {"output": {"format": {}}}}, "missing_required_parameter", "session.audio.output.format.type"),
        (_input(format={"type": "audio/pcm", "rate": 16_000}), "invalid_value", "session.audio.input.format.rate"),
        (
            _input(turn_detection={"type": "server_vad", "eagerness": "low"}),
            "unknown_parameter",
            "session.audio.input.turn_detection.eagerness",
        ),
        (_input(turn_detection={"threshold": 2}), "invalid_value", "session.audio.input.turn_detection.threshold"),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "session.tools[0].name"),
        ({"tool_choice": {"type": "function", "name": "x"}}, "invalid_value", "session.tool_choice"),
        (
            {"truncation": {"type": "retention_ratio"}},
            "missing_required_parameter",
            "session.truncation.retention_ratio",
        ),
        ({"instructions": "x" * 70_000}, "invalid_value", "session.instructions"),
    ],
)
def test_a_wrong_field_refuses_the_whole_update_and_is_named(peer, session, code, param) -> None:
    assert peer.refused(**{"output_modalities": ["text"], **session}) == (code, param)
    (updated,) = peer.update()
    assert updated["session"]["output_modalities"] == ["audio"]


def test_the_type_of_the_session_is_required(peer) -> None:
    error = peer.error("session.update", session={"voice": "ash"}, event_id="e1")
    assert (error["code"], error["param"], error["event_id"]) == ("missing_required_parameter", "session.type", "e1")


def test_reasoning_is_for_models_that_reason() -> None:
    assert Peer(model="gpt-realtime-1.5").refused(reasoning={"effort": "low"}) == ("invalid_value", "session.reasoning")
    (updated,) = Peer(model="gpt-realtime-2").update(reasoning={"effort": "low"})
    assert updated["session"]["reasoning"] == {"effort": "low"}


def test_null_ends_reasoning_and_is_nothing_where_there_is_none() -> None:
    peer = Peer(model="gpt-realtime-2")
    peer.update(reasoning={"effort": "low"})
    (updated,) = peer.update(reasoning=None)
    assert updated["session"]["reasoning"] is None
    (updated,) = Peer(model="gpt-realtime-1.5").update(reasoning=None)
    assert updated["type"] == "session.updated"


def test_the_voice_cannot_change_once_it_was_heard(peer) -> None:
    peer.update(audio={"output": {"voice": "ash"}})
    peer.answer()
    assert peer.refused(audio={"output": {"voice": "echo"}})[0] == "cannot_update_voice"
    assert types(peer.update(audio={"output": {"voice": "ash"}})) == ["session.updated"]
    response = {"audio": {"output": {"voice": "echo"}}}
    assert peer.error("response.create", response=response)["code"] == "cannot_update_voice"


def test_text_alone_does_not_lock_the_voice(peer) -> None:
    peer.answer(output_modalities=["text"])
    assert types(peer.update(audio={"output": {"voice": "echo"}})) == ["session.updated"]


def test_tracing_stays_as_it_was_turned_on(peer) -> None:
    peer.update(tracing="auto")
    assert peer.refused(tracing={"workflow_name": "x"}) == ("invalid_value", "session.tracing")
    assert types(peer.update(tracing="auto")) == ["session.updated"]


def test_a_lenient_server_passes_over_what_it_does_not_know() -> None:
    peer = Peer(strict=False)
    (updated,) = peer.send("session.update", session={"voice": "ash", "instructions": "Be brief."}, extra=1)
    assert updated["session"]["instructions"] == "Be brief."
    assert updated["session"]["audio"]["output"]["voice"] == "marin"


def test_a_session_may_transcribe_only() -> None:
    peer = Peer(kind="transcription")
    (updated,) = peer.send(
        "session.update",
        session={"type": "transcription", "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}}},
    )
    assert updated["session"]["type"] == "transcription"
    assert "output" not in updated["session"]["audio"]
    assert peer.error("response.create")["code"] == "invalid_value"


@pytest.mark.parametrize(
    ("frame", "code", "param"),
    [
        ("{", "invalid_json", None),
        ('"\ud800"', "invalid_json", None),
        (b"\xff", "invalid_json", None),
        ("[" * 100_000, "invalid_json", None),
        ("[]", "invalid_type", "event"),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": 1}', "invalid_type", "type"),
        ('{"type": "response.stop"}', "invalid_value", "type"),
        ('{"type": "response.cancel", "x": 1}', "unknown_parameter", "x"),
        ('{"type": "response.cancel", "event_id": 1}', "invalid_type", "event_id"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        ('{"type": "input_audio_buffer.append", "audio": "%%"}', "invalid_value", "audio"),
        (
            '{"type": "conversation.item.create", "item": {"type": "message"}}',
            "missing_required_parameter",
            "item.role",
        ),
    ],
)
def test_a_frame_that_is_no_client_event_gets_an_error(peer, frame, code, param) -> None:
    peer.engine.receive(frame)
    (event,) = peer.events()
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)


def test_tools_nested_too_deeply_or_with_huge_numbers_are_refused(peer) -> None:
    deep = json.loads('{"a":' * 100 + "1" + "}" * 100)
    for parameters in (deep, {"a": 2**63}):
        refused = peer.refused(tools=[{"type": "function", "name": "f", "parameters": parameters}])
        assert refused == ("invalid_value", "session.tools[0].parameters")
