"""What the network learns from: spectra as it hears them, and what was said at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.lipsync.augment import augment
from tools.lipsync.corpus import Utterance
from tth.core.media import MEDIA_RATE_HZ
from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import BANDS, STEPS, STEPS_A_SECOND, WINDOW, RunningMean, centre, spectra
from tth.face.mouth import Sound
from tth.face.visemes import VISEMES

Labels = npt.NDArray[np.int8]
_NUMBER = {name: number for number, name in enumerate(VISEMES)}


@dataclass(frozen=True, slots=True)
class Examples:
    """Steps of many utterances, one after another.

    Attributes:
        heard: Shape (n, 32), float16 to save room, before the running mean is taken away by ``normal``.
        labels: Shape (n,): the viseme of each.
    """

    heard: npt.NDArray[np.float16]
    labels: Labels


def hear(sound: Weights) -> Weights:
    """All spectra of a sound, a whole number of blocks, shape (n, 32)."""
    steps = len(sound) * STEPS_A_SECOND // 16_000 // STEPS * STEPS
    padded = np.concatenate((np.zeros(WINDOW // 2 + 1, np.float32), sound, np.zeros(WINDOW, np.float32)))
    starts = np.array([centre(step) for step in range(steps)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW + 1)[starts]
    return spectra(windows.astype(np.float32))


def against_mean(heard: Weights, prior: Weights) -> Weights:
    """Spectra with the running mean taken away, as a stream would."""
    running = RunningMean(prior)
    return np.concatenate([running.remove(heard[at : at + STEPS]) for at in range(0, len(heard), STEPS)])


def label(sounds: Sequence[Sound], steps: int, slower: float = 1.0, before_s: float = 0.0) -> Labels:
    """The viseme at the middle of each step."""
    labels = np.zeros(steps, np.int8)
    for sound in sounds:
        start, end = (
            int(np.ceil((at * slower / MEDIA_RATE_HZ + before_s) * STEPS_A_SECOND)) for at in (sound.start, sound.end)
        )
        labels[max(0, start) : max(0, end)] = _NUMBER[sound.viseme]
    return labels


def examples(
    utterances: Sequence[Utterance], prior: Weights, *, copies: int, seed: int, late: dict[str, float]
) -> Examples:
    """Every utterance in ``copies`` different rooms.

    Args:
        utterances: What was said.
        prior: Where the running mean begins.
        copies: How many of each.
        seed: Draws the rooms.
        late: Seconds by which the labels of a family of voices are moved.
    """
    draw = np.random.default_rng(seed)
    heard: list[npt.NDArray[np.float16]] = []
    labels: list[Labels] = []
    for _ in range(copies):
        for one in utterances:
            sound, slower, before_s = augment(one.pcm, draw)
            logs = hear(sound)
            heard.append(against_mean(logs, prior).astype(np.float16))
            labels.append(label(one.sounds(lateness(one.voice, late)), len(logs), slower, before_s))
    return Examples(np.concatenate(heard), np.concatenate(labels))


def lateness(voice: str, late: dict[str, float]) -> float:
    """By how much the labels of a voice are moved, in seconds."""
    return late.get(voice, late.get(voice.partition("/")[0], 0.0))


def typical_mean(utterances: Sequence[Utterance], seed: int) -> Weights:
    """The average spectrum of speech, where a running mean begins."""
    draw = np.random.default_rng(seed)
    total, count = np.zeros(BANDS), 0
    for one in utterances:
        logs = hear(augment(one.pcm, draw)[0])
        levels = logs.mean(1)
        loud = logs[levels > levels.max() - 4.0]
        total += loud.sum(0)
        count += len(loud)
    return (total / count).astype(np.float32)
