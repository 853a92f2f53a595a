"""What came of one turn: sound, frames, words, times; and the files they are written to."""

from __future__ import annotations

import csv
import io
import json
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tth.cli.spent import Spent
from tth.cli.talk import Talk
from tth.core.controls import TurnControl
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    ErrorEvent,
    Event,
    FaceFrameEvent,
    ItemHeardEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    UsageEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ, FaceFrame
from tth.errors import TthError
from tth.face.blendshapes import NAMES, from_bytes

FRAME_UNITS = MEDIA_RATE_HZ // 30


@dataclass(slots=True)
class Take:
    """One turn as it was received.

    Attributes:
        ending: The event that closed it.
        words: The words of the answer, by item.
        units: Media units of sound received.
        ms: Milliseconds from the request to the first text, sound and frame, and to the end.
        notes: Warnings and hand-overs.
        spent: What the voice said that the answer cost.
    """

    ending: Event | None = None
    words: dict[str, str] = field(default_factory=dict)
    chunks: list[AudioChunkEvent] = field(default_factory=list)
    frames: list[FaceFrame] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    units: int = 0
    ms: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)

    @property
    def text(self) -> str:
        """The words of the answer."""
        return "".join(self.words.values())

    @property
    def lack(self) -> str:
        """Why the answer is not whole; empty where it is."""
        ending = self.ending
        if not isinstance(ending, TurnCompleteEvent) or ending.status == "completed":
            return ""
        return f"the answer is {ending.status}: {ending.reason or 'the voice gave no reason'}"

    @property
    def rate_hz(self) -> int:
        """Rate of the sound."""
        return self.chunks[0].sample_rate if self.chunks else MEDIA_RATE_HZ

    def take(self, event: Event, elapsed_ms: float) -> None:
        """One event of the turn."""
        self.events.append(event)
        match event:
            case TextDeltaEvent():
                self.ms.setdefault("first_text", elapsed_ms)
                self.words[event.item_id] = self.words.get(event.item_id, "") + event.token
            case ItemHeardEvent() if not event.text:
                self.words.pop(event.item_id, None)  # it is asked for anew
            case AudioChunkEvent():
                self.ms.setdefault("first_audio", elapsed_ms)
                self.chunks.append(event)
                self.units = event.sample + len(event.data) // 2 * MEDIA_RATE_HZ // event.sample_rate
            case FaceFrameEvent() if event.frame.speech_id:
                self.ms.setdefault("first_frame", elapsed_ms)
                self.frames.append(event.frame)
            case UsageEvent():
                self.spent.count(event.usage)
            case WarningEvent():
                self.notes.append(event.message)
            case DegradedEvent():
                now = event.now or "nothing"
                self.notes.append(f"{event.component}: {event.was} gives way to {now}: {event.reason}")
            case TurnCompleteEvent() | TurnFailedEvent() | TurnInterruptedEvent():
                self.ms["whole"] = elapsed_ms
                self.ending = event

    def summary(self, profile: str) -> dict[str, Any]:
        """The take as one JSON object."""
        ending = self.ending
        status = ending.status if isinstance(ending, TurnCompleteEvent) else type(ending).__name__
        return {
            "profile": profile,
            "status": status,
            "reason": ending.reason if isinstance(ending, TurnCompleteEvent | TurnInterruptedEvent) else "",
            "text": self.text.strip(),
            "seconds": round(self.units / MEDIA_RATE_HZ, 3),
            "sample_rate": self.rate_hz,
            "frames": len(self.frames),
            "ms": {name: round(value, 1) for name, value in self.ms.items()},
            "notes": self.notes,
            "usage": self.spent.usage,
            "cost_usd": self.spent.usd,
        }


async def one_turn(talk: Talk, text: str, control: TurnControl) -> Take:
    """Ask, take everything as fast as it comes, and return it.

    Raises:
        TthError: The turn was refused or failed.
    """
    take, number = Take(), 0
    began = time.perf_counter()
    await talk.say(text, control)
    async for event in talk.events():
        take.take(event, (time.perf_counter() - began) * 1000)
        match event:
            case TurnStartedEvent():
                number = event.turn
            case AudioChunkEvent():
                await talk.report(number, take.units, "blocked")
            case ErrorEvent() if not number:
                raise TthError(event.message)
            case TurnFailedEvent():
                raise TthError(event.message)
            case TurnCompleteEvent() | TurnInterruptedEvent():
                return take
        last = take.frames[-1].sample if take.frames else -1
        if take.units and last >= take.units - FRAME_UNITS:
            await talk.report(number, take.units, "ended")
    raise TthError("the session ended before the turn did")


def write_wav(path: Path, take: Take) -> None:
    """Write the sound: PCM16 mono.

    Raises:
        OSError: The file cannot be written. So it is with the other two.
    """
    # Made in memory: a wave file that cannot be written complains once more when it is collected.
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(take.rate_hz)
        file.writeframes(b"".join(chunk.data for chunk in take.chunks))
    path.write_bytes(made.getbuffer())


def write_frames(path: Path, take: Take) -> None:
    """Write the frames: seconds and the 52 weights in ARKit's order, as CSV or, by the ending, JSON lines."""
    rows = [(frame.sample / MEDIA_RATE_HZ, from_bytes(frame.weights)) for frame in take.frames]
    with path.open("w", newline="", encoding="utf-8") as file:
        if path.suffix == ".jsonl":
            for seconds, pose in rows:
                values = [round(float(value), 5) for value in pose]
                file.write(json.dumps({"time": round(seconds, 5), "weights": values}) + "\n")
            return
        writer = csv.writer(file)
        writer.writerow(["time", *NAMES])
        for seconds, pose in rows:
            writer.writerow([f"{seconds:.5f}", *(f"{value:.5f}" for value in pose)])


def write_events(path: Path, take: Take) -> None:
    """Write the events in order, one JSON object a line; of media only size and place."""
    with path.open("wb") as file:
        for event in take.events:
            if isinstance(event, AudioChunkEvent):
                event = msgspec.structs.replace(event, data=b"")
            elif isinstance(event, FaceFrameEvent):
                event = msgspec.structs.replace(event, frame=msgspec.structs.replace(event.frame, weights=b""))
            elif isinstance(event, ResponseStartedEvent):
                continue
            file.write(msgspec.json.encode(event) + b"\n")
