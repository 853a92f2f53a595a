"""Log lines: their shapes, and what is left out of them."""

import json
import logging
from collections.abc import Iterator

import pytest

from tth.cli.logs import REMEMBERED, REPEAT_S, JsonLines, Repeats, TextLines, set_up_logs


def record(message: str, *, at: float = 0.0, session: str = "s1", level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord("tth", level, __file__, 1, "%s", (message,), None)
    made.created = at
    made.session, made.turn = session, "t1"
    return made


def written(*records: logging.LogRecord) -> list[str]:
    repeats = Repeats()
    return [each.getMessage() for each in records if repeats.filter(each)]


def test_the_same_warning_of_a_session_passes_once_in_ten_seconds_and_the_next_tells_of_the_rest() -> None:
    flood = [record("too many", at=number / 100) for number in range(500)]
    assert written(*flood, record("too many", at=REPEAT_S)) == ["too many", "too many (499 more of these)"]


def test_other_warnings_other_sessions_and_plain_steps_pass() -> None:
    other = [record("one"), record("two"), record("one", session="s2")]
    steps = [record("speaking", level=logging.INFO), record("speaking", level=logging.INFO)]
    whole = [record("of no session", session=""), record("of no session", session="")]
    assert len(written(*other, *steps, *whole)) == 7


def test_what_is_remembered_is_bounded() -> None:
    repeats = Repeats()
    for number in range(3 * REMEMBERED):
        assert repeats.filter(record(f"number {number}"))
    assert repeats.filter(record("number 0"))
    assert not repeats.filter(record(f"number {3 * REMEMBERED - 1}"))


def test_a_line_for_people_and_a_line_for_programs_say_the_same() -> None:
    text, parsed = TextLines().format(record("hello")), json.loads(JsonLines().format(record("hello")))
    assert text.endswith(" warning session s1 turn t1: hello")
    assert parsed == {
        "time": 0.0,
        "level": "warning",
        "logger": "tth",
        "message": "hello",
        "session": "s1",
        "turn": "t1",
    }


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def test_the_log_of_the_process_leaves_repeats_out(root: logging.Logger) -> None:
    set_up_logs("info", "text")
    (handler,) = root.handlers
    assert [bool(handler.filter(record("too many"))) for _ in range(2)] == [True, False]


def test_nothing_that_a_stranger_wrote_makes_a_line_of_its_own_or_speaks_to_the_terminal() -> None:
    line = TextLines().format(record("no 'x\r\n12:00:00 info forged\x1b[2J\x85\u2028' here, but ü and 你"))
    assert line.endswith(r"no 'x\r\n12:00:00 info forged\x1b[2J\x85\u2028' here, but ü and 你")
    assert len(line.splitlines()) == 1
