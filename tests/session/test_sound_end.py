"""When the avatar's speech ends: once, and not a millisecond too soon."""

from __future__ import annotations

import asyncio

import pytest

from tests.session.scene import scene, settle
from tth.core.events import AudioChunkEvent, AudioDoneEvent, OutputStoppedEvent
from tth.session.speech import Speech
from tth.testing.clock import run

TONE = b"\x01\x10" * 2400


def chunk(item="i1"):
    return AudioChunkEvent(data=TONE, response_id="r1", item_id=item)


def done(item="i1"):
    return AudioDoneEvent(response_id="r1", item_id=item)


async def spoken(s):
    turn = s.session.say("hello")
    await settle()
    s.voice.start()
    s.voice.emit(chunk())
    await settle()
    return turn


@pytest.mark.parametrize(("late_ms", "ended"), [(499, []), (501, ["turn"])])
def test_half_a_second_after_the_sound_was_called_whole_the_speech_ends(late_ms, ended):
    async def main():
        async with scene() as s:
            turn = await spoken(s)
            s.voice.emit(done())
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(late_ms / 1000)
            assert asyncio.get_running_loop().time() - began == pytest.approx(late_ms / 1000)
            assert s.avatar.ended == [turn.id for _ in ended]
            s.voice.emit(chunk())
            await settle()
            # Nothing is lost either way: what came in time goes on, what came later begins once more.
            assert sum(map(len, s.avatar.sent.values())) >= 640 * (2 if not ended else 1)
            assert [start for _, start in s.avatar.starts] == ([0] if not ended else [0, 2400])
            s.voice.finish()
            await turn.wait()
            assert len(s.avatar.ended) == 1 + len(ended)

    run(main())


def test_each_late_piece_is_waited_for_anew():
    async def main():
        async with scene() as s:
            turn = await spoken(s)
            s.voice.emit(done())
            for _ in range(3):
                await asyncio.sleep(0.45)
                s.voice.emit(chunk())
                await settle()
            assert s.avatar.ended == []
            await asyncio.sleep(0.51)
            assert s.avatar.ended == [turn.id]
            assert len(s.avatar.sent[turn.id]) == 4 * len(TONE) * 2 // 3
            s.voice.finish()
            await turn.wait()
            assert s.avatar.ended == [turn.id]

    run(main())


def test_an_item_that_still_sounds_keeps_the_speech_open():
    async def main():
        async with scene() as s:
            await spoken(s)
            s.voice.emit(done("i1"), chunk("i2"))
            await asyncio.sleep(2)
            assert s.avatar.ended == []
            s.voice.emit(done("i2"))
            await asyncio.sleep(0.51)
            assert len(s.avatar.ended) == 1

    run(main())


@pytest.mark.parametrize("early", [False, True])
def test_the_end_of_the_output_ends_the_speech_at_once_and_once(early):
    async def main():
        async with scene() as s:
            turn = await spoken(s)
            if early:
                s.voice.emit(done())
                await settle()
            s.voice.emit(OutputStoppedEvent(response_id="r1"))
            await settle()
            assert s.avatar.ended == [turn.id]
            await asyncio.sleep(1)
            s.voice.finish()
            await turn.wait()
            assert s.avatar.ended == [turn.id]

    run(main())


def test_the_end_of_the_response_ends_the_speech_when_all_of_it_was_fed():
    async def main():
        async with scene() as s:
            turn = s.session.say("hello")
            await settle()
            s.voice.start()
            for _ in range(40):
                s.voice.emit(chunk())
            s.voice.emit(done())
            s.voice.finish()
            await asyncio.sleep(1)
            # Fed no further than the playhead allows, and so not ended either.
            assert s.avatar.ended == []
            await turn.wait()
            assert s.avatar.ended == [turn.id]
            assert len(s.avatar.sent[turn.id]) == 40 * len(TONE) * 2 // 3

    run(main())


async def test_a_listener_is_not_at_its_end_while_late_sound_may_come():
    speech = Speech("s")
    speech.append(TONE, 24_000)
    reader = speech.reader()
    assert reader.read(1 << 40, 1 << 40) is not None
    speech.sound_over = True
    assert reader.at_end
    assert not reader.drained
    speech.finish(whole=True)
    assert reader.drained
