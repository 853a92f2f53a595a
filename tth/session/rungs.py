"""The avatars of one session: which is in use, which takes its place, and which better one comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tth.adapters.avatar import AvatarAdapter
from tth.core.bus import EventBus
from tth.core.clock import Clock
from tth.core.events import DegradedEvent, RecoveredEvent
from tth.core.media import FaceFrame, VideoFrame
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.session.act import Act
from tth.session.foreign import close_adapter, explain
from tth.session.ladder import Ladder, Rung
from tth.session.meters import Meters
from tth.session.playhead import Playhead
from tth.session.rung import LiveRung

STALL_S = 0.25
"""An avatar that takes longer to accept what it is sent has failed."""

CONNECT_S = 5.0
NEXT_S = 1.0
"""Nobody waits longer than this for an avatar below which there is another; it may come later."""


class Rungs:
    """Down the ladder at once when the avatar in use fails; up again when a better one can be reached.

    Args:
        rungs: Best first.
        bus: Where it is told.
        playhead: Where a rung that takes over in mid-speech begins.
        meters: Where what passes is counted.
        take: Called with each frame of each rung.
        lost: Called when the rung in use has failed.

    Attributes:
        act: The speech that the rung in use is to show.
        live: The rung in use.
        waiting: A better one, connected, for the next pause or speech.
        leaving: The one before, which makes the frames up to the pause where ``live`` begins.
        told: The place on the ladder that is known to be in use.
    """

    def __init__(
        self,
        rungs: Sequence[Rung],
        bus: EventBus,
        *,
        playhead: Playhead,
        clock: Clock,
        watchdog: Watchdog,
        meters: Meters,
        take: Callable[[LiveRung, FaceFrame | VideoFrame], None],
        lost: Callable[[], None],
    ) -> None:
        self._ladder = Ladder(rungs, clock)
        self._bus = bus
        self._playhead = playhead
        self._clock = clock
        self._watchdog = watchdog
        self._meters = meters
        self._take = take
        self._lost = lost
        self._tasks = Tasks(self._broke)
        self.act: Act | None = None
        self.live: LiveRung | None = None
        self.waiting: LiveRung | None = None
        self.leaving: LiveRung | None = None
        self.told = 0
        self._retired: set[LiveRung] = set()
        self._at = 0
        """The rung in use; while there is none, the one below the last."""
        self._descending = self._climbing = self._closed = False

    def __len__(self) -> int:
        return len(self._ladder)

    @property
    def name(self) -> str:
        """The avatar in use, empty where there is none."""
        return self.live.name if self.live is not None else ""

    def replaceable(self, index: int) -> bool:
        """Whether slowness is a reason to give that rung up; the last fallback may be late, being better than none."""
        return index == 0 or index + 1 < len(self._ladder)

    async def open(self) -> None:
        """Bring up the first rung that works."""
        await self._descend(0, "")

    async def close(self) -> None:
        """Release every avatar. Idempotent."""
        self._closed = True
        left = {live for live in (self.live, self.waiting, self.leaving) if live is not None} | self._retired
        self.live = self.waiting = self.leaving = None
        await self._tasks.close()
        for live in left:
            live.watch.close()
            await close_adapter(live.adapter, live.name)

    def fail(self, live: LiveRung, error: Exception | str) -> None:
        """That rung cannot go on; if it is in use, the next takes over."""
        if self._closed or live not in (self.live, self.waiting, self.leaving):
            return
        self._ladder.failed(live.index, error, shown=live.shown)
        if live is self.live:
            self.live, self._at, self._descending = None, live.index + 1, True
            self.see_off()
            self._lost()
            reason = error if isinstance(error, str) else explain(error)
            self._tasks.start(self._descend(live.index + 1, reason), "avatar hand-over")
        elif live is self.waiting:
            self.waiting = None
        else:
            self.leaving = None
        self._retire(live)
        self._climb()

    async def _descend(self, index: int, reason: str) -> None:
        """Put the best rung from ``index`` on in use; tell it if it is another than was known."""
        self._descending = True
        live: LiveRung | None = None
        while live is None and index < len(self._ladder):
            last = index == len(self._ladder) - 1
            try:
                live = await self._connect(index, CONNECT_S if last else NEXT_S)
            except Exception as error:  # foreign code; the next rung is tried
                reason = reason or explain(error)
                index += 1
        self._descending = False
        if self.waiting is not None:  # a better one came meanwhile
            if live is not None:
                self._retire(live)
            live, self.waiting = self.waiting, None
        self._use(live)
        if self._at > self.told:
            self._degraded(reason)
        self._climb()

    def _use(self, live: LiveRung | None, at: int | None = None) -> None:
        """From here on that rung makes the frames."""
        self.live = live
        self._at = len(self._ladder) if live is None else live.index
        if live is not None and self.act is not None:
            live.play(self.act, at)

    def rise(self, at: int | None) -> None:
        """Put the better rung in use: from media unit ``at``, in a pause, or for what is still to be shown."""
        before, live = self.live, self.waiting
        self.waiting = None
        if before is not None:
            if at is None:
                self._retire(before)
            else:
                self.leaving = before
        self._use(live, at)

    def _climb(self) -> None:
        """Try to get back to a better rung, for as long as there is one to try."""
        if not self._climbing and not self._closed and self._ladder.next_above(self._top) is not None:
            self._climbing = True
            self._tasks.start(self._try_above(), "avatar ladder")

    @property
    def _top(self) -> int:
        return self._at if self.waiting is None else min(self._at, self.waiting.index)

    async def _try_above(self) -> None:
        try:
            while (found := self._ladder.next_above(self._top)) is not None:
                index, wait_s = found
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                    continue
                try:
                    live = await self._connect(index, CONNECT_S)
                except Exception:  # foreign code; that it is away is known, and it is tried again
                    continue
                if not self._ladder.reached(index):
                    self._retire(live)
                    continue
                if self.waiting is not None:
                    self._retire(self.waiting)
                self.waiting = live
                if not self._descending and (self.act is None or self.live is None):
                    self.rise(None)
        finally:
            self._climbing = False

    async def _connect(self, index: int, limit_s: float) -> LiveRung:
        rung = self._ladder.rungs[index]
        adapter: AvatarAdapter | None = None
        try:
            adapter = rung.make()
            async with asyncio.timeout(limit_s):
                await adapter.connect()
            live = self._enlist(index, rung.name, adapter)
        except BaseException as error:
            if adapter is not None:
                await close_adapter(adapter, rung.name)
            if isinstance(error, Exception):
                self._meters.refused_connects += 1
                self._ladder.unreachable(index, error, made=adapter is not None)
            raise
        self._meters.connects += 1
        return live

    def _enlist(self, index: int, name: str, adapter: AvatarAdapter) -> LiveRung:
        watch = self._watchdog.watch(STALL_S, lambda: None)
        watch.pause()
        live = LiveRung(
            index,
            name,
            adapter,
            playhead=self._playhead,
            clock=self._clock,
            watch=watch,
            meters=self._meters,
            failed=self.fail,
        )
        if self.replaceable(index):
            watch.expired = lambda: self.fail(live, f"it took nothing for {STALL_S * 1000:.0f} ms")
        live.tasks = [
            self._tasks.start(live.pump(), f"avatar pump {name}"),
            self._tasks.start(live.read_frames(self._take), f"avatar frames {name}"),
        ]
        return live

    def see_off(self) -> None:
        """The one before is not needed any more."""
        leaving, self.leaving = self.leaving, None
        if leaving is not None:
            self._retire(leaving)

    def _retire(self, live: LiveRung) -> None:
        live.watch.close()
        self._retired.add(live)
        self._tasks.start(self._end_of(live), f"avatar end {live.name}")

    async def _end_of(self, live: LiveRung) -> None:
        for task in live.tasks:
            await self._tasks.stop(task)
        await close_adapter(live.adapter, live.name)
        self._retired.discard(live)

    # What is told of it

    def _degraded(self, reason: str) -> None:
        was = self._ladder.rungs[self.told].name
        self.told = self._at
        self._meters.degrades += 1
        self._bus.publish(DegradedEvent(component="avatar", was=was, now=self.name, reason=reason))

    def recovered(self, live: LiveRung) -> None:
        """A better rung than was known shows something: once it can be relied on, it is told that it is back."""
        if not self._ladder.proven(live.index, live.shown):
            return
        self.told = live.index
        self._meters.recoveries += 1
        self._bus.publish(RecoveredEvent(component="avatar", now=live.name))

    def _broke(self, error: Exception) -> None:
        self._bus.publish(DegradedEvent(component="avatar", was=self.name, now="", reason=explain(error)))
