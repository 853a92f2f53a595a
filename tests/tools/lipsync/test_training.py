"""The network's trainer: slopes are slopes, the same seeds give the same bits, a stream tells what a batch tells."""

from __future__ import annotations

import numpy as np
import pytest

from tools.lipsync.examples import Examples, against_mean, hear, label
from tools.lipsync.telling import scores, visemes
from tools.lipsync.training import Recipe, Trainer, fresh, train
from tth.face.lipsync.hearing import BANDS, STEPS, STEPS_A_SECOND
from tth.face.lipsync.network import NetworkStream
from tth.face.mouth import MS, Sound
from tth.face.visemes import VISEMES

SHAPE = (((-1, 0, 1), 6), ((-2, 0, 1), 5))
EVEN = np.full(len(VISEMES), 1 / len(VISEMES), np.float32)


def examples(steps=3_000, seed=3):
    """Speech in which the first band says which of three visemes it is."""
    draw = np.random.default_rng(seed)
    labels = np.repeat(draw.integers(0, 3, steps // 9 + 1), 9)[:steps].astype(np.int8)
    heard = draw.normal(0, 0.3, (steps, BANDS))
    heard[:, 0] += labels * 2.0
    return Examples(heard.astype(np.float16), labels)


def quiet(epoch, loss, network):
    pass


def test_slopes_agree_with_small_steps():
    draw = np.random.default_rng(1)
    network = fresh(SHAPE, 1)
    trainer = Trainer(network, Recipe(drop=0.0, rare=0.0, smooth=0.1), 100, EVEN)
    heard = draw.normal(0, 1, (2, 4 + network.reach - 1, BANDS)).astype(np.float32)
    labels = draw.integers(0, 15, (2, 4))
    views, masks, below = trainer.forward(heard)
    _, slope = trainer.loss(below, labels)
    found = trainer.slopes(views, masks, slope)
    parameters = [part for layer in network.layers for part in (layer.weight, layer.bias)]
    for part, its in zip(parameters, found, strict=True):
        direction = draw.normal(0, 1, part.shape).astype(np.float32)
        small = np.float32(1e-3)
        part += small * direction
        above = trainer.loss(trainer.forward(heard)[2], labels)[0]
        part -= 2 * small * direction
        below_ = trainer.loss(trainer.forward(heard)[2], labels)[0]
        part += small * direction
        assert (above - below_) / (2 * float(small)) == pytest.approx(
            float((its * direction).sum()), rel=0.03, abs=2e-3
        )


def test_a_network_learns_and_the_same_seed_gives_the_same_bits():
    recipe = Recipe(epochs=20, batch=4, piece=16, rate=1e-2, drop=0.1, seed=5)
    learnt = examples()
    one, other = train(SHAPE, learnt, recipe, quiet), train(SHAPE, learnt, recipe, quiet)
    for mine, its in zip(one.layers, other.layers, strict=True):
        assert mine.weight.tobytes() == its.weight.tobytes()
    unseen = examples(seed=4)
    told = visemes(scores(one, unseen.heard.astype(np.float32))).argmax(1)
    assert (told == unseen.labels).mean() > 0.9


def test_a_stream_tells_what_a_batch_tells():
    network = fresh(SHAPE, 2)
    heard = np.random.default_rng(2).normal(0, 1, (60, BANDS)).astype(np.float32)
    stream = NetworkStream(network)
    streamed = np.concatenate([stream.step(heard[at : at + STEPS]) for at in range(0, 60, STEPS)])
    settled = network.reach
    batch = scores(network, heard)[settled - network.ahead : 60 - network.ahead]
    assert np.allclose(streamed[settled:], batch, atol=1e-5)


def test_spectra_of_a_sound_come_in_whole_blocks_and_stay_finite():
    for sound in (np.zeros(16_000, np.float32), np.ones(5_000, np.float32)):
        heard = against_mean(hear(sound), np.full(BANDS, -4, np.float32))
        assert len(heard) % STEPS == 0
        assert np.isfinite(heard).all()


def test_labels_lie_where_the_sounds_are():
    labels = label([Sound("aa", 100 * MS, 200 * MS), Sound("PP", 200 * MS, 300 * MS)], STEPS_A_SECOND)
    assert [VISEMES[number] for number in labels[[8, 9, 17, 18, 26, 27]]] == ["sil", "aa", "aa", "PP", "PP", "sil"]
