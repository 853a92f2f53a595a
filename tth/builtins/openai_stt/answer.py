"""What a server sends back, read as leniently as compatible servers need it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from tth.errors import AdapterError

NAME = "openai_stt"


def text_of(body: bytes, content_type: str) -> str:
    """The text of an answer that is not streamed: a JSON object with ``text``, or the text itself.

    Raises:
        AdapterError: There is none in it.
    """
    if "json" not in content_type and not body.lstrip().startswith(b"{"):
        return body.decode(errors="replace").strip()
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise _unreadable(f"{body[:80]!r}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise _unreadable("JSON without 'text'")
    return str(answer["text"]).strip()


async def texts_of(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The text so far, from an event stream's lines, each time that it has grown; the last one is whole.

    OpenAI sends ``transcript.text.delta`` and ``.done``; others send segments with ``text``, or chunks as chat has
    them. Comments, carriage returns and what cannot be read are passed over.

    Raises:
        AdapterError: The server breaks off with an error.
    """
    text = ""
    async for line in lines:
        event = _event(line)
        if event is None:
            continue
        whole, piece = event.get("text"), event.get("delta")
        if "error" in event:
            raise _broken(event["error"])
        if event.get("type") == "transcript.text.done" and isinstance(whole, str):
            yield whole.strip()
            return
        if event.get("type") == "transcript.text.delta" and isinstance(piece, str):
            text += piece
        elif "type" not in event and isinstance(whole, str):
            text += whole
        elif isinstance(piece := _chat_piece(event), str):
            text += piece
        else:
            continue
        yield text.strip()


def _event(line: str) -> dict[str, Any] | None:
    name, _, value = line.strip().partition(":")
    if name != "data":
        return None
    try:
        event = msgspec.json.decode(value.strip())
    except msgspec.DecodeError:
        return None  # [DONE], or what nobody knows
    return event if isinstance(event, dict) else None


def _chat_piece(event: Mapping[str, Any]) -> Any:
    try:
        return event["choices"][0]["delta"]["content"]
    except (LookupError, TypeError):
        return None


def _unreadable(what: str) -> AdapterError:
    return AdapterError(
        NAME, f"the server answered {what}; is there a transcription route at base_url?", code="bad_answer"
    )


def _broken(error: Any) -> AdapterError:
    told = error if isinstance(error, dict) else {"message": error}
    code = str(told.get("code") or told.get("type") or "server_error")
    return AdapterError(NAME, f"the server broke off: {told.get('message') or code}", code=code, decision="retry")
