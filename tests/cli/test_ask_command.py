"""``tth ask``: the files it writes, those it will not write and those it cannot."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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


@pytest.fixture
def full() -> Path:
    """A device that takes nothing."""
    device = Path("/dev/full")
    if not device.is_char_device():
        pytest.skip("there is no full device here")
    return device


@pytest.mark.parametrize(("option", "ending"), [("--out", "wav"), ("--frames", "csv"), ("--events", "jsonl")])
def test_a_file_that_cannot_be_written_is_one_line_after_the_answer(tth: Run, full: Path, option: str, ending: str):
    file = Path(f"full.{ending}")
    file.symlink_to(full)
    status, out, err = tth("ask", "hello", "-p", "offline_mock", option, str(file))
    assert (status, out) == (1, "You said: hello\n")
    (line,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert line == f"error: {file} cannot be written (No space left on device); choose another file"
    assert "Traceback" not in err
    assert "written:" not in err


@pytest.mark.process
@pytest.mark.parametrize("args", [("ask", "hello", "-p", "offline_mock"), ("profiles",), ("--help",)])
def test_output_that_cannot_be_written_is_one_line(full: Path, args: tuple[str, ...]):
    code = f"import sys; from tth.cli import main; sys.exit(main({list(args)!r}))"
    with full.open("w") as sink:
        done = subprocess.run([sys.executable, "-c", code], stdout=sink, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written (No space left on device)\n"


@pytest.mark.parametrize("other", ["a.jsonl", "./a.jsonl", "sub/../a.jsonl"])
def test_one_file_for_two_options_is_refused(tth: Run, other: str):
    Path("sub").mkdir()
    status, _, err = tth("ask", "hello", "-p", "offline_mock", "--frames", "a.jsonl", "--events", other)
    assert status == 2
    assert "two options write" in err
    assert not Path("a.jsonl").exists()
