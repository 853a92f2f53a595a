"""``tth ask``: files that it will not write."""

from collections.abc import Callable

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("option", "file", "told"),
    [
        ("--out", "-", "--out writes .wav, not '-'"),
        ("--out", "a.mp3", "--out writes .wav, not 'a.mp3'"),
        ("--frames", "f.txt", "--frames writes .csv or .jsonl, not 'f.txt'"),
        ("--events", "e.json", "--events writes .jsonl, not 'e.json'"),
        ("--out", "nowhere/a.wav", "no folder nowhere; make it, or choose another"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_before_anything_is_asked(tth: Run, option: str, file: str, told: str):
    status, _, err = tth("ask", "hello", "-p", "offline_mock", option, file)
    assert status == 2
    assert told in err


def test_the_files_asked_for_are_written(tth: Run, tmp_path):
    files = [tmp_path / name for name in ("a.wav", "a.csv", "a.jsonl")]
    args = [word for pair in zip(("--out", "--frames", "--events"), map(str, files), strict=True) for word in pair]
    status, out, _ = tth("ask", "hello", "-p", "offline_mock", *args)
    assert (status, out) == (0, "You said: hello\n")
    assert files[0].read_bytes()[:4] == b"RIFF"
    assert files[1].read_text().startswith("time,eyeBlinkLeft,")
    assert all(line.startswith('{"type":') for line in files[2].read_text().splitlines())
