"""Log lines for people, or one JSON object a line for programs. Never sound, never a key."""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

REPEAT_S = 10.0
"""Time in which a warning is not repeated."""

REMEMBERED = 256
"""Warnings that are known again."""

FIELDS = ("session", "turn")
"""What a record may carry beside its message."""


def log_options(function: F) -> F:
    """Give a command ``log_level`` and ``log_format``."""
    level = click.option(
        "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Least level that is logged."
    )
    form = click.option(
        "--log-format", type=click.Choice(["text", "json"]), help="Lines to read, or one JSON object a line."
    )
    return level(form(function))


def set_up_logs(level: str, form: str) -> None:
    """Write this process's log to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(Repeats())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("websockets", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


class Repeats(logging.Filter):
    """Lets the same warning of a session pass once in ten seconds, so that no client can flood the log.

    The next one that passes says how many were left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        session = getattr(record, "session", "")
        if record.levelno < logging.WARNING or not session:
            return True
        key = (session, record.getMessage())
        since, left_out = self._seen.pop(key, (-math.inf, 0))
        if record.created - since < REPEAT_S:
            self._seen[key] = (since, left_out + 1)
            return False
        self._seen[key] = (record.created, 0)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        if left_out:
            record.msg, record.args = f"{key[1]} ({left_out} more of these)", ()
        return True


class TextLines(logging.Formatter):
    """``12:34:56 info  session 1a2b turn 3c4d: speaking``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback where there is one."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        about = " ".join(f"{name} {getattr(record, name)}" for name in FIELDS if getattr(record, name, ""))
        message = _on_one_line(record.getMessage())
        text = f"{clock} {record.levelname.lower():7} {about + ': ' if about else ''}{message}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _on_one_line(text: str) -> str:
    """The same, save what a terminal would obey: part of it may be a stranger's, who must write no line of the log."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and session and turn where known."""
        entry: dict[str, Any] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, "")}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
