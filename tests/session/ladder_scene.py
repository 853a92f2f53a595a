"""A session with two faces, one above the other, whose services a test takes away and brings back."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager

from tests.session.scene import settle
from tth.core.events import (
    AudioChunkEvent,
    FaceFrameEvent,
    Family,
)
from tth.core.media import FaceFrame
from tth.errors import AdapterError
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.peers import ScriptedAvatar, ScriptedVoice

FRAME = 800
LOUD, QUIET = b"\x00\x10" * 240, bytes(480)
"""Ten milliseconds at 24 kHz."""


def pose(value):
    return struct.pack("<52f", *[value] * 52)


class Service:
    """What a face depends on, which may be away, refuse, stall or be slow."""

    def __init__(self, value):
        self.value = value
        self.up = True
        self.decision = "retry"
        self.busy = False
        self.frames = True
        self.every = 1
        self.faces = []
        self.tries = []

    def face(self):
        self.faces.append(Face(self))
        return self.faces[-1]

    def fall(self):
        """Everything that hangs on it fails."""
        self.up = False
        for face in self.faces:
            face.break_off()


class Face(ScriptedAvatar):
    """Thirty poses a second of the sound it gets, all the same."""

    def __init__(self, service):
        super().__init__(24_000, 20)
        self.service = service
        self.at = None
        self.units = 0

    async def connect(self):
        self.service.tries.append(asyncio.get_running_loop().time())
        if not self.service.up:
            raise AdapterError("face", "the service is away", decision=self.service.decision)

    async def start_speech(self, speech_id, *, start_sample, control):
        await super().start_speech(speech_id, start_sample=start_sample, control=control)
        self.at, self.units = start_sample, 0
        if self.service.busy:
            raise AdapterError("face", "the service is busy", decision="retry")

    async def send_audio(self, pcm, start_sample):
        if not self.service.up:
            raise AdapterError("face", "the connection is lost", decision="retry")
        self.units += len(pcm) >> 1
        while self.units >= FRAME:
            self.units -= FRAME
            if self.service.frames and (self.at // FRAME) % self.service.every == 0:
                frame = FaceFrame(speech_id=self.speech_id, sample=self.at, weights=pose(self.service.value))
                self.frames.put_now(frame)
            self.at += FRAME

    def break_off(self):
        """What was under way is lost, and the reader learns of it."""
        if not self.closed:
            self.frames.drop(lambda frame: True)
            self.frames.put_now(None)

    async def stream_frames(self):
        async for frame in self.frames:
            if frame is None:
                raise AdapterError("face", "the connection is lost", decision="retry")
            yield frame


class Show:
    """A session with two faces, and a record of what was shown and heard, each at its time."""

    def __init__(self, session, voice, services):
        self.session, self.voice, (self.high, self.low) = session, voice, services
        self.log = []
        session.bus.observe(self._take, frozenset(Family))

    def _take(self, event):
        self.log.append((asyncio.get_running_loop().time(), event))

    def seen(self, kind):
        return [event for _, event in self.log if isinstance(event, kind)]

    def shown(self):
        """When, for which unit, and which pose."""
        return [
            (time, event.frame.sample, struct.unpack_from("<f", event.frame.weights)[0])
            for time, event in self.log
            if isinstance(event, FaceFrameEvent)
        ]

    async def speak(self, seconds, *, pauses=()):
        """A turn of so many seconds of sound, quiet in the given tenths."""
        turn = self.session.say("go")
        await settle()
        number = self.session.turn.number
        response = f"r{number}"
        self.voice.start(response, f"i{number}")
        for tenth in range(int(seconds * 10)):
            data = (QUIET if tenth in pauses else LOUD) * 10
            self.voice.emit(AudioChunkEvent(data=data, response_id=response, item_id=f"i{number}"))
        self.voice.finish(response)
        await settle()
        return turn


@asynccontextmanager
async def show(*, high_up=True):
    services = [Service(0.8), Service(0.2)]
    services[0].up = high_up
    voices = []

    def new_voice():
        voices.append(ScriptedVoice())
        return voices[-1]

    cast = Cast(
        profile="test",
        persona="test",
        realtime=[Maker("voice", new_voice)],
        rungs=[Rung("high", services[0].face), Rung("low", services[1].face)],
    )
    async with Session(cast) as session:
        yield Show(session, voices[0], services)


def now():
    return asyncio.get_running_loop().time()
