"""A time-delay network: each layer sees a few steps of the one below, past and future.

Computed block by block as sound comes: a layer keeps the steps that it will need again and computes each step once.
Source: time-delay neural networks (Waibel et al. 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import STEPS

_ZERO = np.float32(0.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes:
        offsets: Steps of the layer below that one step sees, ascending, 0 being the same moment.
        weight: Shape (len(offsets) * inputs, outputs), float32.
        bias: Shape (outputs,), float32.
    """

    offsets: tuple[int, ...]
    weight: Weights
    bias: Weights

    @property
    def ahead(self) -> int:
        """Steps that must be known beyond the one that is computed."""
        return max(0, self.offsets[-1])

    @property
    def inputs(self) -> int:
        """Width of the layer below."""
        return len(self.weight) // len(self.offsets)


@dataclass(frozen=True, slots=True)
class Network:
    """Layers, the first one hearing spectra; all but the last are rectified."""

    layers: tuple[Layer, ...]

    @property
    def ahead(self) -> int:
        """Steps of sound that must be known beyond the step that is told."""
        return sum(layer.ahead for layer in self.layers)

    @property
    def reach(self) -> int:
        """Steps of sound, past and future, that one step depends on."""
        return 1 + sum(layer.ahead - min(0, layer.offsets[0]) for layer in self.layers)


class NetworkStream:
    """A network on a stream of blocks: what it tells lags by ``network.ahead`` steps."""

    __slots__ = ("_layers",)

    def __init__(self, network: Network) -> None:
        last = len(network.layers) - 1
        self._layers = [_LayerStream(layer, rectified=number < last) for number, layer in enumerate(network.layers)]

    def step(self, block: Weights) -> Weights:
        """Scores of the next three steps from the next three spectra, shape (3, outputs)."""
        for layer in self._layers:
            block = layer.step(block)
        return block


class _LayerStream:
    """One layer; it keeps the steps of the one below that it will need again.

    Views of them are made once: taking them anew for each block would cost as much as the products.
    """

    __slots__ = ("_bias", "_kept", "_moved", "_new", "_rectified", "_seen", "_taps", "_weight")

    def __init__(self, layer: Layer, *, rectified: bool) -> None:
        first = min(0, layer.offsets[0])
        past = np.zeros((layer.ahead - first + STEPS, layer.inputs), np.float32)
        self._weight, self._bias, self._rectified = layer.weight, layer.bias, rectified
        self._kept, self._moved, self._new = past[:-STEPS], past[STEPS:], past[-STEPS:]
        self._taps = [past[offset - first : offset - first + STEPS] for offset in layer.offsets]
        self._seen = np.empty((STEPS, len(layer.weight)), np.float32)

    def step(self, block: Weights) -> Weights:
        self._kept[:] = self._moved
        self._new[:] = block
        np.concatenate(self._taps, axis=1, out=self._seen)
        made: Weights = self._seen @ self._weight
        made += self._bias
        return np.maximum(made, _ZERO, out=made) if self._rectified else made
