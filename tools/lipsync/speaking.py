"""Has every voice speak, and notes when each sound was made."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import wave
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tools.lipsync import voices
from tools.lipsync.corpus import Utterance, at_16_khz
from tools.lipsync.mending import mended
from tools.lipsync.phones import ipa
from tools.lipsync.texts import sentence

_LONGEST_S = 20.0


def speak(name: str, count: int) -> Iterator[Utterance]:
    """The utterances of a set: always the same ones under the same name."""
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    family, _, voice = name.partition("-")
    with tempfile.TemporaryDirectory() as folder:
        if family == "espeak":
            yield from _espeak(draw, count, Path(folder), voice)
        elif family == "flite":
            yield from _flite(draw, count, Path(folder), voice)
        elif family == "festival":
            yield from _festival(draw, count, Path(folder), voice)
        else:
            yield from _hibari(draw, count)


def _espeak(draw: np.random.Generator, count: int, folder: Path, which: str) -> Iterator[Utterance]:
    variants = voices.KEPT_VARIANTS if which else voices.LEARNT_VARIANTS
    languages = dict(voices.LEARNT_LANGUAGES)
    if which:
        languages = {"it": (["it"], 1.0)} if which.endswith("it") else {"en": (voices.ENGLISH, 1.0)}
    names = list(languages)
    shares = np.array([languages[name][1] for name in names])
    sound = folder / "sound"
    command = [sys.executable, "-m", "tools.lipsync.espeak_worker", str(sound)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        while count:
            language = names[draw.choice(len(names), p=shares / shares.sum())]
            variant = str(draw.choice(variants))
            voice = f"{draw.choice(languages[language][0])}{'+' * bool(variant)}{variant}"
            request = {
                "text": sentence(draw, language),
                "voice": voice,
                "rate": int(draw.integers(120, 230)),
                "pitch": int(draw.integers(20, 85)),
                "range": int(draw.integers(20, 80)),
            }
            print(json.dumps(request), file=worker.stdin, flush=True)
            told = json.loads(worker.stdout.readline())
            samples = np.fromfile(sound, "<i2") if "error" not in told else np.zeros(0, np.int16)
            if not len(samples) or len(samples) > _LONGEST_S * told["rate_hz"]:
                continue
            rate_hz, onsets = told["rate_hz"], told["onsets"]
            ends = [onset / rate_hz for onset, _ in onsets[1:]] + [len(samples) / rate_hz]
            phones = [(_cleaned(sound_), end) for (_, sound_), end in zip(onsets, ends, strict=True)]
            if onsets[0][0] > 0:
                phones.insert(0, ("", onsets[0][0] / rate_hz))
            yield mended(Utterance(f"espeak/{voice}", language, at_16_khz(samples, rate_hz), tuple(phones)))
            count -= 1


def _cleaned(sound: str) -> str:
    return "" if sound.strip("_:|;") == "" else sound


def _flite(draw: np.random.Generator, count: int, folder: Path, voice: str) -> Iterator[Utterance]:
    sound = folder / "sound.wav"
    for _ in range(count):
        stretch = f"duration_stretch={draw.uniform(0.85, 1.2):.2f}"
        command = ["flite", "-voice", voice, "-psdur", "--setf", stretch, "-t", sentence(draw, "en", "ascii")]
        told = subprocess.run([*command, "-o", str(sound)], capture_output=True, text=True, check=True)
        phones = [token.rsplit(":", 1) for token in told.stdout.split()]
        timed = tuple((ipa("en", phone), float(end)) for phone, end in phones)
        yield Utterance(f"flite/{voice}", "en", _read(sound), timed)


def _festival(draw: np.random.Generator, count: int, folder: Path, name: str) -> Iterator[Utterance]:
    one = voices.FESTIVAL[name]
    lines = [f"(voice_{one.voice})"]
    for number in range(count):
        text = sentence(draw, one.language, one.encoding)
        place = folder / str(number)
        lines += [
            f"(Parameter.set 'Duration_Stretch {draw.uniform(0.8, 1.15):.2f})",
            f'(set! spoken (utt.synth (Utterance Text "{text}")))',
            f'(utt.save.wave spoken "{place}.wav")',
            f'(utt.save.segs spoken "{place}.lab")',
        ]
    script = folder / "script.scm"
    script.write_bytes("\n".join(lines).encode(one.encoding))
    subprocess.run(["festival", "-b", str(script)], capture_output=True, check=False, timeout=900)
    for number in range(count):
        labels, sound = folder / f"{number}.lab", folder / f"{number}.wav"
        if not labels.exists() or not sound.exists():
            continue
        rows = [line.split() for line in labels.read_text("latin-1").splitlines()]
        timed = tuple((ipa(one.language, row[2]), float(row[0])) for row in rows if len(row) == 3)
        pcm = _read(sound)
        if timed and len(pcm) < _LONGEST_S * 16_000:
            yield Utterance(f"festival/{name}", one.language, pcm, timed)


def _hibari(draw: np.random.Generator, count: int) -> list[Utterance]:
    wishes = [
        (sentence(draw, "en"), draw.uniform(0.8, 1.3), draw.uniform(0.75, 1.38), draw.uniform(0.6, 1.7))
        for _ in range(count)
    ]
    return asyncio.run(_neural(wishes))


async def _neural(wishes: list[tuple[str, float, float, float]]) -> list[Utterance]:
    from tth.builtins.hibari.engine import Engine
    from tth.builtins.hibari.prosody import Delivery

    engine = await Engine.load()
    spoken: list[Utterance] = []
    for text, speed, pitch, spread in wishes:
        how = Delivery(speed=speed, pitch=pitch, range=spread)
        pieces, phones, at = list[np.ndarray](), list[tuple[str, float]](), 0.0
        for run in await engine.read(text):
            said = await engine.speak(run, text, how, lead_ms=120.0, seed=0)
            pieces.append(np.frombuffer(said.pcm, "<i2"))
            phones += [(mark.value, at + mark.end / 24_000) for mark in said.marks if mark.kind == "phoneme"]
            at += len(pieces[-1]) / 24_000
        pcm = at_16_khz(np.concatenate(pieces), 24_000)
        spoken.append(Utterance("hibari/heart", "en", pcm, tuple(phones)))
    await engine.close()
    return spoken


def _read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return at_16_khz(samples, file.getframerate())
