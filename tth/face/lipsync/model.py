"""The trained model: one network for each operating point, in one small file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np

from tth.errors import MediaError
from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import BANDS
from tth.face.lipsync.network import Layer, Network
from tth.face.visemes import VISEMES

DETECTORS = ("PP", "FF")
"""Closures that have an output of their own behind the fifteen visemes."""

OUTPUTS = len(VISEMES) + len(DETECTORS)
FORMAT = 1
POINTS = ("live", "buffered")


@dataclass(frozen=True, slots=True)
class Model:
    """What ``LipReader`` reads lips with. Immutable; share one among all sessions.

    Attributes:
        mean: Shape (32,): what speech sounds like on average, band by band, before a voice is known.
        live: Hears little of what follows.
        buffered: Hears more of it.
    """

    mean: Weights
    live: Network
    buffered: Network

    @classmethod
    def load(cls) -> Model:
        """The model that ships with ``tth``. Takes about 2 ms."""
        return cls.from_bytes((files("tth.face.lipsync") / "lips.npz").read_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """A model from what ``to_bytes`` gave.

        Raises:
            MediaError: It is of another format.
        """
        with np.load(BytesIO(data), allow_pickle=False) as file:
            if int(file["format"]) != FORMAT or file["mean"].shape != (BANDS,):
                raise MediaError("the lip-sync model has another format; make it again: make lipsync-model")
            networks = [_network(file, point) for point in POINTS]
            return cls(file["mean"].astype(np.float32), *networks)

    def to_bytes(self) -> bytes:
        """The model as a file, weights in half precision: the same bytes for the same weights."""
        arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {
            "format": np.array(FORMAT, np.int32),
            "mean": self.mean.astype(np.float32),
        }
        for point, network in zip(POINTS, (self.live, self.buffered), strict=True):
            for number, layer in enumerate(network.layers):
                arrays[f"{point}.{number}.offsets"] = np.array(layer.offsets, np.int32)
                arrays[f"{point}.{number}.weight"] = layer.weight.astype(np.float16)
                arrays[f"{point}.{number}.bias"] = layer.bias.astype(np.float32)
        buffer = BytesIO()
        # Uncompressed entries carry a fixed date, so equal weights make equal files.
        np.savez(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()


def _network(file: np.lib.npyio.NpzFile, point: str) -> Network:
    layers: list[Layer] = []
    while f"{point}.{len(layers)}.offsets" in file:
        name = f"{point}.{len(layers)}"
        offsets = tuple(int(offset) for offset in file[f"{name}.offsets"])
        layers.append(Layer(offsets, file[f"{name}.weight"].astype(np.float32), file[f"{name}.bias"]))
    return Network(tuple(layers))
