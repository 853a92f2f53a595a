"""The model's file: what goes in comes out, and equal weights make equal bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.face.lipsync.test_reader import random_model
from tth.errors import MediaError
from tth.face.lipsync.model import Model


def test_a_model_comes_back_from_its_bytes():
    model = random_model()
    back = Model.from_bytes(model.to_bytes())
    assert np.array_equal(back.mean, model.mean)
    for one, other in ((back.live, model.live), (back.buffered, model.buffered)):
        assert [layer.offsets for layer in one.layers] == [layer.offsets for layer in other.layers]
        for mine, its in zip(one.layers, other.layers, strict=True):
            assert np.array_equal(mine.weight, its.weight.astype(np.float16).astype(np.float32))
            assert np.array_equal(mine.bias, its.bias)


def test_equal_weights_make_equal_files():
    assert random_model(3).to_bytes() == random_model(3).to_bytes()


def test_another_format_is_refused(monkeypatch):
    monkeypatch.setattr("tth.face.lipsync.model.FORMAT", 2)
    data = random_model().to_bytes()
    monkeypatch.undo()
    with pytest.raises(MediaError, match="make lipsync-model"):
        Model.from_bytes(data)
