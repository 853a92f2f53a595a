"""Trains a time-delay network: back-propagation and Adam in numpy, on one thread, the same bits every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tools.lipsync.examples import Examples
from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import BANDS
from tth.face.lipsync.model import DETECTORS, OUTPUTS
from tth.face.lipsync.network import Layer, Network
from tth.face.visemes import VISEMES

Shape = Sequence[tuple[tuple[int, ...], int]]
"""Offsets and width of each layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained.

    Attributes:
        batch: Pieces of speech in a batch.
        piece: Steps told in each piece.
        rate: Highest learning rate; it falls along a cosine.
        drop: Share of a hidden layer left out at random.
        smooth: Share of a label spread over all visemes.
        closing: Weight of a closure in the detectors' loss.
        rare: How much more a rare viseme counts: its share of all steps to the power of minus this.
    """

    epochs: int = 10
    batch: int = 24
    piece: int = 64
    rate: float = 2e-3
    decay: float = 1e-4
    drop: float = 0.15
    smooth: float = 0.05
    closing: float = 1.5
    rare: float = 0.25
    seed: int = 1


def fresh(shape: Shape, seed: int) -> Network:
    """A network with random weights."""
    draw = np.random.default_rng(seed)
    layers: list[Layer] = []
    inputs = BANDS
    for offsets, outputs in (*shape, ((0,), OUTPUTS)):
        fan_in = len(offsets) * inputs
        weight = (draw.standard_normal((fan_in, outputs)) * math.sqrt(2.0 / fan_in)).astype(np.float32)
        layers.append(Layer(tuple(offsets), weight, np.zeros(outputs, np.float32)))
        inputs = outputs
    return Network(tuple(layers))


def seen(below: Weights, layer: Layer) -> Weights:
    """What each step of a layer sees, shape (pieces, steps, taps * inputs); the ends are cut off."""
    first, last = layer.offsets[0], layer.offsets[-1]
    steps = below.shape[1] - (last - first)
    return np.concatenate([below[:, tap - first : tap - first + steps] for tap in layer.offsets], axis=2)


class Trainer:
    """One network being trained."""

    def __init__(self, network: Network, recipe: Recipe, steps: int, shares: Weights) -> None:
        self._counts = (shares.mean() / np.maximum(shares, 1e-4)) ** np.float32(recipe.rare)
        self._counts /= (shares * self._counts).sum()
        self.network, self._recipe, self._steps, self._step = network, recipe, steps, 0
        self._draw = np.random.default_rng(recipe.seed)
        self._parameters = [part for layer in network.layers for part in (layer.weight, layer.bias)]
        self._mean = [np.zeros_like(part) for part in self._parameters]
        self._square = [np.zeros_like(part) for part in self._parameters]

    def learn(self, heard: Weights, labels: np.ndarray) -> float:
        """One batch: spectra (pieces, steps + reach - 1, 32), labels (pieces, steps). Returns the loss."""
        views, masks, scores = self.forward(heard)
        loss, slope = self.loss(scores, labels)
        self._update(self.slopes(views, masks, slope))
        return loss

    def forward(self, heard: Weights) -> tuple[list[Weights], list[Weights], Weights]:
        """What each layer sees, which of its outputs are let through and how much louder, and the scores."""
        views, masks, below = list[Weights](), list[Weights](), heard
        keep = np.float32(1.0 - self._recipe.drop)
        for layer in self.network.layers[:-1]:
            views.append(seen(below, layer))
            scores = views[-1] @ layer.weight + layer.bias
            mask = (self._draw.random(scores.shape, dtype=np.float32) < keep) & (scores > 0)
            masks.append(mask.astype(np.float32) / keep)
            below = scores * masks[-1]
        last = self.network.layers[-1]
        views.append(seen(below, last))
        return views, masks, views[-1] @ last.weight + last.bias

    def loss(self, scores: Weights, labels: np.ndarray) -> tuple[float, Weights]:
        """The loss of a batch, detectors included, and its slope in the scores."""
        count, smooth = np.float32(labels.size), self._recipe.smooth
        visemes = scores[..., : len(VISEMES)]
        shares = np.exp(visemes - visemes.max(2, keepdims=True))
        shares /= shares.sum(2, keepdims=True)
        wanted = np.full_like(shares, smooth / len(VISEMES))
        np.put_along_axis(wanted, labels[..., None].astype(np.intp), 1.0 - smooth + smooth / len(VISEMES), 2)
        slope = np.empty_like(scores)
        counts = self._counts[labels] / count
        slope[..., : len(VISEMES)] = (shares - wanted) * counts[..., None]
        loss = -float(np.sum(wanted * np.log(shares + 1e-9) * counts[..., None]))
        for number, name in enumerate(DETECTORS, len(VISEMES)):
            shut = labels == VISEMES.index(name)
            chance = 0.5 + 0.5 * np.tanh(0.5 * scores[..., number])
            slope[..., number] = np.where(shut, self._recipe.closing * (chance - 1.0), chance) / count
            told = np.where(shut, self._recipe.closing * np.log(chance + 1e-9), np.log(1.0 - chance + 1e-9))
            loss -= float(told.sum()) / float(count)
        return loss, slope

    def slopes(self, views: list[Weights], masks: list[Weights], slope: Weights) -> list[Weights]:
        """The slope in every weight and bias, in the order of the layers."""
        found: list[Weights] = []
        for number in range(len(views) - 1, -1, -1):
            layer, view = self.network.layers[number], views[number]
            flat = slope.reshape(-1, slope.shape[2])
            found += [flat.sum(0), view.reshape(len(flat), -1).T @ flat]
            if number:
                slope = _back(flat @ layer.weight.T, layer, masks[number - 1])
        return found[::-1]

    def _update(self, slopes: list[Weights]) -> None:
        self._step += 1
        warm = min(1.0, self._step / 200)
        rate = self._recipe.rate * warm * 0.5 * (1.0 + math.cos(math.pi * self._step / self._steps))
        unbias, unbias_square = 1.0 - 0.9**self._step, 1.0 - 0.999**self._step
        for part, slope, mean, square in zip(self._parameters, slopes, self._mean, self._square, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            step = mean / unbias / (np.sqrt(square / unbias_square) + 1e-8)
            if part.ndim > 1:
                step += self._recipe.decay * part
            part -= np.float32(rate) * step


def _back(slope: Weights, layer: Layer, mask: Weights) -> Weights:
    """The slope of the layer below, from the slope of what this one saw."""
    pieces, steps, inputs = mask.shape
    first = layer.offsets[0]
    told = steps - (layer.offsets[-1] - first)
    parts = slope.reshape(pieces, told, -1)
    below = np.zeros_like(mask)
    for tap, offset in enumerate(layer.offsets):
        below[:, offset - first : offset - first + told] += parts[..., tap * inputs : (tap + 1) * inputs]
    return below * mask


def train(shape: Shape, learnt: Examples, recipe: Recipe, report: Callable[[int, float, Network], None]) -> Network:
    """Train a network on every step of the examples, ``recipe.epochs`` times."""
    network = fresh(shape, recipe.seed)
    past, ahead = network.reach - 1 - network.ahead, network.ahead
    starts = np.arange(past, len(learnt.labels) - ahead - recipe.piece, recipe.piece)
    batches = len(starts) // recipe.batch
    shares = np.bincount(learnt.labels, minlength=len(VISEMES)).astype(np.float32) / len(learnt.labels)
    trainer = Trainer(network, recipe, recipe.epochs * batches, shares)
    draw = np.random.default_rng(recipe.seed + 1)
    around, told = np.arange(-past, recipe.piece + ahead), np.arange(recipe.piece)
    for epoch in range(recipe.epochs):
        order = draw.permutation(starts + draw.integers(0, recipe.piece, len(starts)) - recipe.piece // 2)
        order = np.clip(order, past, len(learnt.labels) - ahead - recipe.piece)
        loss = 0.0
        for at in range(0, batches * recipe.batch, recipe.batch):
            chosen = order[at : at + recipe.batch, None]
            heard = learnt.heard[chosen + around].astype(np.float32)
            heard += _tilt(draw, recipe.batch)
            loss += trainer.learn(heard, learnt.labels[chosen + told])
        report(epoch, loss / batches, network)
    return network


def _tilt(draw: np.random.Generator, pieces: int) -> Weights:
    """A small error of the running mean, smooth over the bands."""
    rough = draw.normal(0.0, 0.35, (pieces, 1, 6))
    place = np.linspace(0.0, 5.0, BANDS)
    hats = np.maximum(0.0, 1.0 - np.abs(place[None, :] - np.arange(6)[:, None]))
    return (rough @ hats).astype(np.float32)
