"""One call of ``ProcessAudioStream``: a client is read and answered side by side, to the end of a clip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from tth.emulators.a2f.breaking import break_off, port_of
from tth.emulators.a2f.clip import Clip, Frame
from tth.emulators.a2f.doors import check_metadata
from tth.emulators.a2f.faults import Fault
from tth.emulators.a2f.intake import Intake
from tth.emulators.a2f.messages import frames_message, header_message, processed_message, status_message
from tth.emulators.a2f.options import NAME_SETS, EmulatorOptions
from tth.emulators.a2f.record import ClipRecord, Ending, Ledger
from tth.emulators.a2f.sabotage import Sabotage
from tth.emulators.a2f.script import Plan, Script
from tth.emulators.a2f.shaping import wire_name
from tth.errors import ProtocolError
from tth.face.lipsync.model import Model
from tth.wire.a2f.messages_pb2 import AudioStream, Status
from tth.wire.a2f.methods import FRAMES_A_SECOND

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"


class Cut(ProtocolError):
    """A fault ends the call: with a status and no word before it, or with OK after words of its own."""


class Call:
    """Serves one client until its clip is whole, refused, cut off or cancelled.

    Args:
        options: What kind of service it is.
        script: What goes wrong.
        ledger: Where it is written down.
        port: The server's own.
        model: What reads the lips.
        context: The call's, of a handler that reads and writes raw messages.
    """

    def __init__(
        self, options: EmulatorOptions, script: Script, ledger: Ledger, port: int, model: Model, context: Context
    ) -> None:
        self._options = options
        self._script = script
        self._ledger = ledger
        self._port = port
        self._context = context
        self._now = asyncio.get_running_loop().time
        self._record: ClipRecord = ledger.begin(context.peer(), metadata_of(context))
        names = NAME_SETS[options.names]
        self._intake = Intake(
            options.limits,
            lambda header: Clip(header, names, model, options.look_ahead_ms),
            self._record,
            self._now(),
            keep_audio=ledger.recording,
        )
        self._plan = Plan([])
        self._sabotage = Sabotage(self._plan, [wire_name(name) for name in names])
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._problem: ProtocolError | None = None
        self._told: ProtocolError | None = None
        self._due_at = 0.0
        self._last: Frame | None = None

    async def serve(self) -> None:
        """Do all of it; cancelling ends the clip as ``cancelled``, or as ``cut`` where the server is the cause."""
        try:
            problem = await self._converse()
            if problem is None:
                return
            self._fail(problem)
            if problem.code != "OK":
                await self._context.abort(grpc.StatusCode[problem.code], problem.problem)
        finally:
            self._left()

    async def _converse(self) -> ProtocolError | None:
        """Read and answer to the end; gives what kept the clip from being whole."""
        problem = None
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read())
                problem = await self._answer()
                if problem is None:
                    self._ledger.end(self._record, "complete")
                else:
                    await self._tell(problem, reading)
                reading.cancel()
        except* grpc.aio.BaseError:
            self._left()  # the connection broke under a write, or the server stops
            problem = None
        return problem

    def _fail(self, problem: ProtocolError) -> None:
        """The clip is over for this reason."""
        ended: Ending = "cut" if isinstance(problem, Cut) else "refused"
        self._ledger.end(self._record, ended, problem.code, problem.problem)

    def _left(self) -> None:
        """The clip is over before its end; says nothing where the end was told."""
        if self._told is not None:
            self._fail(self._told)  # the client heard why, and did not wait for the status
        self._ledger.end(self._record, "cut" if self._record.being_cut else "cancelled", "CANCELLED")

    # Reading

    async def _read(self) -> None:
        """Take what comes until the sound is over; once something is wrong, pass over it."""
        while isinstance(raw := await self._context.read(), bytes):
            if self._problem is None:
                self._take(raw)
            if self._intake.ended or (self._problem is not None and _ends(raw)):
                return
            if self._full():
                await self._hold_back()
        if self._problem is None:
            self._take(None)

    def _full(self) -> bool:
        """Whether so many frames wait for the client that it is not read, and gRPC holds it back."""
        clip = self._intake.clip
        if clip is None or self._problem is not None:
            return False
        return clip.ready > max(self._options.frames_a_message, self._options.limits.unsent_s * FRAMES_A_SECOND)

    async def _hold_back(self) -> None:
        since = self._now()
        while self._full():
            self._room.clear()
            await self._room.wait()
        self._intake.held_back(self._now() - since)

    def _take(self, raw: bytes | None) -> None:
        """Take a message, or the half-close."""
        try:
            if raw is None:
                self._intake.half_close()
            else:
                self._intake.take(raw, self._now())
        except ProtocolError as problem:
            self._problem = problem
        self._wake.set()

    async def _until(self, met: Callable[[], bool]) -> None:
        """Wait for what comes.

        Raises:
            ProtocolError: What came is refused, or nothing did for too long.
        """
        while self._problem is not None or not met():
            if self._problem is not None:
                raise self._problem
            self._wake.clear()
            try:
                async with asyncio.timeout_at(self._intake.deadline):
                    await self._wake.wait()
            except TimeoutError:
                self._problem = self._intake.overdue()

    # Answering

    async def _answer(self) -> ProtocolError | None:
        """Send the whole answer; gives what ended it before that."""
        try:
            self._admit()
            await self._until(lambda: self._intake.clip is not None)
            clip = self._intake.clip
            assert clip is not None
            await self._begin()
            await self._send_frames(clip)
            await self._finish()
        except ProtocolError as problem:
            return problem
        return None

    def _admit(self) -> None:
        check_metadata(self._options, self._record.metadata)
        self._plan = self._script.clip()
        self._sabotage = Sabotage(self._plan, self._sabotage.names)
        if not self._ledger.admit(self._record, self._options.streams):
            problem = f"all {self._options.streams} streams are taken; try again later"
            raise ProtocolError("RESOURCE_EXHAUSTED", problem)

    async def _begin(self) -> None:
        if (fault := self._plan.of("refuse")) is not None:
            code = fault.refuse or "UNAVAILABLE"
            raise ProtocolError(code, f"the script of faults refuses it with {code}")
        if (fault := self._plan.of("late_header_s")) is not None:
            await asyncio.sleep(fault.late_header_s or 0.0)
        if self._plan.of("no_header") is None and self._record.header is not None:
            await self._context.write(header_message(self._record.header.audio_header, self._sabotage.names))

    async def _send_frames(self, clip: Clip) -> None:
        most = self._options.frames_a_message

        def some() -> bool:
            return clip.ready >= most or clip.ended

        while True:
            await self._until(some)
            if clip.over:
                return
            frames = [self._sabotage.frame(clip.next()) for _ in range(min(most, clip.ready))]
            self._last = frames[-1]
            for fault in self._plan.due(self._last.number):
                await self._go_wrong(fault)
            await self._keep_pace(frames)
            await self._context.write(frames_message(frames))
            self._record.frames += len(frames)
            self._room.set()

    async def _keep_pace(self, frames: list[Frame]) -> None:
        fps = self._sabotage.fps(frames[0].number, self._options.fps)
        if not fps:
            return
        self._due_at = self._due_at or self._now()
        if (early := self._due_at - self._now()) > 0:
            await asyncio.sleep(early)
        self._due_at = max(self._due_at, self._now() - 1 / fps) + len(frames) / fps

    async def _go_wrong(self, fault: Fault) -> None:
        match fault.action:
            case "stall_s" if fault.stall_s == "forever":
                await asyncio.Event().wait()
            case "stall_s":
                await asyncio.sleep(float(fault.stall_s or 0.0))
            case "error":
                await self._context.write(status_message(Status.ERROR, fault.error or ""))
                raise Cut("OK", "the script of faults says so")
            case "abort":
                raise Cut(fault.abort or "INTERNAL", "the script of faults says so")
            case "drop":
                self._ledger.cutting(self._record.peer)
                if break_off(self._port, port_of(self._record.peer)):
                    await asyncio.Event().wait()
                raise Cut("UNAVAILABLE", "the script of faults says so")

    async def _finish(self) -> None:
        await self._context.write(processed_message())
        if self._plan.of("no_status") is None:
            count = self._record.frames
            await self._context.write(status_message(Status.SUCCESS, f"{count} frame{'s' * (count != 1)}"))
        if (fault := self._plan.of("after")) is not None and self._last is not None:
            for _ in range(fault.after or 0):
                await self._context.write(frames_message([self._last]))

    async def _tell(self, problem: ProtocolError, reading: asyncio.Task[None]) -> None:
        """Say why, and read on for a while: a write under way when the call ends would hide its status."""
        self._ledger.release(self._record)
        if isinstance(problem, Cut) and problem.code != "OK":
            return
        if not isinstance(problem, Cut):
            await self._context.write(status_message(Status.ERROR, problem.problem))
        self._problem = self._told = problem
        self._room.set()
        await asyncio.wait({reading}, timeout=self._options.limits.drain_s)


def metadata_of(context: grpc.aio.ServicerContext[Any, Any]) -> dict[str, str]:
    """What came with a call, text only."""
    return {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}


def _ends(raw: bytes) -> bool:
    try:
        return AudioStream.FromString(raw).HasField("end_of_audio")
    except DecodeError:
        return False
