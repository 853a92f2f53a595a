"""One end of a WebRTC connection: answers an offer, then carries texts and sound until either side ends it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress

import msgspec
from aiortc import RTCDataChannel, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from tth.core.tasks import Tasks
from tth.hosting.rtc.candidates import new_connection, offer_loopback
from tth.hosting.rtc.line import Line
from tth.hosting.rtc.offers import Refused
from tth.hosting.rtc.sound import Ear, Voice
from tth.hosting.rtc.sounding import Sounding
from tth.wire.realtime.server.options import random_id

log = logging.getLogger(__name__)

CHANNEL = "oai-events"

ANSWER_S = 10.0
"""How long the answer to an offer may take."""

OPEN_S = 20.0
"""How long a caller may take to open its data channel; then it is hung up on."""

LEAVE_S = 1.0
"""How long the last events may take to reach the caller."""

MOST_UNSENT = 16 * 2**20
"""Bytes that may wait for a caller; one that leaves more unread is hung up on."""

MOST_PIECES = 2**20
"""Bytes of unfinished messages beyond the window that the caller was told; one that honours it sends none."""

MOST_WAITING = 1000
"""Events that may wait for the data channel to open."""

SILENT_S = 0.3
"""A microphone that sends nothing for so long is taken to be silent."""


class Peer:
    """The server's end of one call.

    Attributes:
        line: What the caller says and is told.
    """

    def __init__(self) -> None:
        self.line = Line(self._send)
        self._connection = new_connection()
        self._tasks = Tasks(self._broke)
        self._voice = Voice(self._play)
        self._channel: RTCDataChannel | None = None
        self._opened = asyncio.Event()
        self._track: MediaStreamTrack | None = None
        self._sounding: Sounding | None = None
        self._heard_at = 0.0
        self._unsent: deque[str] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._connection.on("datachannel", self._take_channel)
        self._connection.on("track", self._take_track)
        self._connection.on("connectionstatechange", self._changed)

    async def answer(self, sdp: str) -> str:
        """The answer to an offer; from now on the caller may connect.

        Raises:
            Refused: The offer cannot be used.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                self._connection.addTrack(self._voice)
                offer_loopback(self._connection)
                await self._connection.setLocalDescription(await self._connection.createAnswer())
        except Exception as error:  # foreign code, which raises whatever its parser stumbles over
            log.debug("an offer was refused", exc_info=True)
            problem = f"the SDP offer cannot be used: {type(error).__name__}: {error}"[:300]
            raise Refused(problem, code="invalid_sdp", param="sdp") from error
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self._timer = loop.call_later(OPEN_S, self._check_open)
        return self._connection.localDescription.sdp

    def talk(self, sounding: Sounding) -> None:
        """Let the caller hear ``sounding``, and be heard by it."""
        self._sounding = sounding

    def mute(self) -> None:
        """Neither hear nor be heard any more."""
        self._sounding = None

    async def close(self) -> None:
        """Let the last events go out, then let go of everything. Idempotent."""
        self.line.hang_up()
        self.mute()
        if self._timer is not None:
            self._timer.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._take_leave()
        self._voice.stop()
        await self._connection.close()
        await self._tasks.close()

    async def _take_leave(self) -> None:
        """Return when the caller has what it was sent last."""
        if self.line.reason and self._channel is None:
            # It is still connecting, and shall learn why there is nothing to talk to.
            await self._opened.wait()
        channel = self._channel
        if channel is None or channel.readyState == "closed" or self._connection.connectionState != "connected":
            return
        gone = asyncio.Event()
        channel.on("close", gone.set)
        channel.close()
        await gone.wait()

    # Events

    def _take_channel(self, channel: RTCDataChannel) -> None:
        if channel.label != CHANNEL or self._channel is not None:
            channel.close()
            return
        self._channel = channel
        self._opened.set()
        channel.on("message", self.line.put)
        channel.on("close", self.line.hang_up)
        while self._unsent:
            self._send(self._unsent.popleft())

    def _send(self, text: str) -> None:
        channel = self._channel
        if channel is None:
            self._unsent.append(text)
        elif channel.readyState == "open":
            try:
                channel.send(text)
            except ValueError:
                channel.send(_too_large(text))
        if len(self._unsent) > MOST_WAITING or (channel is not None and channel.bufferedAmount > MOST_UNSENT):
            log.warning("a caller reads too slowly; it is hung up on")
            self.line.hang_up()

    def _check_open(self) -> None:
        if self._channel is None:
            self.line.hang_up()

    def _changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self.line.hang_up()

    # Sound

    def _take_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and self._track is None:
            self._track = track
            self._tasks.start(Ear(self._hear).listen(track), "ear")

    def _hear(self, pcm: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if self._sounding is not None and pcm:
            self._sounding.hear(pcm)

    def _play(self, samples: int) -> bytes:
        if self._floods():
            log.warning("a caller sends a message without an end; it is hung up on")
            self.line.hang_up()
        if self._sounding is None:
            return bytes(2 * samples)
        if self._sounding.hears_speech and asyncio.get_running_loop().time() - self._heard_at > SILENT_S:
            # A muted microphone may send nothing at all; the end of what was said must be found all the same.
            self._sounding.hear(bytes(2 * samples))
        return self._sounding.play(samples)

    def _floods(self) -> bool:
        # aiortc keeps the pieces of a message without a limit; only what is left of its window tells how many.
        sctp = self._connection.sctp
        return sctp is not None and sctp._advertised_rwnd < -MOST_PIECES

    def _broke(self, error: Exception) -> None:
        log.error("a call broke", exc_info=error)
        self.line.hang_up()


def _too_large(text: str) -> str:
    """What a caller is told in place of an event that its data channel does not take."""
    message = f"An event of {len(text)} characters is larger than your data channel takes, and was left out."
    error = {"type": "server_error", "code": "event_too_large", "message": message, "param": None, "event_id": None}
    return msgspec.json.encode({"type": "error", "event_id": random_id("event"), "error": error}).decode()
