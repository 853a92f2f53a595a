"""The first hops of the path: a voice that connects, answers, and is not silent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tth.audio.meters import Meter
from tth.cli.findings import Finding
from tth.core.bus import Subscription
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    ErrorEvent,
    Event,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
)
from tth.core.media import MEDIA_RATE_HZ
from tth.errors import TthError
from tth.session.cast import Cast
from tth.session.foreign import explain
from tth.session.session import Session

QUESTION = "Hello, can you hear me?"

ENOUGH_UNITS = 2 * MEDIA_RATE_HZ
"""Sound of an answer that tells whether it is silent."""

CONNECTS, ANSWERS, SOUNDS = "Voice connects", "First sound arrives", "Sound is not silent"

CHOOSE_FIX = "Mend that, or choose another voice for the profile; 'tth plugins' lists what there is."


@dataclass(slots=True)
class Heard:
    """What came of one short question.

    Attributes:
        connect_ms: How long the voice took to connect; ``None`` where it did not.
        first_text_ms: From the question to the first word.
        first_audio_ms: From the question to the first sound.
        units: Media units of sound that came.
        meter: Measured of them.
        instead: Which voices gave way to which, and why.
        trouble: Why there is no more.
    """

    connect_ms: float | None = None
    first_text_ms: float | None = None
    first_audio_ms: float | None = None
    units: int = 0
    meter: Meter | None = None
    instead: list[str] = field(default_factory=list)
    trouble: str = ""


async def listen(cast: Cast, until: float) -> Heard:
    """Ask one short question and listen for as long as is needed, but no longer than ``until`` on the loop's clock.

    Whatever goes wrong is in what is returned.
    """
    heard = Heard()
    began_s = _now_s()
    try:
        async with asyncio.timeout_at(until):
            session = Session(replace(cast, rungs=()))
            events = session.subscribe()
            async with session:
                heard.connect_ms = _ms_since(began_s)
                session.say(QUESTION)
                await _take(events, heard)
    except TimeoutError:
        heard.trouble = heard.trouble or f"nothing more came within {_now_s() - began_s:.1f} s"
    except TthError as error:
        heard.trouble = explain(error)
    return heard


async def _take(events: Subscription, heard: Heard) -> None:
    asked_s = _now_s()
    async for event in events:
        match event:
            case TextDeltaEvent() if heard.first_text_ms is None:
                heard.first_text_ms = _ms_since(asked_s)
            case AudioChunkEvent():
                if heard.first_audio_ms is None:
                    heard.first_audio_ms = _ms_since(asked_s)
                _measure(event, heard)
            case DegradedEvent():
                told = f"{event.was} gives way to {event.now or 'nothing'}: {event.reason}"
                if told not in heard.instead:
                    heard.instead.append(told)
            case ErrorEvent() | TurnFailedEvent():
                heard.trouble = event.message
        if heard.units >= ENOUGH_UNITS or _is_end(event):
            return


def _is_end(event: Event) -> bool:
    return isinstance(event, TurnCompleteEvent | TurnFailedEvent | TurnInterruptedEvent)


def _measure(event: AudioChunkEvent, heard: Heard) -> None:
    if heard.meter is None:
        heard.meter = Meter(event.sample_rate)
    heard.units += len(event.data) // 2 * MEDIA_RATE_HZ // event.sample_rate
    heard.meter.feed(event.data)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _ms_since(start_s: float) -> float:
    return round((_now_s() - start_s) * 1000, 1)


def judge_voice(names: str, heard: Heard) -> Iterator[Finding]:
    """The hops of a voice.

    Args:
        names: Its adapters, as the profile has them.
        heard: What came of the question.
    """
    if heard.connect_ms is None:
        detail = heard.trouble if heard.trouble.startswith(names) else f"{names}: {heard.trouble}"
        yield Finding(name=CONNECTS, status="failed", detail=detail, fix=CHOOSE_FIX)
    else:
        detail = f"{names} in {heard.connect_ms:.0f} ms"
        yield Finding(
            name=CONNECTS,
            status="warning" if heard.instead else "ok",
            detail="; ".join([detail, *heard.instead]),
            numbers={"connect_ms": heard.connect_ms},
        )
    yield _answers(heard)
    yield _sounds(heard)


def _answers(heard: Heard) -> Finding:
    if heard.first_audio_ms is None:
        fix = "It is connected and does not speak: look at the provider's status, quota and model."
        return Finding(name=ANSWERS, status="failed", detail=heard.trouble or "the answer has no sound", fix=fix)
    numbers = {"first_audio_ms": heard.first_audio_ms}
    words = ""
    if heard.first_text_ms is not None:
        numbers["first_text_ms"] = heard.first_text_ms
        words = f", the first word after {heard.first_text_ms:.0f} ms"
    return Finding(name=ANSWERS, detail=f"after {heard.first_audio_ms:.0f} ms{words}", numbers=numbers)


def _sounds(heard: Heard) -> Finding:
    meter = heard.meter
    seconds = heard.units / MEDIA_RATE_HZ
    if meter is None or not meter.windows:
        lack = heard.trouble or f"{seconds:.2f} s is too little to tell"
        return Finding(name=SOUNDS, status="warning" if meter is not None else "failed", detail=lack)
    share = meter.silent_windows / meter.windows
    numbers = {
        "seconds": round(seconds, 3),
        "rms": round(meter.rms, 5),
        "peak": round(meter.peak, 5),
        "silent_share": round(share, 4),
    }
    detail = f"RMS {meter.rms:.3f}, peak {meter.peak:.2f}, {share:.0%} silent of {seconds:.1f} s"
    if meter.silent_windows < meter.windows:
        return Finding(name=SOUNDS, detail=detail, numbers=numbers)
    fix = "The voice sends sound without any in it: look at its options, or try another."
    return Finding(name=SOUNDS, status="failed", detail=detail, fix=fix, numbers=numbers)
