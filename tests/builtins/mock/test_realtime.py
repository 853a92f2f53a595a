from __future__ import annotations

import asyncio
import itertools
import tracemalloc
from contextlib import aclosing

import pytest

from tests.builtins.mock.talk import ask, connected, pcm, rest_of, until_complete, words
from tth.adapters.realtime import ResponseRequest, SessionChange
from tth.adapters.shared import Shared
from tth.builtins.mock.realtime import EVENTS, MockRealtime
from tth.builtins.mock.tones import Tones
from tth.core.controls import CharacterControl, TurnControl
from tth.core.conversation import message
from tth.core.events import (
    AudioChunkEvent,
    ResponseStartedEvent,
    SpeechMarkEvent,
    TurnCompleteEvent,
    WarningEvent,
)
from tth.errors import AdapterError
from tth.testing.clock import run


async def test_the_sound_is_that_of_its_words_in_its_voice():
    async with connected("nova", chunk_ms=30) as voice:
        events = await ask(voice, "hello")
    chunks = Tones("You said: hello", "nova", rate_hz=24_000).chunks(40)
    assert pcm(events) == b"".join(sound for _, sound in chunks)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000])
async def test_chunks_follow_each_other_on_the_media_clock_after_the_marks_that_begin_in_them(rate_hz):
    async with connected(sample_rate=rate_hz, chunk_ms=35) as voice:
        samples = 0
        for event in await ask(voice, "one two three"):
            if isinstance(event, SpeechMarkEvent):
                assert all(mark.start >= samples * 24_000 // rate_hz for mark in event.marks)
            elif isinstance(event, AudioChunkEvent):
                assert (event.sample, event.sample_rate) == (samples * 24_000 // rate_hz, rate_hz)
                samples += len(event.data) // 2


async def test_a_responses_control_lies_over_the_sessions():
    slow, high = CharacterControl(speech_rate=0.5), CharacterControl(pitch_shift=1.0)
    async with connected() as voice:
        plain = pcm(await ask(voice, "hello"))
        applied = await voice.configure(SessionChange(control=TurnControl(character=slow)))
        assert applied.fields == {"control": "now"}
        await voice.respond(ResponseRequest(control=TurnControl(character=high)))
        both = pcm(await until_complete(voice))
    chunks = Tones("You said: hello", None, rate_hz=24_000, speech_rate=0.5, pitch_shift=1.0).chunks(40)
    assert both == b"".join(sound for _, sound in chunks)
    assert abs(len(both) - 2 * len(plain)) <= 4


async def test_without_sound_its_answers_are_text():
    async with connected(audio=False) as voice:
        events = await ask(voice, "hello")
    assert words(events) == "You said: hello"
    assert not any(isinstance(event, AudioChunkEvent | SpeechMarkEvent) for event in events)
    assert events[-1].status == "completed"


async def test_a_request_for_text_gives_text():
    async with connected() as voice:
        await voice.respond(ResponseRequest(modality="text"))
        assert not pcm(await until_complete(voice))


async def test_an_unknown_voice_is_told_and_the_default_one_speaks():
    async with connected("bariton") as voice:
        await voice.connect("again", "bariton")
        events = await ask(voice, "hello")
    assert isinstance(events[0], WarningEvent)
    assert events[0].code == "control_voice"
    assert "'bariton'" in events[0].message
    assert sum(isinstance(event, WarningEvent) for event in events) == 1
    async with connected() as voice:
        assert pcm(await ask(voice, "hello")) == pcm(events)


@pytest.mark.parametrize(("wanted", "when"), [("echo", "now"), ("echo", "at_renewal"), ("bariton", "now")])
async def test_a_change_of_voice_is_taken_when_it_says_so(wanted, when):
    async with connected("ash", voice_changes=when) as voice:
        before = pcm(await ask(voice, "hello"))
        applied = await voice.configure(SessionChange(voice=wanted))
        assert applied.fields == {"voice": when if wanted == "echo" else "never"}
        changed = pcm(await ask(voice, "hello")) != before
        assert changed == (applied.fields["voice"] == "now")


def test_paced_sound_comes_at_once_and_then_on_time_whatever_the_reader_does():
    async def main():
        loop, arrivals = asyncio.get_running_loop(), []
        async with connected(pace=2, chunk_ms=100) as voice:
            await voice.send_user_text("a long enough story to be told")
            began = loop.time()
            async with aclosing(voice.stream_events()) as stream:
                async for event in stream:
                    if isinstance(event, AudioChunkEvent):
                        arrivals.append((loop.time() - began, event.sample / 24_000 / 2))
                    if isinstance(event, TurnCompleteEvent):
                        return arrivals
                    await asyncio.sleep(0.013)

    arrivals = run(main())
    assert len(arrivals) > 15
    # The words before the sound are read slowly; from the sound on, the reader is never more than its own pause late.
    settled = arrivals[len(arrivals) // 2 :]
    assert all(due <= at < due + 0.03 for at, due in settled)


def cancelled_after(steps, **options):
    """Events of a response that was cancelled after so many steps of the loop, and of the next one."""

    async def main():
        async with connected(**options) as voice:
            seen = []

            async def read():
                for _ in range(2):
                    async with aclosing(voice.stream_events()) as stream:
                        async for event in stream:
                            seen.append(event)
                            if isinstance(event, TurnCompleteEvent):
                                break

            async with asyncio.TaskGroup() as group:
                group.create_task(read())
                await voice.send_user_text("to be cut")
                for _ in range(steps):
                    await asyncio.sleep(0)
                await voice.cancel_response()
                told = len(seen)
                await voice.send_user_text("whole")
            return told, seen

    return run(main())


@pytest.mark.parametrize("options", [{}, {"pace": 1}, {"audio": False}])
def test_a_response_cancelled_at_any_point_ends_once_and_says_nothing_more(options):
    statuses = set()
    for steps in itertools.count():
        told, seen = cancelled_after(steps, chunk_ms=200, **options)
        first, second = (event for event in seen if isinstance(event, TurnCompleteEvent))
        statuses.add(first.status)
        after = [event for event in seen[told:] if event.response_id == first.response_id]
        if first.status == "cancelled":
            assert after in ([], [first])
        assert second.status == "completed"
        rest = [event for event in seen if event.response_id == second.response_id]
        assert words(rest) == "You said: whole"
        if first.status == "completed" or steps > 60:
            break
    assert "cancelled" in statuses
    assert ("completed" in statuses) == ("pace" not in options)


async def test_cancelling_another_response_does_nothing():
    async with connected() as voice:
        await voice.send_user_text("hello")
        await voice.cancel_response("no such response")
        assert (await until_complete(voice))[-1].status == "completed"


async def test_two_cancels_at_once_give_one_end():
    async with connected() as voice:
        await voice.send_user_text("hello")
        async with asyncio.TaskGroup() as group:
            group.create_task(voice.cancel_response())
            group.create_task(voice.cancel_response())
        await voice.close()
        ends = [event for event in await rest_of(voice) if isinstance(event, TurnCompleteEvent)]
    assert [end.status for end in ends] == ["cancelled"]


async def test_a_second_response_waits_for_nobody():
    async with connected() as voice:
        await voice.send_user_text("hello")
        with pytest.raises(AdapterError, match="cancel it first") as refused:
            await voice.respond()
        assert (refused.value.code, refused.value.decision) == ("response_active", "retry")


@pytest.mark.parametrize("steps", range(0, 40, 3))
def test_closing_in_a_response_ends_the_stream_and_leaves_no_task(steps):
    async def main():
        async with connected(chunk_ms=100) as voice:
            await voice.send_user_text("hello there")
            for _ in range(steps):
                await asyncio.sleep(0)
            await voice.close()
            await voice.cancel_response()
            await rest_of(voice)
            with pytest.raises(AdapterError, match="connect"):
                await voice.respond()

    run(main())


async def test_it_cannot_speak_before_it_is_connected_and_never_hears():
    voice = MockRealtime(None, Shared())
    with pytest.raises(AdapterError, match="connect first"):
        await voice.respond()
    with pytest.raises(AdapterError, match="send text"):
        await voice.send_user_audio(b"")


def test_a_reader_that_does_not_read_holds_the_response_back_and_gets_it_whole_later():
    async def main():
        async with connected() as voice:
            await voice.send_user_text("word " * 2000)
            tracemalloc.start()
            try:
                for _ in range(3000):
                    await asyncio.sleep(0)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            events = await until_complete(voice)
        return peak, events

    peak, events = run(main())
    assert peak < EVENTS * 2000
    assert isinstance(events[0], ResponseStartedEvent)
    assert words(events) == "You said: " + "word " * 2000
    samples = sum(len(event.data) // 2 for event in events if isinstance(event, AudioChunkEvent))
    assert samples == 24 * (55 * (7 + 4 * 2000) + 40 * 2002)


async def test_items_of_a_voice_before_keep_their_ids_to_themselves():
    async with connected() as voice:
        first = await ask(voice, "one")
    said = [message("mock_user_1", "user", "one"), message(first[1].item_id, "assistant", words(first))]
    async with connected(items=said, reply="{count} {heard}") as voice:
        second = await ask(voice, "two")
        assert words(second) == "3 You said: one"
        assert second[1].item_id not in {item.id for item in said}
