"""A room without a loudspeaker: sentences, and sounds that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.hearing.rooms import Heard, Room, Sounding, heard, noise, pcm16
from tests.hearing.scenes import INTERRUPTIONS
from tests.hearing.trial import listen
from tests.hearing.voices import RATE_HZ, Wave, installed, say
from tth.audio.listener import Listener
from tth.audio.vad import best
from tth.audio.vad.choice import Kind

_SPEECH_DB = -30.0
_BETWEEN_S = 1.2
_MATCH = RATE_HZ // 2


@dataclass(slots=True)
class Spoken:
    """What became of sentences, or of a minute of something else."""

    spoken: int = 0
    found: int = 0
    false_a_minute: float = 0.0
    onsets_ms: list[float] = field(default_factory=list)
    ends_ms: list[float] = field(default_factory=list)


def quiet(kind: Kind, name: str) -> Spoken:
    """Let a listener hear the scene ``name``."""
    scene, person = QUIET[name]()
    told = listen(Listener(vad=best(kind).make()), scene)
    result = Spoken(spoken=len(person))
    false = [one.edge.at for one in told if one.edge.kind == "began"]
    for said in person:
        began = [at for at in false if said.at - _MATCH < at < said.end]
        ended = [one.edge.at for one in told if one.edge.kind == "ended" and said.at < one.edge.at < said.end + _MATCH]
        false = [at for at in false if at not in began]
        if began:
            result.found += 1
            result.onsets_ms.append((began[0] - said.at) * 1000 / RATE_HZ)
        if ended:
            result.ends_ms.append((ended[-1] - said.end) * 1000 / RATE_HZ)
    result.false_a_minute = len(false) * 60 * RATE_HZ / len(scene.playing)
    return result


def sentences(snr_db: float) -> tuple[Heard, list[Sounding]]:
    """Every voice says every sentence, over a background so far below."""
    pieces: list[Sounding] = []
    at = RATE_HZ
    for voice in installed():
        for sentence in INTERRUPTIONS:
            pieces.append(Sounding(at, say(voice, sentence)))
            at = pieces[-1].end + int(_BETWEEN_S * RATE_HZ)
    room = Room(echo_db=-100, noise_db=_SPEECH_DB - snr_db, rt60_s=0.3)
    return heard(room, at / RATE_HZ, [], pieces), pieces


def coughs(rng: np.random.Generator) -> Wave:
    """A burst of shaped noise and a weaker one behind it, 120 to 400 ms in all."""
    samples = int(rng.uniform(0.12, 0.4) * RATE_HZ)
    time = np.arange(samples) / samples
    shape = np.exp(-6 * time) * (1 - np.exp(-80 * time)) + 0.3 * np.exp(-(((time - 0.6) / 0.12) ** 2))
    return _coloured(samples, rng.uniform(500, 2500), 1500, rng) * shape * 0.25


def clicks(rng: np.random.Generator) -> Wave:
    """A key or a latch: a few milliseconds."""
    samples = int(rng.uniform(0.003, 0.02) * RATE_HZ)
    return rng.standard_normal(samples) * np.exp(-5 * np.arange(samples) / samples) * 0.3


def breath(rng: np.random.Generator) -> Wave:
    """A second of soft noise that comes and goes."""
    samples = int(rng.uniform(0.5, 1.2) * RATE_HZ)
    return _coloured(samples, 1500, 2500, rng) * np.sin(np.pi * np.arange(samples) / samples) ** 2 * 0.015


def music(rng: np.random.Generator) -> Wave:
    """A chord of three tones with overtones, struck and dying away."""
    samples = int(rng.uniform(0.4, 1.0) * RATE_HZ)
    time = np.arange(samples) / RATE_HZ
    ground = 110 * 2 ** (rng.integers(0, 25) / 12)
    tones = [np.sin(2 * np.pi * ground * step * part * time) / part for step in (1, 1.25, 1.5) for part in (1, 2, 3)]
    return np.sum(tones, axis=0) * np.exp(-3 * time) * 0.03


def _coloured(samples: int, centre_hz: float, width_hz: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum *= np.exp(-(((np.fft.rfftfreq(samples, 1 / RATE_HZ) - centre_hz) / width_hz) ** 2))
    sound = np.fft.irfft(spectrum, samples)
    return sound / np.sqrt(np.mean(sound**2))


def minute(make: Callable[[np.random.Generator], Wave]) -> tuple[Heard, list[Sounding]]:
    """A minute with one of these every second and a half."""
    rng = np.random.default_rng(7)
    sound = noise(60 * RATE_HZ, -62, rng)
    for at in range(RATE_HZ, 58 * RATE_HZ, 3 * RATE_HZ // 2):
        piece = make(rng)
        sound[at : at + len(piece)] += piece.astype(np.float32)
    return Heard(pcm16(sound), bytes(2 * len(sound)), np.zeros(len(sound), bool)), []


QUIET: dict[str, Callable[[], tuple[Heard, list[Sounding]]]] = {
    "sentences, 30 dB": lambda: sentences(30),
    "sentences, 20 dB": lambda: sentences(20),
    "sentences, 10 dB": lambda: sentences(10),
    "coughs": lambda: minute(coughs),
    "clicks": lambda: minute(clicks),
    "breath": lambda: minute(breath),
    "music": lambda: minute(music),
}
