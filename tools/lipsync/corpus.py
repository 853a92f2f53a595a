"""Utterances with the times of their sounds, and where they are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from tth.core.media import MEDIA_RATE_HZ, SpeechMark
from tth.face.lipsync.hearing import RATE_HZ
from tth.face.mouth import MouthTrack, Sound

CACHE = Path(".cache/lipsync")
Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance.

    Attributes:
        voice: Family and voice, such as ``flite/slt``.
        language: Two letters.
        pcm: Mono at 16 kHz.
        phones: IPA symbol and its end in seconds, one after another from 0.
    """

    voice: str
    language: str
    pcm: Samples
    phones: tuple[tuple[str, float], ...]

    def marks(self, late_s: float = 0.0) -> list[SpeechMark]:
        """The phones as a voice would give them, moved by ``late_s``."""
        ends = [max(0, round((end + late_s) * MEDIA_RATE_HZ)) for _, end in self.phones]
        starts = [0, *ends[:-1]]
        return [
            SpeechMark(kind="phoneme", value=sound, start=start, end=max(start, end))
            for (sound, _), start, end in zip(self.phones, starts, ends, strict=True)
        ]

    def sounds(self, late_s: float = 0.0) -> tuple[Sound, ...]:
        """The visemes in time, in media units."""
        track = MouthTrack()
        for mark in self.marks(late_s):
            track.add(mark)
        return track.sounds


def at_16_khz(samples: Samples, rate_hz: int) -> Samples:
    """The same sound at 16 kHz."""
    if rate_hz == RATE_HZ:
        return samples
    resampled = soxr.resample(samples.astype(np.float32), rate_hz, RATE_HZ)
    return np.clip(np.round(resampled), -32_768, 32_767).astype(np.int16)


def save(name: str, utterances: Iterable[Utterance]) -> int:
    """Keep a set of utterances under a name; returns how many there are."""
    kept = list(utterances)
    told = [
        {"voice": one.voice, "language": one.language, "samples": len(one.pcm), "phones": one.phones} for one in kept
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    path, part = CACHE / f"{name}.npz", CACHE / f"{name}.part.npz"
    pcm = np.concatenate([one.pcm for one in kept]) if kept else np.zeros(0, np.int16)
    np.savez(part, pcm=pcm, told=np.frombuffer(json.dumps(told).encode(), np.uint8))
    part.rename(path)
    return len(kept)


def kept(name: str) -> bool:
    """Whether a set is there already."""
    return (CACHE / f"{name}.npz").exists()


def load(name: str) -> list[Utterance]:
    """A set of utterances."""
    with np.load(CACHE / f"{name}.npz") as file:
        pcm, told = file["pcm"], json.loads(file["told"].tobytes())
    found: list[Utterance] = []
    at = 0
    for one in told:
        phones = tuple((sound, end) for sound, end in one["phones"])
        found.append(Utterance(one["voice"], one["language"], pcm[at : at + one["samples"]], phones))
        at += one["samples"]
    return found


def load_all(names: Sequence[str]) -> list[Utterance]:
    """Several sets, one after another."""
    return [utterance for name in names for utterance in load(name)]
