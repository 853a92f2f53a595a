"""The rewritten graphs compute what the package's own do."""

import logging

import numpy as np
import pytest

from tests.builtins.moonshine.speech import noise, quiet, spoken
from tth.builtins.moonshine import model as module
from tth.builtins.moonshine.model import Job, Model, model_folder
from tth.builtins.moonshine.narrow import narrowed

SENTENCES = ("Please remind me to call my mother.", "Stop.")


def session(file):
    import onnxruntime

    return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])


def test_the_encoder_hears_nearly_the_same():
    sound = np.concatenate([quiet(0.3), spoken(SENTENCES[0])])[None]
    file = (model_folder() / "encoder_model.ort").read_bytes()
    (theirs,), (ours,) = (session(each).run(None, {"input_values": sound}) for each in (file, narrowed(file)))
    likeness = np.sum(theirs * ours) / np.linalg.norm(theirs) / np.linalg.norm(ours)
    assert likeness > 0.98


def test_a_file_that_cannot_be_rewritten_is_run_as_it_stands(monkeypatch, caplog):
    sounds = [np.concatenate([quiet(0.2), spoken(text), noise(0.2, 1e-4)]) for text in SENTENCES]
    ours = [quick.write(sound, Job()).text for quick in [Model()] for sound in sounds]

    def refuse(file):
        raise ValueError("something else is in it")

    monkeypatch.setattr(module, "narrowed", refuse)
    with caplog.at_level(logging.WARNING):
        slow = Model()
    assert "something else is in it" in caplog.text
    assert [slow.write(sound, Job()).text for sound in sounds] == ours == list(SENTENCES)


def test_what_is_no_such_file_is_refused():
    pytest.importorskip("onnxruntime", reason="needs the extra tth[ears]")
    with pytest.raises(Exception, match=r".+"):
        narrowed(b"nothing of the kind" * 10)
