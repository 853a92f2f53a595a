"""``tth emulate``: options that cannot be are told before anything is served."""

from collections.abc import Callable

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--pace", "nan"), "nan is no pace"),
        (("--pace", "inf"), "inf is no pace"),
        (("--mind", "echo", "--answer", "hi"), "--mind and --answer exclude each other"),
        (("--answer", ""), "leave out what is empty"),
        (("--key", ""), "leave out what is empty"),
        (("--hears", "Hi", "--ears", "none"), "--hears and --ears none exclude each other"),
        (("--port", "99999"), "is not in the range"),
        (("--faults", "no-such.yaml"), "does not exist"),
    ],
)
def test_what_cannot_be_is_a_line_and_status_2(args: tuple[str, ...], told: str, tth: Run) -> None:
    status, out, err = tth("emulate", "openai", *args)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert told in line


def test_alone_it_says_what_can_be_emulated(tth: Run) -> None:
    status, out, err = tth("emulate")
    assert (status, err) == (0, "")
    assert "openai" in out
