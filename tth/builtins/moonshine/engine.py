"""The loaded recogniser, shared by all sessions: one thread, one piece of work at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tth.adapters.shared import Lease, Shared
from tth.builtins.moonshine.model import Job, Model, Sound, Stopped, Written


async def lease_engine(shared: Shared) -> Lease[Engine]:
    """A hold on the one engine; the first user loads it, which takes 1.5 s."""
    return await shared.lease(("moonshine",), Engine.load, Engine.close)


class Engine:
    """Writes down in a thread of its own.

    What somebody waits for is done in the order of asking. A guess, which nobody waits for, is made only while nothing
    else is to be done, and gives way to whatever comes.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moonshine")
        self._model: Model
        self._jobs: set[Job] = set()
        self._guess: Job | None = None

    @classmethod
    async def load(cls) -> Engine:
        """Load the model."""
        engine = cls()
        try:
            engine._model = await asyncio.get_running_loop().run_in_executor(engine._pool, Model)
        except BaseException:
            await engine.close()
            raise
        return engine

    async def close(self) -> None:
        """Stop what runs and let the thread end."""
        for job in self._jobs:
            job.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._jobs

    async def guess(self, sound: Sound) -> Written | None:
        """What is said in ``sound`` so far; ``None`` where others have something to do."""
        if not self.idle:
            return None
        job = self._guess = Job()
        try:
            return await self._run(sound, job)
        except Stopped:
            return None
        finally:
            self._guess = None

    async def write(self, sound: Sound) -> Written:
        """What is said in ``sound``. Cancelling ends the work, if it runs, within a few milliseconds."""
        self.give_way()
        return await self._run(sound, Job())

    def give_way(self) -> None:
        """End a guess that is being made."""
        if self._guess is not None:
            self._guess.stop()

    async def _run(self, sound: Sound, job: Job) -> Written:
        self._jobs.add(job)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, partial(self._model.write, sound, job))
        finally:
            # Cancelled, it may still run: then nobody wants it.
            job.stop()
            self._jobs.discard(job)
