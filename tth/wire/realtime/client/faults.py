"""What a server's error means for the one who asked."""

from __future__ import annotations

from tth.core.events import Decision
from tth.wire.realtime.client.incoming import Problem

_FATAL = frozenset(
    """insufficient_quota credit_balance_exhausted invalid_api_key account_deactivated billing_hard_limit_reached
    beta_api_shape_disabled model_not_found unauthorized""".split()
)
"""Trying again would fail again, and cost patience or money."""

_RETRY = frozenset(
    """session_expired rate_limit_exceeded inference_rate_limit_exceeded server_error
    conversation_already_has_active_response""".split()
)
"""A little later, or on a new connection, it may work."""

ALREADY_THERE = "item_create_duplicate_item_id"

_IGNORE = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty", ALREADY_THERE})
"""Nothing was lost: it was so already."""

FATAL_HANDSHAKES = frozenset({400, 401, 403, 404})
"""HTTP statuses of a refused connection that will not change by trying again."""

BETA_REFUSED = 4000
"""Close code after ``beta_api_shape_disabled``."""


def decide(problem: Problem) -> Decision | None:
    """What becomes of it; ``None`` where its code says nothing: then it concerns the one request it answers.

    Either the code or the type may carry the name.

    Source: OpenAI's error codes and the reports of those who met them.
    """
    names = {problem.code or "", problem.type or ""}
    if names & _FATAL:
        return "fatal"
    if names & _IGNORE:
        return "ignore"
    return "retry" if names & _RETRY else None


def told(problem: Problem) -> str:
    """The problem in one line."""
    code = problem.code or problem.type or "error"
    where = f" ({problem.param})" if problem.param else ""
    return f"{code}{where}: {problem.message or 'the server gave no reason'}"
