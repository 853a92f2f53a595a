"""One clip at the service: its writer and its reader side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from tth.builtins.a2f.link import Link
from tth.builtins.a2f.speech import HARD_S
from tth.builtins.a2f.trouble import broken, ended_early, refused, trouble
from tth.builtins.a2f.upload import Upload
from tth.core.tasks import Tasks
from tth.core.watchdog import Watchdog
from tth.errors import AdapterError, ProtocolError
from tth.face.blendshapes import NAMES, TONGUE
from tth.transports.grpc_call import CallFailed, MessageCall
from tth.wire.a2f.reply import Pose, Replies

LIMIT_S = HARD_S + 30.0
"""A call that takes longer is ended."""

FINISH_S = 10.0
"""Longest silence of the service once all sound was sent."""

REFUSED_S = 0.05
"""After a refusal the service gets so long to say its reason as the status of the call."""

Take = Callable[[Sequence[Pose]], Awaitable[None]]


class ClipCall:
    """Sends an upload and reads the poses.

    Args:
        upload: Filled from outside; ``wake`` tells that there is more.
        tasks: Where the writer runs.
        dog: Its watch ends a clip to which no sound comes, and one that the service does not finish.
    """

    def __init__(self, upload: Upload, tasks: Tasks, dog: Watchdog) -> None:
        self.upload = upload
        self.replies = Replies(NAMES, TONGUE)
        self._tasks = tasks
        self._dog = dog
        self._watch = dog.watch(self._open_s(), self._nothing_came)
        self._scope: asyncio.Timeout | None = None
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._over = self._answered = False

    def wake(self) -> None:
        """The upload has changed."""
        if not self.upload.ended:
            self._watch.touch(self._open_s())
        _tell(self._news)

    async def room(self, most_s: float) -> None:
        """Return once at most ``most_s`` seconds of sound wait for the service. Cancelling loses nothing."""
        while self.upload.waiting_s > most_s and not self._over:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    async def run(self, link: Link, take: Take) -> None:
        """See the clip through; cancelling ends the call.

        Raises:
            AdapterError: The clip failed.
        """
        try:
            await self._see_through(link.open(LIMIT_S), take)
            if self.replies.verdict is None or self.replies.refused:
                raise self._or_refusal(ended_early("the service ended the clip without saying that it was done"))
        except TimeoutError as error:
            problem = f"the service did not finish the clip within {FINISH_S:g} s"
            raise self._or_refusal(ended_early(problem)) from error
        except CallFailed as error:
            raise self._or_refusal(trouble(error, begun=self._answered), error) from error
        except ProtocolError as error:
            raise broken(error.problem) from error
        finally:
            self._over = True
            self._watch.close()
            _tell(self._room)

    async def _see_through(self, call: MessageCall, take: Take) -> None:
        writer = self._tasks.start(self._write(call), "a2f writer")
        try:
            async with asyncio.timeout(None) as scope:
                self._scope = scope
                await self._read(call, take)
        finally:
            self._scope = None
            writer.cancel()
            try:
                # First nobody reads or writes any more: they would be told that they were cancelled.
                await asyncio.wait({writer})
            finally:
                call.cancel()

    async def _write(self, call: MessageCall) -> None:
        while not self.upload.finished:
            message = self.upload.take()
            if message is None:
                await self._rest()
                continue
            if not await call.write(message):
                return
            _tell(self._room)
            if self.upload.ready:
                await asyncio.sleep(0)
        await call.done_writing()
        if not self.replies.refused:
            self._give(FINISH_S)

    async def _rest(self) -> None:
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    async def _read(self, call: MessageCall, take: Take) -> None:
        replies = self.replies
        while (message := await call.read()) is not None:
            poses = replies.read(message)
            if poses:
                self._answered = True
                await take(poses)
                if self.upload.finished:
                    self._watch.touch()
            elif replies.refused:
                self.upload.abandon()
                _tell(self._news)
                self._give(REFUSED_S)

    def _open_s(self) -> float:
        return max(0.0, self.upload.ends_at - self._dog.clock.now())

    def _nothing_came(self) -> None:
        if not self.upload.ended:
            self.upload.finish()
            _tell(self._news)

    def _give(self, limit_s: float) -> None:
        """From here on the service is waited for, and no longer the sound."""
        self._watch.close()
        self._watch = self._dog.watch(limit_s, self._give_up)

    def _give_up(self) -> None:
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())

    def _or_refusal(self, other: AdapterError, failed: CallFailed | None = None) -> AdapterError:
        """What the service itself said is wrong, where it did; else ``other``."""
        verdict = self.replies.verdict
        return refused(verdict, failed) if verdict is not None and self.replies.refused else other


def _tell(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
