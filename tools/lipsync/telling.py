"""What a network tells of a whole sound at once: the same as a stream of it, but for rounding."""

from __future__ import annotations

import numpy as np

from tools.lipsync.examples import against_mean, hear
from tools.lipsync.training import seen
from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import BANDS, STEPS
from tth.face.lipsync.network import Network
from tth.face.visemes import VISEMES


def scores(network: Network, heard: Weights) -> Weights:
    """Scores of every step, from spectra against their mean, shape (n, 17)."""
    past, ahead = network.reach - 1 - network.ahead, network.ahead
    below = np.concatenate((np.repeat(heard[:1], past, 0), heard, np.repeat(heard[-1:], ahead, 0)))[None]
    for layer in network.layers[:-1]:
        below = np.maximum(seen(below, layer) @ layer.weight + layer.bias, 0.0)
    last = network.layers[-1]
    told: Weights = (seen(below, last) @ last.weight + last.bias)[0]
    return told


def visemes(told: Weights) -> Weights:
    """Shape (n, 15): chances of each viseme."""
    shares = np.exp(told[:, : len(VISEMES)] - told[:, : len(VISEMES)].max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    return shares


def smoothed(chances: Weights) -> Weights:
    """The same, each step with two neighbours on either side, as a pose takes them."""
    wide = np.concatenate((chances[:1], chances[:1], chances, chances[-1:], chances[-1:]))
    steps = len(chances)
    parts = [wide[at : at + steps] * np.float32(weight) for at, weight in enumerate((1, 2, 3, 2, 1))]
    return np.sum(parts, axis=0) / np.float32(9.0)


def tell(network: Network, mean: Weights, pcm: np.ndarray) -> Weights:
    """Smoothed visemes of every step of a sound, shape (n, 15)."""
    sound = pcm.astype(np.float32) / np.float32(32_768.0)
    logs = hear(np.concatenate((sound, np.zeros(STEPS * 600, np.float32))))
    return smoothed(visemes(scores(network, against_mean(logs.reshape(-1, BANDS), mean))))
