"""The loaded model: from sound to words.

Source: the model's card and code (Useful Sensors, Moonshine): encoder on raw samples, decoder with merged cache
branches, greedy.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tth.builtins.moonshine.narrow import narrowed
from tth.builtins.moonshine.tokens import BEGIN, END, circling, read_vocabulary, straightened, text_of
from tth.errors import AdapterError, AdapterUnavailable

log = logging.getLogger(__name__)

NAME = "moonshine"
RATE_HZ = 16_000
LONGEST_S = 30.0
"""Sound that it can take at once, about."""

_SILENCE = np.zeros(RATE_HZ // 5, np.float32)
"""Follows what it is given: without it, a short word is often written again and again."""

_TOKENS_A_SECOND, _MORE_TOKENS = 10, 4
"""Nobody speaks faster; what does is no speech."""

_HEADS, _WIDTH = 8, 52

UNLIKELY = -1.0
"""Mean log probability of a token below which what it wrote counts as noise: speech has -0.6 at worst."""

Sound = npt.NDArray[np.float32]


class Stopped(Exception):
    """The work was stopped: nobody waits for it any more."""


class Job:
    """One piece of work, which can be stopped from another thread at any moment."""

    def __init__(self) -> None:
        from onnxruntime import RunOptions

        self.options: Any = RunOptions()

    @property
    def stopped(self) -> bool:
        """Whether it was."""
        return bool(self.options.terminate)

    def stop(self) -> None:
        """End it: a running inference ends at its next operator."""
        self.options.terminate = True


@dataclass(frozen=True, slots=True)
class Written:
    """What the model made of a sound.

    Attributes:
        text: Its words, empty where it found none.
        likelihood: Mean log probability of its tokens.
    """

    text: str
    likelihood: float


class Model:
    """Writes down English speech. Takes about 1.5 s to load; use it from one thread.

    A second of sound takes about 50 ms, a third of it for listening and the rest for writing.
    """

    def __init__(self) -> None:
        folder = model_folder()
        self._encoder = _session(folder / "encoder_model.ort")
        self._decoder = _session(folder / "decoder_model_merged.ort")
        self._vocabulary = read_vocabulary((folder / "tokenizer.bin").read_bytes())
        self._past = [given.name for given in self._decoder.get_inputs() if given.name.startswith("past_key_values")]
        present = [name.replace("past_key_values", "present") for name in self._past]
        self._first = ["logits", *present]
        # What it remembers of the sound stays as it was after the first token.
        self._own = [name for name in self._past if ".decoder." in name]
        self._later = ["logits", *(name for name in present if ".decoder." in name)]

    def write(self, sound: Sound, job: Job) -> Written:
        """What is said in ``sound``: 16 kHz, -1 to 1, at most ``LONGEST_S``.

        Raises:
            Stopped: ``job`` was stopped.
            AdapterError: The runtime failed.
        """
        if job.stopped:
            raise Stopped
        whole = np.concatenate([sound, _SILENCE])
        try:
            (heard,) = self._encoder.run(None, {"input_values": whole[None]}, job.options)
            tokens, likelihood = self._tokens(heard, _MORE_TOKENS + int(_TOKENS_A_SECOND * len(sound) / RATE_HZ), job)
        except Exception as error:  # onnxruntime's classes of errors differ by version; a stopped run raises one
            if job.stopped:
                raise Stopped from error
            raise AdapterError(NAME, f"the model failed: {error}", decision="retry") from error
        text = text_of(tokens, self._vocabulary) if likelihood > UNLIKELY else ""
        return Written(text, likelihood)

    def _tokens(self, heard: npt.NDArray[np.float32], most: int, job: Job) -> tuple[Sequence[int], float]:
        past: dict[str, Any] = {name: np.zeros((1, _HEADS, 0, _WIDTH), np.float32) for name in self._past}
        tokens, likelihoods, last = list[int](), list[float](), BEGIN
        while len(tokens) < most and not circling(tokens):
            if job.stopped:
                raise Stopped
            given = {
                "input_ids": np.array([[last]], np.int64),
                "encoder_hidden_states": heard,
                "use_cache_branch": np.array([bool(tokens)]),
                **past,
            }
            wanted, remembered = (self._later, self._own) if tokens else (self._first, self._past)
            logits, *present = self._decoder.run(wanted, given, job.options)
            past.update(zip(remembered, present, strict=True))
            last, likelihood = _likeliest(logits[0, -1])
            likelihoods.append(likelihood)
            if last == END:
                return tokens, float(np.mean(likelihoods))
            tokens.append(last)
        return straightened(tokens), float(np.mean(likelihoods))


def model_folder() -> Path:
    """Where the package keeps its model; the package itself, which would load a library of its own, is not imported.

    Raises:
        AdapterUnavailable: It is not installed.
    """
    spec = find_spec("moonshine_cpp")
    if spec is None or spec.origin is None:
        problem = "the package moonshine-cpp is not installed; run: pip install 'tth[ears]' (Linux x86_64, macOS arm64)"
        raise AdapterUnavailable(NAME, problem)
    return Path(spec.origin).parent / "models" / "base-en"


def _session(file: Path) -> Any:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # it keeps what the longest sound took
    given = file.read_bytes()
    try:
        return InferenceSession(narrowed(given), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a newer onnxruntime may lack the operator, or what reads its format
        log.warning("%s is run as it stands, six times as slowly: %s", file.name, error)
        return InferenceSession(given, options, providers=["CPUExecutionProvider"])


def _likeliest(logits: npt.NDArray[np.float32]) -> tuple[int, float]:
    """The likeliest token, and its log probability."""
    token = int(logits.argmax())
    return token, -float(np.log(np.exp(logits - logits[token]).sum()))
