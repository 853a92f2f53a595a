"""``tth chat`` in a real terminal and in a pipe."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.serving import START_S, TTH, environment, served

if sys.platform == "win32":
    pytest.skip("there is no pty on Windows", allow_module_level=True)

from tests.process.terminal import CTRL_C, CTRL_D, terminal

pytestmark = pytest.mark.process

CHAT = ("chat", "--profile", "offline_mock")
LONG = "a story that goes on and on " * 40 + "to its very end"
HINT = "Press Ctrl-C again or Ctrl-D to leave.\n> "


def test_it_says_how_to_leave_before_it_asks(tmp_path: Path) -> None:
    with terminal(tmp_path, *CHAT) as chat:
        banner = chat.until("> ")
        assert re.fullmatch(r"offline_mock: llm .*\n.*Ctrl-C interrupts an answer, Ctrl-D leaves\.\n> ", banner)
        chat.press("hello\n")
        assert "You said: hello\n" in chat.until(" of speech\n> ")
        chat.press(CTRL_D)
        assert chat.end() == 0
        assert "Traceback" not in chat.screen


def test_the_banner_comes_first_from_a_server_too(tmp_path: Path) -> None:
    with served(tmp_path) as server, terminal(tmp_path, "chat", "--server", server.base) as chat:
        assert re.fullmatch(r"offline_mock: .*\n.*Ctrl-D leaves\.\n> ", chat.until("> "))
        chat.press(CTRL_D)
        assert chat.end() == 0


def test_ctrl_c_at_the_prompt_tells_how_to_leave_and_leaves_the_second_time(tmp_path: Path) -> None:
    with terminal(tmp_path, *CHAT) as chat:
        chat.until("> ")
        chat.press(CTRL_C)
        chat.until(HINT)
        chat.press("hello\n")
        chat.until(" of speech\n> ")
        chat.press(CTRL_C)
        chat.until(HINT)
        chat.press(CTRL_C)
        assert chat.end() == 0
        assert "Traceback" not in chat.screen


def test_ctrl_c_interrupts_an_answer_and_what_was_heard_is_told(tmp_path: Path) -> None:
    with terminal(tmp_path, *CHAT) as chat:
        chat.until("> ")
        chat.press(f"{LONG}\n")
        chat.until("You said: a story")
        chat.press(CTRL_C)
        told = chat.until(" heard\n> ")
        assert "[interrupted]" in told
        assert float(re.findall(r"([\d.]+) s heard", told)[0]) < len(LONG) / 40
        chat.press(CTRL_C)
        chat.until(HINT)
        chat.press(CTRL_D)
        assert chat.end() == 0


def test_ctrl_d_during_an_answer_leaves_without_waiting_for_its_end(tmp_path: Path) -> None:
    with terminal(tmp_path, *CHAT) as chat:
        chat.until("> ")
        chat.press(f"{LONG}\n")
        chat.until("You said: a story")
        chat.press(CTRL_D)
        assert chat.end() == 0
        assert chat.screen.count("to its very end") == 1
        assert "Traceback" not in chat.screen


@pytest.mark.parametrize("remote", [False, True], ids=["here", "server"])
def test_in_a_pipe_a_line_that_is_too_long_is_told_and_the_next_is_answered(tmp_path: Path, remote: bool) -> None:
    def talk(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TTH, "chat", *args],
            input=f"{'x' * 9000}\nhello\n",
            env=environment(tmp_path),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )

    if remote:
        with served(tmp_path) as server:
            done = talk("--server", server.base)
    else:
        done = talk("--profile", "offline_mock")
    assert done.returncode == 0
    assert "9000 characters are too many for one turn; send at most 8000\n" in done.stderr
    assert "> hello\nYou said: hello\n" in done.stdout
