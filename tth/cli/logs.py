"""Log lines for people, or one JSON object a line for programs. Never sound, never a key."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

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
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("websockets", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


class TextLines(logging.Formatter):
    """``12:34:56 info  session 1a2b turn 3c4d: speaking``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback where there is one."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        about = " ".join(f"{name} {getattr(record, name)}" for name in FIELDS if getattr(record, name, ""))
        text = f"{clock} {record.levelname.lower():7} {about + ': ' if about else ''}{record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


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
