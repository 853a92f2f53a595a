"""Simulated rooms: what a microphone hears of a loudspeaker and of people, and what a server knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from tests.hearing.voices import RATE_HZ, Wave
from tth.audio.listener import REFERENCE_LEAD_MS

NEAR_DB = -6.0
"""Speech at 1 m, relative to the level of the same voice as it is sent to the loudspeaker."""

_RESEATED_S = 6.0
"""How often, on average, the told playhead is found wrong by the jitter and set anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One loudspeaker, one microphone and what lies between.

    Attributes:
        echo_db: Level of the loudspeaker's sound at the microphone, relative to the samples it was sent.
        delay_ms: Devices and way of the sound; nobody tells it.
        rt60_s: Time in which the room's sound falls by 60 dB.
        noise_db: Level of the background, in dB of full scale.
        distortion: Strength of what the loudspeaker adds of its own.
        drift_ppm: By how much the loudspeaker's clock is faster than the microphone's.
        told_ms: By how much the told playhead is behind the true one.
        jitter_ms: By how much that varies, from response to response and within one.
        jump_s: When the output device changes.
        jump_ms: By how much the delay is longer from then on; the way of the sound is another, too.
    """

    echo_db: float = -20.0
    delay_ms: float = 120.0
    rt60_s: float = 0.4
    noise_db: float = -62.0
    distortion: float = 1.0
    drift_ppm: float = 0.0
    told_ms: float = 0.0
    jitter_ms: float = 0.0
    jump_s: float | None = None
    jump_ms: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Sounding:
    """A piece of speech and the sample at which it begins."""

    at: int
    sound: Wave

    @property
    def end(self) -> int:
        """The sample behind its last."""
        return self.at + len(self.sound)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener is fed: two streams of PCM16 of the same length, and where something plays."""

    near: bytes
    far: bytes
    playing: npt.NDArray[np.bool_]

    def pieces(self, samples: int) -> Iterator[tuple[bytes, bytes, bool]]:
        """All of it, so many samples at a time."""
        for at in range(0, len(self.playing), samples):
            cut = slice(2 * at, 2 * (at + samples))
            yield self.near[cut], self.far[cut], bool(self.playing[at : at + samples].any())


def heard(room: Room, seconds: float, avatar: Sequence[Sounding], person: Sequence[Sounding] = ()) -> Heard:
    """What there is to hear in ``room`` while ``avatar`` sounds from the loudspeaker and ``person`` speaks at 1 m."""
    rng = np.random.default_rng(room.seed)
    samples = int(seconds * RATE_HZ)
    sent = _laid(avatar, samples)
    sound = _echo(room, sent, rng) + noise(samples, room.noise_db, rng)
    if person:
        spoken = _convolved(_laid(person, samples), _way(rng, room.rt60_s, direct_db=6.0))
        sound += spoken * 10 ** (NEAR_DB / 20)
    far, playing = _told(room, avatar, sent, rng)
    return Heard(pcm16(sound), pcm16(far), playing)


def noise(samples: int, level_db: float, rng: np.random.Generator) -> Wave:
    """Background with more of the low tones than of the high ones."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 100.0))
    sound = np.fft.irfft(spectrum, samples)
    return (sound * (10 ** (level_db / 20) / np.sqrt(np.mean(sound**2)))).astype(np.float32)


def pcm16(sound: Wave) -> bytes:
    """Samples of full scale 1 as PCM16."""
    data: bytes = np.clip(np.round(sound * 32768.0), -32768, 32767).astype("<i2").tobytes()
    return data


def _laid(pieces: Sequence[Sounding], samples: int) -> Wave:
    sound = np.zeros(samples, np.float32)
    for piece in pieces:
        room = max(0, samples - piece.at)
        sound[piece.at : piece.end] += piece.sound[:room]
    return sound


def _echo(room: Room, sent: Wave, rng: np.random.Generator) -> Wave:
    bent = sent + room.distortion * (0.05 * sent**2 - 0.5 * sent**3)
    ways = [_way(rng, room.rt60_s, direct_db=2.0) for _ in range(2)]
    if room.drift_ppm:
        drifted = soxr.resample(bent, 1e6 * (1 + room.drift_ppm * 1e-6), 1e6, quality="VHQ")
        bent = np.zeros_like(bent)
        bent[: len(drifted)] = drifted[: len(bent)]
    gain = 10 ** (room.echo_db / 20)
    echo = gain * _delayed(_convolved(bent, ways[0]), room.delay_ms)
    if room.jump_s is not None:
        at = int(room.jump_s * RATE_HZ)
        echo[at:] = gain * _delayed(_convolved(bent, ways[1]), room.delay_ms + room.jump_ms)[at:]
    return echo


def _way(rng: np.random.Generator, rt60_s: float, direct_db: float) -> Wave:
    """A response of unit power: the straight way, and noise that dies away, so many dB below it in all."""
    length = int(rt60_s * RATE_HZ)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: RATE_HZ // 500] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    spectrum = np.fft.rfft(tail, 2 * length)
    hz = np.fft.rfftfreq(2 * length, 1 / RATE_HZ)
    spectrum *= 1 / (1 + (180 / np.maximum(hz, 1.0)) ** 4) / (1 + (hz / 6500) ** 8)
    way = np.fft.irfft(spectrum)[:length]
    return (way / np.sqrt(np.sum(way**2))).astype(np.float32)


def _convolved(sound: Wave, way: Wave) -> Wave:
    size = 1 << (len(sound) + len(way) - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(way, size), size)[: len(sound)].astype(np.float32)


def _delayed(sound: Wave, delay_ms: float) -> Wave:
    delay = int(delay_ms * RATE_HZ / 1000)
    return np.concatenate([np.zeros(delay, np.float32), sound])[: len(sound)]


def _told(
    room: Room, avatar: Sequence[Sounding], sent: Wave, rng: np.random.Generator
) -> tuple[Wave, npt.NDArray[np.bool_]]:
    """The samples that the server takes to be playing, and whether any are."""
    far, playing = np.zeros_like(sent), np.zeros(len(sent), bool)
    for piece in avatar:
        at = piece.at
        while at < piece.end:
            until = min(piece.end, at + int(rng.exponential(_RESEATED_S) * RATE_HZ) + RATE_HZ // 5)
            behind_ms = room.told_ms + rng.uniform(-1, 1) * room.jitter_ms - REFERENCE_LEAD_MS
            behind = int(behind_ms * RATE_HZ / 1000)
            start, stop = max(0, behind, at + behind), min(len(sent), len(sent) + behind, until + behind)
            far[start:stop] = sent[start - behind : stop - behind]
            playing[start:stop] = True
            at = until
    return far, playing
