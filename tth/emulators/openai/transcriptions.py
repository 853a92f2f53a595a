"""``POST /v1/audio/transcriptions``: an utterance comes in, its words go out, and things go wrong by script."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tth.emulators.openai.emulator import Emulator
from tth.emulators.openai.faults import ON_TRANSCRIPTION, TRANSCRIPTION
from tth.emulators.openai.recording import Recording, Refused, read_recording
from tth.emulators.openai.saboteur import Close, Saboteur, Send, Wait
from tth.errors import AdapterError, MediaError
from tth.hosting.keys import refusal, token_of

NO_CONNECTION = 0
"""A request is none of the connections that a script of faults counts."""

TRANSPORT = "transport"
"""Key of the request's state, under which the server keeps what can be broken off."""


class Transcriptions:
    """The route. Requests are counted over the server's life."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._asked = 0

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        emulator = self._emulator
        if emulator.hear is None:
            return refusal(404)
        if emulator.admit(token_of(request)) is None:
            return refusal(401)
        self._asked += 1
        due = emulator.script.due(
            TRANSCRIPTION, nth=self._asked, event=None, connection=NO_CONNECTION, actions=ON_TRANSCRIPTION
        )
        for fault in due:
            if fault.delay_s is not None:
                await asyncio.sleep(fault.delay_s)
            elif fault.status is not None:
                return refusal(fault.status)
            elif fault.drop is not None:
                await _break_off(request)
                return Response()
        try:
            asked = await read_recording(request.headers, request.stream(), strict=emulator.options.strict)
            text = await emulator.hear(asked.sound)
        except Refused as error:
            return _refused(error)
        except (AdapterError, MediaError) as error:
            return refusal(500, str(error))
        return self._answer(request, asked, text)

    def _answer(self, request: Request, asked: Recording, text: str) -> Response:
        if asked.streamed:
            events = self._events(request, asked, text)
            return StreamingResponse(events, media_type="text/event-stream")
        if asked.form == "text":
            return PlainTextResponse(text + "\n")
        if asked.form == "verbose_json":
            return JSONResponse(_verbose(asked, text))
        return JSONResponse({"text": text, "usage": _usage(asked, text)})

    async def _events(self, request: Request, asked: Recording, text: str) -> AsyncIterator[str]:
        """The text word by word, as server-sent events, with whatever the script does to them."""
        saboteur = Saboteur(self._emulator.script, NO_CONNECTION)
        for kind, event in _told(asked, text):
            for step in saboteur.said(kind, msgspec.json.encode(event).decode()):
                match step:
                    case Wait():
                        await asyncio.sleep(step.seconds)
                    case Send():
                        yield f"data: {step.text}\n\n"
                    case Close():
                        await _break_off(request)
                        return


def _told(asked: Recording, text: str) -> list[tuple[str, dict[str, Any]]]:
    words = text.split(" ") if text else []
    deltas = [word if place == 0 else f" {word}" for place, word in enumerate(words)]
    events: list[dict[str, Any]] = [{"type": "transcript.text.delta", "delta": delta} for delta in deltas]
    events.append({"type": "transcript.text.done", "text": text, "usage": _usage(asked, text)})
    return [(event["type"], event) for event in events]


def _usage(asked: Recording, text: str) -> dict[str, Any]:
    """Ten audio tokens a second, and one text token for four characters, about as OpenAI counts them."""
    audio, written = math.ceil(asked.seconds * 10), math.ceil(len(text) / 4)
    return {
        "type": "tokens",
        "input_tokens": audio,
        "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
        "output_tokens": written,
        "total_tokens": audio + written,
    }


def _verbose(asked: Recording, text: str) -> dict[str, Any]:
    segment = {"id": 0, "seek": 0, "start": 0.0, "end": round(asked.seconds, 2), "text": f" {text}", "tokens": []}
    scores = {"temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.0, "no_speech_prob": 0.0}
    return {
        "task": "transcribe",
        "language": {"en": "english"}.get(asked.language, asked.language),
        "duration": round(asked.seconds, 2),
        "text": text,
        "segments": [segment | scores] if text else [],
        "usage": {"type": "duration", "seconds": math.ceil(asked.seconds)},
    }


def _refused(error: Refused) -> Response:
    kind = "server_error" if error.status == 413 else "invalid_request_error"
    told = {"message": error.message, "type": kind, "param": error.param, "code": error.code}
    return JSONResponse({"error": told}, status_code=error.status)


async def _break_off(request: Request) -> None:
    """Drop the connection as a cable does, and wait until it is gone: what is sent then goes nowhere."""
    request.scope["state"][TRANSPORT].abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
