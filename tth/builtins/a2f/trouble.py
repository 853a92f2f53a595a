"""What a failed clip or question means, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from tth.errors import AdapterError
from tth.transports.grpc_call import CallFailed
from tth.wire.a2f.reply import Verdict

NAME = "a2f"


@dataclass(frozen=True, slots=True)
class _Row:
    """One meaning.

    Attributes:
        status: The gRPC status; empty for any.
        detail: What its text holds, in lower case; empty for anything.
        code: For programs.
        fatal: Whether a new attempt would end the same way.
        meaning: A sentence for the person.
    """

    status: str
    detail: str
    code: str
    fatal: bool
    meaning: str


_ROWS = (
    _Row("INVALID_ARGUMENT", "", "bad_request", True, "the service refuses parameters or sound; see the options"),
    _Row(
        "UNAUTHENTICATED", "", "invalid_api_key", True,
        "the service does not take the key; see NVIDIA_API_KEY, or the option metadata",
    ),
    _Row("PERMISSION_DENIED", "", "invalid_api_key", True, "the key may not use this service; see NVIDIA_API_KEY"),
    _Row("NOT_FOUND", "", "unknown_function", True, "there is no such function for this key; see function_id"),
    _Row("UNIMPLEMENTED", "", "not_a2f", True, "that is no Audio2Face-3D service, or an old one; see target"),
    _Row(
        "INTERNAL", "failed to establish link to worker", "busy", False,
        "no instance of the hosted service is free; it is tried again",
    ),
    _Row("INTERNAL", "unauthenticated", "invalid_api_key", True, "the key is not taken; see NVIDIA_API_KEY"),
    _Row(
        "INTERNAL", "server error trying to handle an exception", "no_credit", True,
        "the account has no credit left or no access to the function; see function_id",
    ),
    _Row("INTERNAL", "internal error from core", "ended_early", False, "the service ended the stream early"),
    _Row(
        "UNAVAILABLE", "certificate_verify_failed", "bad_certificate", True,
        "its certificate is not signed by an authority that is trusted; see ca",
    ),
    _Row("UNAVAILABLE", "hostname verification", "bad_certificate", True, "its certificate is for another address"),
    _Row(
        "UNAVAILABLE", "wrong_version_number", "bad_certificate", True,
        "the service speaks no TLS; leave security out, or set it to 'none'",
    ),
    _Row(
        "UNAVAILABLE", "security handshaker", "bad_certificate", True,
        "the PEM files do not fit together; see ca, certificate and key",
    ),
    _Row(
        "UNAVAILABLE", "socket closed", "unreachable", False,
        "the connection was closed; if that stays, security or certificate are not what the service wants",
    ),
    _Row("UNAVAILABLE", "", "unreachable", False, "it cannot be reached; is it running, and is target right?"),
    _Row(
        "RESOURCE_EXHAUSTED", "message larger than max", "message_too_large", True,
        "a message was larger than the service takes; lower packet_ms",
    ),
    _Row("RESOURCE_EXHAUSTED", "", "busy", False, "the service is busy or limits our calls; it is tried again"),
    _Row("DEADLINE_EXCEEDED", "", "timed_out", False, "the service did not answer in time"),
    _Row("", "", "service_failed", False, "the service failed"),
)  # fmt: skip

_LOST = _Row("", "", "connection_lost", False, "the connection to the service was lost; it is made again")


def _meaning(failed: CallFailed) -> _Row:
    text = failed.detail.lower()
    return next(row for row in _ROWS if row.status in ("", failed.status) and row.detail in text)


def trouble(failed: CallFailed, *, begun: bool = False) -> AdapterError:
    """What the end of a call means; ``begun`` where the service had answered before."""
    row = _meaning(failed)
    if begun and row.code == "unreachable":
        row = _LOST
    return AdapterError(NAME, f"{row.meaning} ({failed})", code=row.code, decision=_decision(row))


def refused(verdict: Verdict, failed: CallFailed | None = None) -> AdapterError:
    """The service said itself what is wrong, which counts for more than how the call then ended."""
    row = _meaning(failed) if failed is not None else None
    telling = row if row is not None and row.code not in ("ended_early", "service_failed") else None
    return AdapterError(
        NAME,
        f"the service refused the clip: {verdict.message or 'it did not say why'}",
        code=telling.code if telling is not None else "clip_refused",
        decision=_decision(telling) if telling is not None else "retry",
    )


def ended_early(what: str) -> AdapterError:
    """The call ended well, and yet the clip did not."""
    return AdapterError(NAME, what, code="ended_early", decision="retry")


def broken(problem: str) -> AdapterError:
    """The service does not keep to its protocol."""
    return AdapterError(NAME, problem, code="bad_reply", decision="retry")


def _decision(row: _Row) -> str:
    return "fatal" if row.fatal else "retry"
