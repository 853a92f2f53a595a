"""Each Python block of the docs that begins with a file's name is a whole program, and works as it is pasted."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/plugins.md",
    "docs/session.md",
    "docs/testing.md",
    "docs/realtime.md",
    "docs/recognisers.md",
    "docs/audio2face.md",
)
BLOCK = re.compile(r"^```(python|toml)\n(# ([\w.]+).*?\n.*?)^```$", re.MULTILINE | re.DOTALL)

SAYS = {
    "README.md: hello.py": r"\w.*\n",
    "docs/realtime.md: talk.py": r"You said: Hello there \n[\d.]+ seconds of speech\nthe server saw 3 events\n",
    "docs/recognisers.md: listen.py": r"(so far: .*\n)*in all: What is the weather like today\?\n",
    "docs/session.md: session.py": r"You said: Hello\n[\d.]+ seconds of speech\n",
}


def blocks() -> dict[str, dict[str, str]]:
    """The named blocks of each page, by file."""
    return {
        page: {name: text for _, text, name in BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))}
        for page in PAGES
    }


def programs() -> list[str]:
    return [f"{page}: {file}" for page, files in blocks().items() for file in files if file.endswith(".py")]


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *args]
    # The quick voice: a program that interrupts after two seconds has then heard something on any machine.
    environ = os.environ | {"TTH_COMPONENTS__TTS__PRIMARY": "mock_tts"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.process
@pytest.mark.parametrize("program", programs())
def test_a_program_of_the_docs_works_as_it_is_pasted(program: str, tmp_path: Path) -> None:
    page, file = program.split(": ")
    found = blocks()
    config = {name: text for name, text in found["docs/testing.md"].items() if name.endswith(".toml")}
    for name, text in ({"tth_hum.py": found["docs/plugins.md"]["tth_hum.py"]} | config | found[page]).items():
        (tmp_path / name).write_text(text)
    args = ("-m", "pytest", "-q", file) if file.startswith("test_") else (file,)
    done = run(tmp_path, *args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(SAYS.get(program, r"(?s).* passed in .*" if file.startswith("test_") else ""), done.stdout)
    assert done.stderr == ""


def test_every_page_that_shows_programs_is_looked_at() -> None:
    assert {program.partition(": ")[2] for program in programs()} >= {
        "tth_hum.py",
        "hello.py",
        "session.py",
        "test_hum.py",
        "test_clock.py",
        "test_session.py",
    }
