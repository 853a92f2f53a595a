"""The face of the default profile, speaking with its neural voice."""

from __future__ import annotations

import pytest

from tth.cli.take import one_turn
from tth.cli.talk import local_talk
from tth.config.profiles import resolve_profile
from tth.config.sources import read_sources
from tth.core.controls import EmotionControl, EmotionLabel, TurnControl
from tth.core.events import SpeechMarkEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.face.blendshapes import INDEX, from_bytes
from tth.plugins.loader import load_plugins
from tth.testing.clock import run

pytest.importorskip("hibari", reason="the neural voice is not installed")

FRAME = MEDIA_RATE_HZ // 30
SENTENCE = "Peter bought a big blue boat, and maybe Bobby bumped my baby on Monday."


async def ask(control: TurnControl):
    registry = load_plugins()
    sets = ("components.llm.primary=mock_llm", "components.llm.reply='{text}'")
    profile = resolve_profile("offline", read_sources(sets, environ={}), registry)
    async with local_talk(registry, profile) as talk:
        return await one_turn(talk, SENTENCE, control)


def gap(frame) -> float:
    """How far the lips are apart."""
    pose = from_bytes(frame.weights)
    return max(0.0, float(pose[INDEX["jawOpen"]] - pose[INDEX["mouthClose"]]))


@pytest.mark.parametrize("label", [EmotionLabel.NEUTRAL, EmotionLabel.SURPRISED, EmotionLabel.HAPPY])
def test_lips_meet_in_every_p_b_and_m_whatever_is_felt(label):
    take = run(ask(TurnControl(EmotionControl(label))))
    marks = [mark for event in take.events if isinstance(event, SpeechMarkEvent) for mark in event.marks]
    closures = [mark for mark in marks if mark.kind == "phoneme" and mark.value in ("p", "b", "m")]
    assert len(closures) >= 14
    for mark in closures:
        near = [frame for frame in take.frames if mark.start - 2 * FRAME <= frame.sample <= mark.end + FRAME]
        assert min(gap(frame) for frame in near) < 0.03, mark


def test_there_are_thirty_frames_a_second_from_the_first_sample_to_a_shut_mouth():
    take = run(ask(TurnControl()))
    samples = [frame.sample for frame in take.frames]
    assert samples == list(range(0, len(samples) * FRAME, FRAME))
    assert take.units <= samples[-1] <= take.units + MEDIA_RATE_HZ // 4
    assert gap(take.frames[-1]) < 0.02
    assert max(gap(frame) for frame in take.frames) > 0.3


def test_words_fill_the_sound():
    take = run(ask(TurnControl()))
    marks = [mark for event in take.events if isinstance(event, SpeechMarkEvent) for mark in event.marks]
    words = [mark for mark in marks if mark.kind == "word"]
    assert [take.text[word.text_start : word.text_end].strip(" ,.") for word in words] == [
        word.strip(",.") for word in SENTENCE.split()
    ]
    assert take.units - words[-1].end < MEDIA_RATE_HZ // 2
