"""However a speech is cut into clips, and however its clips are answered, its frames are one run."""

from __future__ import annotations

import itertools
import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.settings import measures_of
from tth.builtins.a2f.speech import Clip, Spoken
from tth.core.media import FaceFrame
from tth.wire.a2f.reply import Pose

WEIGHTS = bytes(208)


class Peer:
    """Answers each clip with the frames of the sound that was taken, as late as it is let."""

    def __init__(self, speech: Spoken) -> None:
        self.speech = speech
        self.clips: list[Clip] = []
        self.sent: dict[Clip, int] = {}
        self.framed: dict[Clip, int] = {}
        self.over: set[Clip] = set()
        self.frames: list[FaceFrame] = []

    def take(self) -> None:
        for clip in self.clips:
            while clip.upload.take() is not None:
                pass
            self.sent[clip] = round((clip.upload.latest_s - 0.5) * 16_000)

    def answer(self, clip: Clip, most: int) -> None:
        whole = clip.upload.finished
        frames = self.sent.get(clip, 0) * 30 / 16_000
        count = math.ceil(frames) if whole else int(frames)
        first = self.framed.get(clip, 0)
        upto = min(count, first + most)
        self.framed[clip] = upto
        poses = [Pose(number / 30, WEIGHTS, b"") for number in range(first, upto)]
        self.frames += self.speech.frames(clip, poses)
        if whole and upto == count and clip not in self.over:
            self.over.add(clip)
            self.frames += self.speech.over(clip)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(0, 20), st.booleans())
def test_frames_of_a_speech_are_one_rising_run_with_the_tail_at_its_end(seed, tail, voiced):
    rng = random.Random(seed)
    measures = measures_of(A2FOptions(clip_s=1, tail_ms=tail * 20))
    speech, now, at = Spoken("one", measures, {}), 0.0, 0
    peer = Peer(speech)
    loud = rng.randbytes(640)
    for _ in range(rng.randint(1, 60)):
        quiet = not voiced or rng.random() < 0.3
        packets = rng.randint(1, 30)
        peer.clips += speech.feed((bytes(640) if quiet else loud) * packets, at, now)
        at += packets * 480
        now += rng.choice([0.0, packets * 0.02, 0.5])
        if rng.random() < 0.2 and not peer.clips[-1].upload.ended:
            peer.clips[-1].upload.finish()
            now += 3.0
        if rng.random() < 0.7:
            peer.take()
        for clip in rng.sample(peer.clips, len(peer.clips)):
            peer.answer(clip, rng.randint(0, 40))
    if rng.random() < 0.5:
        peer.take()
        peer.answer(peer.clips[-1], 1000)
    peer.frames += speech.end()
    peer.take()
    for clip in rng.sample(peer.clips, len(peer.clips)):
        peer.answer(clip, 1 << 30)
    samples = [frame.sample for frame in peer.frames]
    assert samples == sorted(set(samples))
    assert {b - a for a, b in itertools.pairwise(samples)} <= set(range(1, 801))
    assert [frame.tail for frame in peer.frames] == [frame.sample >= at for frame in peer.frames]
    seams = len(peer.clips) - 1
    assert -1 <= len(peer.frames) - (at / 24_000 + tail * 0.02) * 30 <= 1 + seams
    assert speech.lost == 0
