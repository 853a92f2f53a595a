"""What is asked for in each dialect, and what a server that answers with less gives away."""

from __future__ import annotations

import copy

import pytest

from tth.wire.realtime.client.config import SessionConfig, differences
from tth.wire.realtime.client.dialect import Dialect, detect

TOOL = {"type": "function", "name": "clock", "description": "Tells the time.", "parameters": {"type": "object"}}
VAD = {"type": "server_vad", "threshold": 0.5}
CONFIG = SessionConfig(
    instructions="Be brief.", voice="marin", speed=1.2, turn_detection=VAD, tools=[TOOL], max_output_tokens=900
)


def test_ga_asks_for_sound_in_pcm_with_everything_in_its_place():
    asked = CONFIG.session(Dialect.GA)
    assert asked["type"] == "realtime"
    assert asked["output_modalities"] == ["audio"]
    assert asked["audio"]["output"] == {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin", "speed": 1.2}
    assert asked["audio"]["input"]["turn_detection"] == VAD
    assert (asked["instructions"], asked["tools"], asked["max_output_tokens"]) == ("Be brief.", [TOOL], 900)
    assert "temperature" not in asked


def test_beta_asks_for_the_same_in_its_own_names():
    asked = SessionConfig(voice="alloy", temperature=0.7, max_output_tokens=9).session(Dialect.BETA)
    assert asked["modalities"] == ["text", "audio"]
    assert asked["input_audio_format"] == asked["output_audio_format"] == "pcm16"
    assert (asked["voice"], asked["temperature"], asked["max_response_output_tokens"]) == ("alloy", 0.7, 9)
    assert asked["turn_detection"] is None
    assert "audio" not in asked
    assert "type" not in asked


@pytest.mark.parametrize(
    ("session", "dialect"),
    [
        ({"type": "realtime"}, Dialect.GA),
        ({"output_modalities": ["audio"]}, Dialect.GA),
        ({"modalities": ["text"], "voice": "alloy"}, Dialect.BETA),
        ({"input_audio_format": "pcm16"}, Dialect.BETA),
        ({}, Dialect.GA),
    ],
)
def test_the_dialect_shows_in_the_first_session(session, dialect):
    assert detect(session) is dialect


def test_an_echo_with_more_in_it_is_no_difference():
    asked = CONFIG.session(Dialect.GA)
    echoed = copy.deepcopy(asked)
    echoed["model"] = "gpt-realtime-2.1"
    echoed["audio"]["output"]["voice"] = {"id": "marin"}
    echoed["audio"]["input"]["turn_detection"]["idle_timeout_ms"] = None
    echoed["tools"][0]["strict"] = False
    assert differences(asked, echoed) == []


@pytest.mark.parametrize("dialect", list(Dialect))
def test_each_setting_that_a_server_ignores_is_told(dialect):
    asked = CONFIG.session(dialect)
    wrong = {**asked, "instructions": "I am the default.", "tools": []}
    assert [found.key for found in differences(asked, wrong)] == ["instructions", "tools"]


def test_a_setting_deep_down_is_named_by_its_path():
    asked = CONFIG.session(Dialect.GA)
    wrong = copy.deepcopy(asked)
    wrong["audio"]["output"]["voice"] = "alloy"
    wrong["audio"]["input"]["turn_detection"] = None
    found = {difference.key: (difference.asked, difference.got) for difference in differences(asked, wrong)}
    assert found == {
        "audio.input.turn_detection": (VAD, None),
        "audio.output.voice": ("marin", "alloy"),
    }
