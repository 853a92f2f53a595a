import json
import wave
from pathlib import Path

import pytest

from tth.core.events import TextDeltaEvent
from tth.observers.recording.records import MAGIC, Head, encode_record


@pytest.fixture
def talk(tth) -> Path:
    assert tth("ask", "Hello there.", "-p", "offline_mock", "--record", "talk.tthrec")[0] == 0
    return Path("talk.tthrec")


def test_info_says_what_is_in_a_recording(tth, talk) -> None:
    status, out, err = tth("replay", "talk.tthrec", "--info")
    assert (status, err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert rows["avatar"] == "mira of profile offline_mock"
    assert rows["turns"] == "1 complete"
    assert rows["state"] == "whole"
    told = json.loads(tth("replay", "talk.tthrec", "--info", "--json")[1])
    assert (told["turns"], told["ended"], told["damaged_bytes"]) == ({"complete": 1}, True, 0)
    assert told["voice_s"] > 0.5
    assert told["frames"] == told["events"]["face_frame"] > 10


def test_json_prints_everything_in_order_one_object_a_line(tth, talk) -> None:
    status, out, err = tth("replay", "talk.tthrec", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert (lines[0]["type"], lines[-1]["type"]) == ("recording", "recording_end")
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    kinds = [line["type"] for line in lines]
    assert (
        kinds.index("user_text") < kinds.index("turn_started") < kinds.index("playhead") < kinds.index("turn_complete")
    )
    sound = [line for line in lines if line["type"] == "audio_chunk"]
    assert all(line["bytes"] and "data" not in line for line in sound)
    assert all(len(line["frame"]["weights"]) == 52 for line in lines if line["type"] == "face_frame")


def test_audio_writes_both_voices(tth, talk) -> None:
    status, _, err = tth("replay", "talk.tthrec", "--audio", "talk.wav")
    assert (status, err) == (0, "written: talk.wav\n")
    with wave.open("talk.wav") as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 24_000)
        assert file.getnframes() > 12_000


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_what_is_left_of_a_broken_recording_is_told_and_shown(tth, talk, share) -> None:
    data = talk.read_bytes()
    talk.write_bytes(data[: int(len(data) * share)])
    status, out, _ = tth("replay", "talk.tthrec", "--info")
    assert status == 0
    assert "it breaks off: the end was never written" in out
    status, out, _ = tth("replay", "talk.tthrec", "--json")
    assert (status, len(out.splitlines()) > 5) == (0, True)
    assert tth("replay", "talk.tthrec", "--audio", "talk.wav")[0] == 0


HEAD = encode_record(0, Head(session_id="s", profile="p", persona="q", began=0.0))
WRONG = {
    "empty": (b"", "it is empty; no recording was written there"),
    "foreign": (b"RIFF....WAVE", "no recording of tth; record one with 'tth ask --record FILE TEXT'"),
    "newer": (b"tth recording 2\n", "a recording of a newer tth; use that version to play it"),
    "nothing": (MAGIC + HEAD, "nothing can be played: no event of a session is whole in it"),
    "junk": (MAGIC + b"tREC" * 50, "nothing can be played: no event of a session is whole in it"),
}


@pytest.mark.parametrize(("data", "problem"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_played_is_one_line(tth, data, problem) -> None:
    Path("wrong.tthrec").write_bytes(data)
    assert tth("replay", "wrong.tthrec") == (1, "", f"error: wrong.tthrec: {problem}\n")


def test_wrong_uses_are_told(tth, talk) -> None:
    status, _, err = tth("replay", "none.tthrec", "--info")
    assert (status, "none.tthrec cannot be read (No such file or directory)" in err) == (1, True)
    status, _, err = tth("replay", "talk.tthrec", "--audio", "talk.mp3")
    assert (status, "--audio writes .wav, not 'talk.mp3'" in err) == (2, True)
    status, _, err = tth("replay", "talk.tthrec", "--audio", "none/talk.wav")
    assert (status, "none/talk.wav cannot be written" in err) == (1, True)
    status, _, err = tth("ask", "Hi", "--server", "http://127.0.0.1:1", "--record", "a.tthrec")
    assert (status, "--record has no say over a server" in err) == (2, True)


def test_a_record_that_cannot_be_written_is_told_and_the_answer_is_given(tth) -> None:
    Path("file").write_text("in the way")
    status, out, err = tth("ask", "Hello.", "-p", "offline_mock", "--record", "file/a.tthrec")
    assert (status, bool(out.strip())) == (0, True)
    assert "the recording of this conversation ends here: " in err


def test_words_that_would_move_a_terminal_stay_harmless(tth) -> None:
    head = encode_record(0, Head(session_id="s", profile="\x1b[2Jp", persona="q", began=0.0))
    Path("a.tthrec").write_bytes(MAGIC + head + encode_record(5, TextDeltaEvent(token="\x1b[2J")))
    for args in (("--info",), ("--json",)):
        assert "\x1b" not in tth("replay", "a.tthrec", *args)[1]
