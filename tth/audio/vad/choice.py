"""Which detector of speech can be used here, and why not a better one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tth.audio.vad.activity import VoiceActivity
from tth.audio.vad.energy import EnergyActivity
from tth.audio.vad.silero import SileroModel, missing

Kind = Literal["auto", "silero", "energy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A detector that works here. Make the choice once a process: the network is loaded by it, and shared.

    Attributes:
        name: ``silero`` or ``energy``.
        reason: Why it is not the one asked for, or not the neural one; empty where it is.
        make: Gives a detector for one stream.
    """

    name: Literal["silero", "energy"]
    reason: str
    make: Callable[[], VoiceActivity]


def best(kind: Kind = "auto") -> Choice:
    """The neural detector where it loads, else the one by sums; ``kind`` asks for one of them.

    Never fails: what stood in the way is the choice's ``reason``.
    """
    if kind == "energy":
        return Choice(name="energy", reason="", make=EnergyActivity)
    reason = missing()
    if not reason:
        try:
            return Choice(name="silero", reason="", make=SileroModel().listener)
        except Exception as error:  # foreign code: onnxruntime raises classes of its own for a file it cannot read
            reason = f"the network does not load: {error}"
    return Choice(name="energy", reason=f"{reason}; run: pip install 'tth[ears]'", make=EnergyActivity)
