"""What kind of service to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from tth.emulators.a2f.faults import Faults
from tth.face.blendshapes import NAMES, TONGUE
from tth.wire.a2f import methods

HEAD = ("headRoll_deprecated", "headPitch_deprecated", "headYaw_deprecated")
"""Three more that the hosted service was seen to give."""

NAME_SETS = {
    52: NAMES,
    55: (*NAMES, *HEAD),
    68: (*NAMES, *TONGUE),
    71: (*NAMES, *TONGUE, *HEAD),
}
"""Blendshapes by their count, in the order of the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a client is refused or cut off; those of NVIDIA's service as it ships.

    Attributes:
        message_s: Longest sound in one message.
        clip_s: Longest clip.
        idle_s: So long nothing may come.
        slow_s: So long a client may be behind ``pace``.
        pace: Of real time, counted from the first sound.
        drain_s: So long a refused client is still read, so that it sees why: a write that is under way when a call
            ends hides the true status from it.
        unsent_s: A client that does not read is not read either while it has more than so much of its clip to come.
    """

    message_s: float = methods.MAX_MESSAGE_S
    clip_s: float = methods.MAX_CLIP_S
    idle_s: float = methods.MAX_IDLE_S
    slow_s: float = methods.MAX_SLOW_S
    pace: float = methods.MIN_PACE
    drain_s: float = 2.0
    unsent_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorOptions:
    """What kind of service to be.

    Attributes:
        names: How many blendshapes there are: 52, 55, 68 or 71.
        frames_a_message: Frames in one message.
        fps: Frames a second that one clip is sent at most; 0: as fast as they can be made.
        look_ahead_ms: So much sound after a frame must have come before it is made.
        streams: Clips at one time; one more is refused.
        key: Metadata must hold ``authorization: Bearer KEY``; ``None`` asks for none.
        function_id: Metadata must hold ``function-id`` with this value; ``None`` asks for none.
        limits: Where a client is refused.
        faults: What goes wrong.
    """

    names: int = 52
    frames_a_message: int = 1
    fps: float = 0.0
    look_ahead_ms: float = 0.0
    streams: int = 10
    key: str | None = None
    function_id: str | None = None
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What TLS needs, each as PEM.

    Attributes:
        certificate: The server's chain.
        key: Its private key.
        client_ca: Who must have signed a client's certificate; ``None`` asks for none.
    """

    certificate: bytes
    key: bytes
    client_ca: bytes | None = None
