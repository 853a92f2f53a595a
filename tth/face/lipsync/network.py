"""A time-delay network: each layer sees a few steps of the one below, past and future.

Computed block by block as sound comes: a layer keeps the steps that it will need again and computes each step once.
Source: time-delay neural networks (Waibel et al. 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import STEPS


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

    __slots__ = ("_layers", "_past", "_views")

    def __init__(self, network: Network) -> None:
        self._layers = network.layers
        self._past = [_room(layer) for layer in network.layers]
        self._views = [_view(layer) for layer in network.layers]

    def step(self, block: Weights) -> Weights:
        """Scores of the next three steps from the next three spectra, shape (3, outputs)."""
        last = len(self._layers) - 1
        for number, (layer, past, view) in enumerate(zip(self._layers, self._past, self._views, strict=True)):
            past[:-STEPS] = past[STEPS:]
            past[-STEPS:] = block
            block = past[view].reshape(STEPS, -1) @ layer.weight + layer.bias
            if number < last:
                np.maximum(block, 0.0, out=block)
        return block


def _room(layer: Layer) -> Weights:
    """Room for the steps that a block of the layer sees."""
    span = layer.ahead - min(0, layer.offsets[0])
    return np.zeros((span + STEPS, layer.inputs), np.float32)


def _view(layer: Layer) -> npt.NDArray[np.intp]:
    """Shape (3, taps): which of those each of the three steps sees."""
    first = np.arange(STEPS)[:, None] - min(0, layer.offsets[0])
    view: npt.NDArray[np.intp] = first + np.array(layer.offsets)
    return view
