"""Every error that tth raises on purpose, in one tree."""

from __future__ import annotations

import traceback
from pathlib import Path


class TthError(Exception):
    """Something went wrong that a person can mend; the message says what, where and how."""


class ConfigError(TthError):
    """A setting, profile or persona says something that cannot be used.

    Args:
        source: The file or place (``environment``, ``command line``) that says it.
        line: 1-based line in that file, or ``None`` where there are no lines.
        key: Dotted key, as in ``components.tts.primary``; empty for the whole file.
        problem: What is wrong.
        fix: What would be right.
    """

    def __init__(
        self,
        source: Path | str,
        line: int | None = None,
        *,
        key: str = "",
        problem: str,
        fix: str = "",
    ) -> None:
        self.source = str(source)
        self.line = line
        self.key = key
        self.problem = problem
        self.fix = fix
        where = self.source if line is None else f"{self.source}:{line}"
        parts = [where, key, problem] if key else [where, problem]
        super().__init__(": ".join(parts) + (f"; {fix}" if fix else ""))


class ProfileError(ConfigError):
    """A profile cannot be used as it is written."""


class PluginError(TthError):
    """A plugin cannot be used; the rest of tth goes on without it."""


class AdapterError(TthError):
    """An adapter failed at its work.

    Args:
        adapter: The adapter's registered name.
        problem: What went wrong, and how to mend it where that is known.
        code: A short stable name for programs, as in ``rate_limit_exceeded``.
        decision: ``fatal`` (this adapter is finished), ``retry`` (a new attempt may work) or
            ``ignore`` (nothing was lost).
    """

    def __init__(self, adapter: str, problem: str, *, code: str = "adapter_failed", decision: str = "fatal") -> None:
        self.adapter = adapter
        self.problem = problem
        self.code = code
        self.decision = decision
        super().__init__(f"{adapter}: {problem}")


class AdapterUnavailable(AdapterError):
    """An adapter cannot work on this machine: a package, a key or a device is missing."""

    def __init__(self, adapter: str, problem: str) -> None:
        super().__init__(adapter, problem, code="adapter_unavailable")


class SessionClosed(TthError):
    """The session has ended; nothing more can be asked of it."""


class MediaError(TthError):
    """Audio or frames that are not what their header says."""


class ProtocolError(TthError):
    """A peer sent a message that its protocol does not allow.

    Args:
        code: A short stable name for programs.
        problem: What was wrong with the message, and what would be right.
    """

    def __init__(self, code: str, problem: str) -> None:
        self.code = code
        self.problem = problem
        super().__init__(f"{code}: {problem}")


def place_of(error: BaseException) -> str:
    """Where ``error`` was raised, as in `` (brain.py, line 12)``; empty where no foreign code stands on the way.

    Of the file it gives no more than the name: the text may reach a client.
    """
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(_LOADING):
            found = f" ({Path(frame.f_code.co_filename).name}, line {line})"
    return found


_LOADING = ("importlib", "pluggy", "tth.plugins")
