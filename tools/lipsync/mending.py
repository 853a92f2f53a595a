"""Where espeak-ng's sounds truly begin: it tells the onset of each, but not the silence that it puts before some.

A stop's onset is told when it bursts; the silence before it, in which the mouth is already shut, would count for the
sound before. And it leaves some sounds unnamed: the vowel that leads into a trill, the glide between two vowels.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tools.lipsync.corpus import Utterance
from tth.face.lipsync.hearing import RATE_HZ

_PIECE = RATE_HZ // 200
"""Samples of which the loudness is taken, 5 ms."""

_QUIET_DB = -40.0
"""Silence, against the utterance; espeak-ng's own is 58 dB below or more."""

_STOPS = tuple("pbtdkɡgcɟqʈɖʔ")
"""What a stop begins with, and an affricate."""

_TRILLS = ("r", "ɾ")

_CLOSED_S = 0.15
"""What lies further before a stop is a pause: a doubled stop is shut for so long."""

_PAUSE_S = 0.03
"""Silence at the end of any other sound is a pause from here on."""


def mended(one: Utterance) -> Utterance:
    """The utterance with silences and unnamed sounds given to those they belong to."""
    quiet = _quiet(one)
    phones = _named(one.phones, quiet)
    found: list[tuple[str, float]] = []
    start = 0.0
    for (sound, end), (following, _) in zip(phones, [*phones[1:], ("", 0.0)], strict=True):
        stop = sound.startswith(_STOPS)
        silent = end if stop else max(start, _silent_from(quiet, end))
        for name, until in _parts(sound, silent, end, following):
            if until > start:
                found.append((name, until))
                start = until
    return dataclasses.replace(one, phones=tuple(found))


def _parts(sound: str, silent: float, end: float, following: str) -> list[tuple[str, float]]:
    """What a sound truly is that is silent at its end; what is left over belongs to what follows."""
    if following.startswith(_STOPS):
        return [(sound, silent), ("", end - _CLOSED_S)]
    return [(sound, silent), ("", end)] if end - silent >= _PAUSE_S else [(sound, end)]


def _named(phones: Sequence[tuple[str, float]], quiet: npt.NDArray[np.bool_]) -> list[tuple[str, float]]:
    """Unnamed sounds joined to the trill they lead into, or told as glides."""
    named: list[tuple[str, float]] = []
    start = 0.0
    for number, (sound, end) in enumerate(phones):
        inner = 0 < number < len(phones) - 1
        pieces = quiet[round(start * RATE_HZ) // _PIECE : round(end * RATE_HZ) // _PIECE]
        if sound or not inner or pieces.sum() * 2 >= len(pieces):
            named.append((sound, end))
        elif not phones[number + 1][0].startswith(_TRILLS):
            named.append(("j", end))
        start = end
    return named


def _quiet(one: Utterance) -> npt.NDArray[np.bool_]:
    """Whether there is silence, for each piece of the sound."""
    sound = one.pcm[: len(one.pcm) // _PIECE * _PIECE].astype(np.float32).reshape(-1, _PIECE)
    power = np.square(sound).mean(1)
    quiet: npt.NDArray[np.bool_] = power < power.mean() * 10.0 ** (_QUIET_DB / 10.0)
    return quiet


def _silent_from(quiet: npt.NDArray[np.bool_], end_s: float) -> float:
    """Since when there has been silence at a moment; the moment itself where there is sound."""
    last = min(len(quiet), round(end_s * RATE_HZ) // _PIECE)
    first = last
    while first and quiet[first - 1]:
        first -= 1
    return min(end_s, first * _PIECE / RATE_HZ) if first < last else end_s
