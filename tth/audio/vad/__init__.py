"""How likely each 32 ms of sound is speech: a neural detector, and one by sums where its packages are missing."""

from __future__ import annotations

from tth.audio.vad.activity import RATE_HZ, WINDOW, VoiceActivity
from tth.audio.vad.choice import Choice, Kind, best

__all__ = ["RATE_HZ", "WINDOW", "Choice", "Kind", "VoiceActivity", "best"]
