"""How soon another face moves when an Audio2Face-3D service is lost, and how soon the service is found again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from benchmarks.figures import Figure, Goal, quantile
from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.phoneme.avatar import PhonemeAvatar
from tth.core.events import AudioChunkEvent, DegradedEvent, Event, FaceFrameEvent, Family
from tth.core.media import MEDIA_RATE_HZ
from tth.emulators.a2f.emulator import Emulator
from tth.emulators.a2f.faults import Fault, Faults
from tth.emulators.a2f.options import EmulatorOptions
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.emulated_a2f import emulated_a2f
from tth.testing.peers import ScriptedVoice

LOUD = b"\x00\x10" * 2400
SPEECH_S = 5.0
REFUSED = Fault(refuse="RESOURCE_EXHAUSTED")
DROPPED = Fault(frame=2, drop=True)
STALLED = Fault(frame=10, stall_s="forever")


class _Watch:
    """Notes the first frame after the avatar has changed, beside what is heard by then."""

    def __init__(self, session: Session) -> None:
        self.moved = asyncio.Event()
        self.late_s = 0.0
        self._down = False
        self._began = self._last = 0.0
        session.bus.observe(self._take, frozenset({Family.WORDS, Family.AUDIO, Family.PICTURES}))

    def clear(self) -> None:
        """Wait for the next change."""
        self.moved.clear()
        self._down, self._began, self._last = False, 0.0, 0.0

    def _take(self, event: Event) -> None:
        now = asyncio.get_running_loop().time()
        if isinstance(event, AudioChunkEvent):
            self._began = self._began or now
        elif isinstance(event, DegradedEvent):
            self._down = True
        elif isinstance(event, FaceFrameEvent) and not self.moved.is_set():
            if self._down:
                # The last frame stands for a thirtieth of a second; from then on there is nothing to show.
                self.late_s = max(0.0, now - self._began - self._last)
                self.moved.set()
            self._last = event.frame.sample / MEDIA_RATE_HZ + 1 / 30


def _cast(target: str, voices: list[ScriptedVoice]) -> Cast:
    shared = Shared()

    def voice() -> ScriptedVoice:
        voices.append(ScriptedVoice())
        return voices[-1]

    return Cast(
        profile="ladder",
        persona="none",
        realtime=[Maker("voice", voice)],
        rungs=[
            Rung("a2f", lambda: A2F(A2FOptions(target=target), shared)),
            Rung("phoneme", lambda: PhonemeAvatar(None, shared)),
        ],
    )


async def _speak(session: Session, voice: ScriptedVoice, number: int) -> None:
    session.say("go")
    while len(voice.requests) <= number:  # noqa: ASYNC110  # a step of the loop, not a wait
        await asyncio.sleep(0)
    name = f"r{number}"
    voice.start(name, f"i{number}")
    for _ in range(int(SPEECH_S * 10)):
        voice.emit(AudioChunkEvent(data=LOUD, response_id=name, item_id=f"i{number}"))


async def _found(session: Session, before: int) -> None:
    while session.meters.connects == before:  # noqa: ASYNC110  # a count, and nobody tells of it
        await asyncio.sleep(0.005)


async def _kills(emulator: Emulator, target: str, count: int) -> tuple[list[float], list[float]]:
    """Seconds without a frame after the loss, and from the return to the connection."""
    gaps, backs, voices = [], [], list[ScriptedVoice]()
    loop = asyncio.get_running_loop()
    async with Session(_cast(target, voices)) as session:
        watch = _Watch(session)
        for number in range(count):
            watch.clear()
            await _speak(session, voices[0], number)
            await asyncio.sleep(0.1 + 0.05 * (number % 7))
            await emulator.break_now()
            await watch.moved.wait()
            gaps.append(watch.late_s)
            session.interrupt()
            await asyncio.sleep(0.2 + 0.1 * (number % 5))
            before = session.meters.connects
            await emulator.come_back()
            back = loop.time()
            await _found(session, before)
            backs.append(loop.time() - back)
    return gaps, backs


async def _troubled(fault: Fault, count: int) -> list[float]:
    """Seconds without a frame in a speech of which every clip meets that fault."""
    gaps, voices = [], list[ScriptedVoice]()
    async with emulated_a2f(EmulatorOptions(faults=Faults(faults=(fault,)))) as (target, _):
        for _ in range(count):
            async with Session(_cast(target, voices)) as session:
                watch = _Watch(session)
                await _speak(session, voices[-1], 0)
                await watch.moved.wait()
                gaps.append(watch.late_s)
    return gaps


async def _measure(count: int) -> list[tuple[str, list[float], float]]:
    async with emulated_a2f() as (target, emulator):
        gaps, backs = await _kills(emulator, target, count)
    return [
        ("killed in mid-speech: without a frame, longest", gaps, 150),
        ("refused at a speech's start: without a frame, longest", await _troubled(REFUSED, count // 2), 150),
        ("broken off at frame 2: without a frame, longest", await _troubled(DROPPED, count // 2), 150),
        ("stalled at frame 10: without a frame, longest", await _troubled(STALLED, count // 2), 400),
        ("back, until it is connected again, longest", backs, 1000),
    ]


def measure(*, quick: bool) -> Iterator[Figure]:
    """One session in real time, on loopback."""
    for what, values, limit_ms in asyncio.run(_measure(12 if quick else 40)):
        yield Figure(
            part="Avatar ladder",
            what=what,
            value=max(values) * 1000,
            unit="ms",
            goal=Goal(limit_ms),
            note=f"{len(values)} times; half of them within {quantile(values, 0.5) * 1000:.0f} ms",
        )
