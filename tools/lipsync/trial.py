"""While learning: how often a network is right on whole sets, without smoothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.lipsync.corpus import Utterance
from tools.lipsync.examples import against_mean, hear, label, lateness
from tools.lipsync.telling import scores
from tth.face.blendshapes import Weights
from tth.face.lipsync.network import Network


class Trial:
    """Utterances as they were spoken, heard once."""

    def __init__(self, utterances: Sequence[Utterance], mean: Weights, late: dict[str, float]) -> None:
        self._heard, self._labels = list[Weights](), list[np.ndarray]()
        for one in utterances:
            logs = hear(one.pcm.astype(np.float32) / np.float32(32_768.0))
            self._heard.append(against_mean(logs, mean))
            self._labels.append(label(one.sounds(lateness(one.voice, late)), len(logs)))

    def right(self, network: Network, shift: int = 0) -> float:
        """Share of steps told rightly, the labels moved later by ``shift`` steps."""
        good = count = 0
        for heard, labels in zip(self._heard, self._labels, strict=True):
            told = scores(network, heard)[:, :15].argmax(1)
            if shift:
                labels = np.roll(labels, shift)
            good += int((told == labels).sum())
            count += len(labels)
        return good / count
