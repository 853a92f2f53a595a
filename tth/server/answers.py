"""Answers that say what went wrong, in one shape for every client."""

from __future__ import annotations

import math
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def refusal(status: int, code: str, message: str) -> Response:
    """An error as every HTTP client of this server gets it."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


def retry_later(answer: Response, seconds: float) -> Response:
    """The same answer, which says when to ask again."""
    answer.headers["Retry-After"] = str(math.ceil(seconds))
    return answer


async def told(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such page, no such method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    answer = refusal(status, code, f"{request.method} {request.url.path}: {HTTPStatus(status).phrase.lower()}")
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def failed(request: Request, error: Exception) -> Response:
    """A mistake of the server. Its traceback goes to the log, by uvicorn, and nowhere else."""
    return refusal(500, "internal_error", "the server made a mistake; its log says more")
