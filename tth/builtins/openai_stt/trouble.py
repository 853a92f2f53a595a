"""What went wrong at the server, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tth.builtins.openai_stt.answer import NAME
from tth.errors import AdapterError

if TYPE_CHECKING:
    from openai import APIStatusError

_EMPTY = ("insufficient_quota", "billing_hard_limit_reached")


def refuses_stream(error: APIStatusError) -> bool:
    """Whether the server refuses to stream, and nothing else."""
    told = _told(error.body)
    return told.get("param") == "stream" or "stream" in str(told.get("message") or error.message).lower()


def explained(error: Exception, url: str, model: str) -> AdapterError:
    """The error of the client, or of the connection beneath it, as one that says what to do."""
    from httpx2 import HTTPError, TimeoutException
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    if isinstance(error, APITimeoutError | TimeoutException):
        return AdapterError(NAME, f"{url} did not answer in time (response_s)", code="stalled", decision="retry")
    if isinstance(error, APIConnectionError):
        problem = f"{url} cannot be reached: {error.__cause__ or error}"
        return AdapterError(NAME, problem, code="unreachable", decision="retry")
    if isinstance(error, HTTPError):
        return AdapterError(NAME, f"{url} broke off: {error}", code="unreachable", decision="retry")
    if isinstance(error, APIStatusError):
        return _refused(error, url, model)
    return AdapterError(NAME, str(error))


def _refused(error: APIStatusError, url: str, model: str) -> AdapterError:
    told = _told(error.body)
    message, code = str(told.get("message") or error.message), str(told.get("code") or "")
    match error.status_code:
        case 401 | 403:
            return AdapterError(NAME, f"{url} does not take this key; see OPENAI_API_KEY", code="invalid_api_key")
        case 404:
            problem = f"{url} has no model {model!r}, or no transcription route: {message}"
            return AdapterError(NAME, problem, code=code or "not_found")
        case 413:
            return AdapterError(NAME, f"the utterance is too long for {url}: {message}", code=code or "too_long")
        case 429 if code in _EMPTY:
            return AdapterError(NAME, f"the account is empty: {message}", code=code)
        case 429:
            return AdapterError(NAME, f"too much is asked: {message}", code=code or "rate_limit", decision="retry")
        case status if status >= 500:
            problem = f"{url} failed with {status}: {message}"
            return AdapterError(NAME, problem, code=code or "server_error", decision="retry")
    return AdapterError(NAME, f"{url} refused: {message}", code=code or "refused")


def _told(body: Any) -> dict[str, Any]:
    inner = body.get("error", body) if isinstance(body, dict) else {}
    return inner if isinstance(inner, dict) else {"message": inner}
