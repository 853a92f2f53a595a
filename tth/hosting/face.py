"""The avatar's face beside the sound of a conversation, as events that the protocol does not have."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from tth.core.bus import EventBus, Limit, Overflow
from tth.core.clock import Clock
from tth.core.controls import TurnControl
from tth.core.events import FaceFrameEvent, Family
from tth.core.media import MEDIA_RATE_HZ, EmotionMark, FaceFrame, SpeechMark
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.hosting.reply import Reply
from tth.session.ladder import Rung
from tth.session.playhead import Playhead
from tth.session.speech import MAX_SPEECH_UNITS, Speech
from tth.session.stage import AvatarStage
from tth.wire.realtime.server.options import random_id

DELTA = "tth.face_frames.delta"
DONE = "tth.face_frames.done"

FRAMES = 512
"""Frames that may wait to be sent; then the oldest give way."""

WAITING = 16
"""Speeches that may wait for the one that is played; then the oldest is left out."""

LOOK_S = 0.1
"""How often it is looked whether a speech was played to its end."""

AFTER_S = 0.2
"""The last frames of a speech are waited for so long after its sound."""


class Moving:
    """One response's face: its speech, and where in it each item begins."""

    def __init__(self, response_id: str) -> None:
        self.id = response_id
        self.speech = Speech(response_id)
        self.emotions: list[EmotionMark] = []
        self._starts: dict[str, int] = {}
        self._items: list[tuple[int, str]] = []

    def start_of(self, item: str) -> int:
        """The media unit at which an item of the voice begins; a new one begins here."""
        return self._starts.setdefault(item, self.speech.received)

    def name(self, sample: int, item_id: str) -> None:
        """What sounds from ``sample`` on is that item to the client."""
        if not self._items or self._items[-1][1] != item_id:
            self._items.append((sample, item_id))

    def item_at(self, sample: int) -> str:
        """The item that sounds at ``sample``, as the client calls it."""
        before = (item_id for start, item_id in reversed(self._items) if start <= sample)
        return next(before, self._items[0][1])

    def has(self, item_id: str) -> bool:
        """Whether it is the client's item of that id."""
        return any(name == item_id for _, name in self._items)


