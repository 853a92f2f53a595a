"""What ``tth doctor`` says of a recogniser, with one of each kind of luck."""

import asyncio

from tth.adapters.stt import Transcript
from tth.cli.checkup_ears import SENTENCE, try_ears
from tth.core.media import AudioChunk
from tth.errors import AdapterUnavailable
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.testing.clock import run


class Hibari:
    """A voice that is taken for the offline one."""

    voices = ()

    async def synthesize(self, text, *, control, context):
        yield AudioChunk(bytes(3200), 16_000)

    async def close(self):
        pass


class Ears:
    def __init__(self, text):
        self.text = text

    async def transcribe(self, audio):
        async for _ in audio:
            pass
        if self.text is None:
            await asyncio.get_running_loop().create_future()
        yield Transcript(self.text, final=True)

    async def close(self):
        pass


def missing():
    raise AdapterUnavailable("ears", "no ears; run: pip install ears")


def finding(*ears, voice="hibari"):
    cast = Cast(profile="p", persona="q", voices=[Maker(voice, Hibari)], ears=ears)

    async def main():
        return await try_ears(cast, asyncio.get_running_loop().time() + 2)

    return run(main())


def maker(text, name="ears"):
    return Maker(name, lambda: Ears(text))


def test_a_sentence_that_comes_back_is_shown_with_the_time_it_took():
    found = finding(maker("What is the weather, like to day?"))
    assert found.status == "ok"
    assert "ears heard 'What is the weather, like to day?' in 0 ms" in found.detail
    assert SENTENCE in found.detail
    assert found.numbers["words_share"] > 0.8


def test_other_words_nothing_and_no_answer_are_warnings():
    other, nothing, never = finding(maker("Walter ships it")), finding(maker("")), finding(maker(None))
    assert [each.status for each in (other, nothing, never)] == ["warning"] * 3
    assert "look at its language" in other.fix
    assert "heard nothing" in nothing.detail
    assert "did not answer in time" in never.detail


def test_one_that_is_missing_is_told_and_the_next_is_tried():
    alone, followed = finding(Maker("gone", missing)), finding(Maker("gone", missing), maker(SENTENCE))
    assert (alone.status, alone.detail) == ("warning", "no ears; run: pip install ears")
    assert "people can type" in alone.fix
    assert followed.status == "warning"
    assert followed.detail.startswith("no ears; run: pip install ears; ears heard")


def test_without_an_offline_voice_nothing_is_said_to_it():
    found = finding(maker(SENTENCE), voice="expensive")
    assert (found.status, found.detail) == ("ok", "ears was not tried: no offline voice to speak to it")
