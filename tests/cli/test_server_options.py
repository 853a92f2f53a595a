"""Options of ``ask`` and ``chat`` that go with ``--server``, and how they feel."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.process.serving import Served, served

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("command", [("ask", "hello"), ("chat",)])
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--set", "persona=ori"), "--set has no say over a server; give it to 'tth serve', or leave --server out"),
        (("--trust",), "--trust has no say over a server"),
        (("--strict-plugins",), "--strict-plugins has no say over a server"),
        (("--profile", "./x.yaml"), "--profile ./x.yaml is a file here, and a server takes names"),
    ],
)
def test_an_option_that_cannot_work_with_a_server_is_a_wrong_use(
    tth: Run, command: tuple[str, ...], args: tuple[str, ...], told: str
) -> None:
    status, out, err = tth(*command, "--server", "127.0.0.1:9", *args)
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {told}")


@pytest.mark.parametrize("strength", ["", "x", "3", "nan", "-1"])
def test_an_intensity_that_is_none_is_refused_with_a_fix(tth: Run, strength: str) -> None:
    status, _, err = tth("ask", "hello", "-p", "offline_mock", f"--emotion=happy:{strength}")
    assert status == 2
    assert f"{strength!r} is no intensity; write a number from 0 to 1, as in happy:0.5, or happy alone" in err


def test_an_emotion_that_is_none_is_told_with_its_near_miss(tth: Run) -> None:
    assert "no emotion 'hapy'; did you mean happy?" in tth("ask", "hello", "--emotion", "hapy:1")[2]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Served]:
    """A server with a key."""
    with served(tmp_path, TTH_API_KEY="sesame") as server:
        yield server


@pytest.mark.process
def test_a_key_that_is_missing_or_wrong_is_told_with_the_option_and_the_variable(
    tth: Run, locked: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ("ask", "hello", "--server", locked.base)
    assert tth(*ask, "--key", "sesame")[:2] == (0, "You said: hello\n")
    head = f"error: {locked.base}: the"
    assert tth(*ask) == (1, "", f"{head} server wants its key; give it with --key, or set TTH_API_KEY\n")
    assert tth(*ask, "--key", "poppy") == (1, "", f"{head} key given with --key is not the server's\n")
    monkeypatch.setenv("TTH_API_KEY", "poppy")
    told = f"{head} key that TTH_API_KEY holds is not the server's; give the right one with --key\n"
    assert tth(*ask) == (1, "", told)