class Face:
    """Plays a client's speeches one after another, by the clock, and sends the frames; sound never waits for it.

    Use it as ``async with Face(...) as face``.

    Args:
        rungs: Avatars, best first.
        control: How the persona feels.
        bus: Where the stage tells its frames.
        send: Takes type and text of each event.
    """

    def __init__(
        self,
        rungs: Sequence[Rung],
        control: TurnControl,
        bus: EventBus,
        clock: Clock,
        watchdog: Watchdog,
        send: Callable[[str, str], None],
    ) -> None:
        self._control = control
        self._send = send
        self._playhead = Playhead(clock)
        self._stage = AvatarStage(rungs, bus, self._playhead, clock, watchdog, lambda: None)
        self._frames = bus.subscribe({Family.PICTURES: Limit(FRAMES, Overflow.DROP_OLDEST)})
        self._tasks = Tasks(lambda error: None)
        self._known: dict[str, Moving] = {}
        self._queue: deque[Moving] = deque()
        self._now: Moving | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Face:
        """Bring up the first avatar that works."""
        await self._stage.open()
        self._tasks.start(self._play(), "face")
        self._tasks.start(self._tell(), "face frames")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._tasks.close()
        self._frames.close()
        await self._stage.close()

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self._stage.name

    # What the conversation says

    def sound(self, reply: Reply, pcm: bytes) -> None:
        """Whole samples of mono PCM16 at 24 kHz that go to the client now, of its item ``reply.wire_item``."""
        if reply.out_of_band:
            return
        moving = self._of(reply)
        speech = moving.speech
        before = speech.received
        played = self._playhead.position() if moving is self._now else 0
        if before - played + len(pcm) // 2 > MAX_SPEECH_UNITS:
            return
        moving.start_of(reply.item)
        moving.name(before, reply.wire_item)
        speech.append(pcm, MEDIA_RATE_HZ)
        if moving is self._now:
            self._playhead.received_more(before)
            self._stage.wake()
        elif before == 0:
            self._queue.append(moving)
            if len(self._queue) > WAITING:
                self._queue.popleft().speech.drop()
            self._news.set()

    def marks(self, reply: Reply, marks: Sequence[SpeechMark]) -> None:
        """When words of the item ``reply.item`` sound, counted from its start."""
        if reply.out_of_band:
            return
        moving = self._of(reply)
        at = moving.start_of(reply.item)
        for mark in marks:
            moving.speech.marks.append(msgspec.structs.replace(mark, start=mark.start + at, end=mark.end + at))
        if moving is self._now:
            self._stage.wake()

    def emotion(self, reply: Reply, mark: EmotionMark) -> None:
        """From ``mark.start`` of the response on the face feels that."""
        if reply.out_of_band:
            return
        moving = self._of(reply)
        if moving is self._now:
            self._stage.emotion(mark)
        else:
            moving.emotions.append(mark)

    def finish(self, response_id: str) -> None:
        """No more sound of that response comes."""
        moving = self._known.pop(response_id, None)
        if moving is not None:
            moving.speech.finish(whole=True)
            self._stage.wake()

    def drop(self, response_id: str) -> None:
        """The client does not play that response any more: nothing more of it is sent."""
        self._known.pop(response_id, None)
        self._queue = deque(moving for moving in self._queue if moving.id != response_id)
        if self._now is not None and self._now.id == response_id:
            self._stage.interrupt()
            self._end(self._now)

    def truncated(self, item_id: str) -> None:
        """The client has stopped in the item of that id."""
        moving = next((each for each in (self._now, *self._queue) if each is not None and each.has(item_id)), None)
        if moving is not None:
            self.drop(moving.id)

    def _of(self, reply: Reply) -> Moving:
        moving = self._known.get(reply.id)
        if moving is None:
            moving = self._known[reply.id] = Moving(reply.id)
        return moving

    # What the client sees

    async def _play(self) -> None:
        while True:
            if not self._queue:
                self._news.clear()
                await self._news.wait()
                continue
            moving = self._now = self._queue.popleft()
            self._stage.start(moving.speech, self._control, turn_id=moving.id, generation=0)
            # The avatar takes a speech up where the playhead stands: at its first sample, if that does not run yet.
            await asyncio.sleep(0)
            if moving is not self._now:
                continue
            self._playhead.start(moving.speech)
            for mark in moving.emotions:
                self._stage.emotion(mark)
            await self._to_the_end(moving)
            if moving is self._now:
                self._stage.leave()
                self._end(moving)

    async def _to_the_end(self, moving: Moving) -> None:
        speech, over = moving.speech, False
        while moving is self._now and not over:
            at = self._playhead.position()
            speech.trim(at)
            over = speech.finished and at >= speech.received
            await self._stopped(moving, AFTER_S if over else LOOK_S)

    async def _stopped(self, moving: Moving, limit_s: float) -> None:
        """Return when ``moving`` is not played any more, or after that time."""
        try:
            async with asyncio.timeout(limit_s):
                while moving is self._now:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass  # it still is

    def _end(self, moving: Moving) -> None:
        self._now = None
        self._playhead.stop()
        self._news.set()
        item_id = moving.item_at(moving.speech.received)
        self._give(DONE, response_id=moving.id, item_id=item_id)

    async def _tell(self) -> None:
        while not self._frames.closed:
            await self._frames.wait()
            batch: dict[str, list[FaceFrame]] = {}
            while (event := self._frames.get_nowait()) is not None:
                if isinstance(event, FaceFrameEvent) and self._now and event.frame.speech_id == self._now.id:
                    batch.setdefault(self._now.item_at(event.frame.sample), []).append(event.frame)
            for item_id, frames in batch.items():
                assert self._now is not None
                shown = [{"sample": frame.sample, "weights": frame.weights} for frame in frames]
                self._give(DELTA, response_id=self._now.id, item_id=item_id, frames=shown)

    def _give(self, kind: str, **fields: object) -> None:
        event = {"type": kind, "event_id": random_id("event"), **fields}
        self._send(kind, msgspec.json.encode(event).decode())
