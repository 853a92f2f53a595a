"""Sentences spoken by whichever voices this machine has, as plain samples at 16 kHz."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import wave
from contextlib import aclosing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from tth.adapters.shared import Shared
from tth.adapters.tts import SpeechContext, TTSAdapter
from tth.audio.resample import StreamResampler
from tth.builtins.hibari.tts import HibariTTS
from tth.builtins.pico.options import PicoOptions, VoiceName
from tth.builtins.pico.tts import PicoTTS
from tth.core.controls import TurnControl
from tth.core.media import AudioChunk

Wave = npt.NDArray[np.float32]

RATE_HZ = 16_000
ACTIVE_DB = -24.0
"""Level of every voice where it speaks, in dB of full scale."""

_FRAME = RATE_HZ // 100
_FLITE = ("slt", "rms", "awb", "kal16")


def installed() -> list[str]:
    """Names of the voices that can speak here, best first."""
    names = []
    if find_spec("hibari") is not None and find_spec("onnxruntime") is not None:
        names.append("hibari")
    if find_spec("py_nanotts") is not None:
        names += ["pico:en-GB", "pico:en-US"]
    if shutil.which("flite") is not None:
        names += [f"flite:{voice}" for voice in _FLITE]
    return names


@cache
def say(voice: str, text: str) -> Wave:
    """``text`` at ``ACTIVE_DB``, without the silence before it and behind it."""
    kind, _, name = voice.partition(":")
    if kind == "flite":
        return _levelled(_flite(name, text))
    return _levelled(asyncio.run(_synthesized(kind, name, text)))


def active(sound: Wave) -> npt.NDArray[np.bool_]:
    """Which frames of 10 ms hold speech: those less than 30 dB below the loudest."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.einsum("ij,ij->i", frames, frames)
    loud: npt.NDArray[np.bool_] = power > 1e-3 * power.max(initial=1e-12)
    return loud


def rms(sound: Wave) -> float:
    """Root of the mean square of the frames that hold speech."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)[active(sound)]
    return float(np.sqrt(np.mean(frames.astype(np.float64) ** 2)))


def _levelled(sound: Wave) -> Wave:
    loud = np.flatnonzero(active(sound))
    sound = sound[loud[0] * _FRAME : (loud[-1] + 1) * _FRAME]
    return (sound * (10 ** (ACTIVE_DB / 20) / rms(sound))).astype(np.float32)


def _flite(name: str, text: str) -> Wave:
    with TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        subprocess.run(["flite", "-voice", name, "-t", text, "-o", str(path)], check=True, capture_output=True)
        with wave.open(str(path)) as sound:
            return _at_our_rate(sound.readframes(sound.getnframes()), sound.getframerate())


async def _synthesized(kind: str, name: str, text: str) -> Wave:
    shared = Shared()
    adapter: TTSAdapter = HibariTTS(None, shared) if kind == "hibari" else _pico(name, shared)
    pcm, rate_hz = b"", RATE_HZ
    try:
        stream = adapter.synthesize(text, control=TurnControl(), context=SpeechContext())
        async with aclosing(stream) as items:
            async for item in items:
                if isinstance(item, AudioChunk):
                    pcm, rate_hz = pcm + item.data, item.sample_rate
    finally:
        await adapter.close()
    return _at_our_rate(pcm, rate_hz)


def _pico(name: VoiceName | str, shared: Shared) -> TTSAdapter:
    return PicoTTS(PicoOptions.model_validate({"voice": name}), shared)


def _at_our_rate(pcm: bytes, rate_hz: int) -> Wave:
    resampler = StreamResampler(rate_hz, RATE_HZ)
    data = resampler.feed(pcm) + resampler.flush()
    return (np.frombuffer(data, "<i2") / 32768.0).astype(np.float32)
