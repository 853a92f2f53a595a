"""The model's graph, with the durations that it decides on made visible.

The library's graph computes how long each symbol lasts but does not give it out. Protobuf messages merge where one
follows another, so a second message that holds nothing but one more output, laid behind the file, adds it. Source: the
protocol-buffers encoding, "Last One Wins"; ONNX, ``ModelProto.graph = 7``, ``GraphProto.output = 12``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tth.builtins.hibari.timing import UNIT

log = logging.getLogger(__name__)

DURATIONS = "/Cast_32_output_0"
"""The tensor of durations in hibari-tts 0.2.1: int64, one for each id, in units of 600 samples."""

HOP = 300
"""Samples of one frame of the spectra."""

_GRAPH, _OUTPUT, _NAME = 7, 12, 1
_ABSENT = "this hibari-tts keeps its durations to itself, so mouth times are estimates; version 0.2.1 gives them"

Array = npt.NDArray[np.float32]


def with_output(model: bytes, tensor: str) -> bytes:
    """An ONNX model with one more output, the inner tensor of that name."""
    return model + _field(_GRAPH, _field(_OUTPUT, _field(_NAME, tensor.encode())))


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


@dataclass(frozen=True, slots=True)
class Spectra:
    """What the model says of a run.

    Attributes:
        parts: Five arrays of shape (601, frames), float32.
        f0: Pitch of each frame in Hz, below 40 where there is none.
        counts: Units that each id lasts, ``None`` where the model does not tell.
    """

    parts: Sequence[Array]
    f0: Array
    counts: Sequence[int] | None


class Graph:
    """The loaded model. Takes about 0.5 s to load; use it from one thread.

    Args:
        tensor: Where the durations are.

    Attributes:
        durations: Whether the model tells them.
        library: The library's own object: ``ids``, ``sess``, ``split_sentences``.
        g2p: Turns words into symbols.
        alphabet: The symbols that it knows.
    """

    def __init__(self, tensor: str = DURATIONS) -> None:
        from hibari import Hibari
        from hibari.voices import voice_path

        model = Path(voice_path("heart", download_missing=False)).read_bytes()
        self._tensor = tensor
        self.durations = True
        try:
            self.library: Any = Hibari(voice="heart", model=with_output(model, tensor), threads=1)
        except (
            Exception
        ):  # onnxruntime's classes of errors differ by version; a graph without the tensor is one of them
            self._without_durations()
            self.library = Hibari(voice="heart", model=model, threads=1)
        self.g2p: Any = self.library.g2p  # which it loads at this first look
        self.alphabet = frozenset(self.library.vocab)

    def _without_durations(self) -> None:
        if self.durations:
            log.warning(_ABSENT)
        self.durations = False

    def spectra(self, symbols: str, speed: float) -> Spectra:
        """What ``symbols`` sound like, 599 at most. Takes about 5 ms for a second of sound."""
        outputs = self._run(None, symbols, speed)
        *parts, f0 = (array[0] for array in outputs[:6])
        counts = None
        if self.durations:
            counts = outputs[6].ravel().tolist()
            if len(counts) != len(self.library.ids(symbols)) or sum(counts) * UNIT != len(f0) * HOP:
                self._without_durations()
                counts = None
        return Spectra(parts, f0, counts)

    def units(self, symbols: str, speed: float) -> int:
        """How many units the model would let ``symbols`` last; costs a third of ``spectra``."""
        return int(self._run([self._tensor], symbols, speed)[0].sum())

    def _run(self, outputs: Sequence[str] | None, symbols: str, speed: float) -> Any:
        ids = np.asarray([self.library.ids(symbols)], np.int64)
        return self.library.sess.run(outputs, {"ids": ids, "speed": np.asarray([speed], np.float32)})
