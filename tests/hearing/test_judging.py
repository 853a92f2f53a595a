"""Over an answer, a 'mhm' lets it go on and words end it: by detector, recogniser and judgement together."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.hearing.judging import Sound, cough, judged, noise
from tests.hearing.voices import say

pytestmark = pytest.mark.skipif(
    not find_spec("moonshine_cpp") or not find_spec("hibari"), reason="the extras ears and voice are not here"
)

LISTENING = ("Yeah.", "Okay.", "Right.", "I see.", "Oh, okay.", "Mm-hmm.")
MEANT = ("Stop.", "Wait a second.", "What do you mean?", "No, that is wrong.", "Who are you?", "Why?")


def test_listeners_coughs_and_noise_let_the_answer_go_on_and_words_end_it():
    sounds = [
        *(Sound(text, say("hibari", text), False) for text in LISTENING),
        *(Sound(text, say("hibari", text), True) for text in MEANT),
        *(Sound(f"cough {seed}", cough(seed), False) for seed in range(3)),
        *(Sound(f"noise {seed}", noise(seed), False) for seed in range(3)),
    ]
    wrong = [(each.sound.name, each.text) for each in judged(sounds) if not each.right]
    assert len(wrong) <= 1, wrong
