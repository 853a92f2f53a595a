"""What a client sees of its voice, and what the voice is told."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from functools import wraps

import pytest

from tests.hosting.scene import client, settle
from tth.adapters.realtime import RealtimeCapabilities
from tth.core.conversation import AudioPart
from tth.core.events import (
    AudioChunkEvent,
    DegradedEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    ItemStartedEvent,
    ResponseStartedEvent,
    ToolCallEvent,
    UserTranscriptEvent,
)
from tth.errors import AdapterError
from tth.hosting.host import SHORT_LIFE_S
from tth.testing.clock import run
from tth.testing.conformance.leaks import nothing_left
from tth.testing.peers import ScriptedVoice

SOUND = b64encode(bytes(48_000)).decode()


class Ears(ScriptedVoice):
    """A voice that hears."""

    @property
    def capabilities(self):
        return RealtimeCapabilities(audio_in=True)


async def grow_old():
    await asyncio.sleep(SHORT_LIFE_S + 1)


def on_virtual_time(test):
    @wraps(test)
    def running(**given):
        run(test(**given))

    return running


@on_virtual_time
async def test_a_lost_voice_is_replaced_by_the_next_which_knows_the_conversation():
    async with client(names=("first", "second")) as peer:
        await peer.ask("one")
        await peer.answer("answer one")
        await grow_old()
        peer.voice.emit(ErrorEvent(code="closed_1006", message="the line is cut", decision="retry"))
        peer.voice.drop()
        await settle()
        assert [voice.name for voice in peer.made] == ["first", "second"]
        assert peer.made[0].closed
        assert peer.told() == [("user", "one"), ("assistant", "answer one")]
        assert [event.now for event in peer.steps if isinstance(event, DegradedEvent)] == ["second"]
        await peer.ask("two")
        await peer.answer("answer two", "i2")
        assert peer.ends == [("completed", None)] * 2


@on_virtual_time
async def test_a_lone_voice_that_is_lost_is_made_again():
    async with client() as peer:
        await grow_old()
        peer.voice.drop()
        await settle()
        await peer.ask()
        await peer.answer()
        assert [voice.name for voice in peer.made] == ["first", "first"]
        assert peer.ends == [("completed", None)]


@on_virtual_time
async def test_a_response_of_which_nothing_was_sent_is_asked_once_more_and_no_more():
    async with client(names=("first", "second")) as peer:
        await peer.ask("one")
        for _ in range(2):
            assert len(peer.voice.requests) == 1
            peer.voice.start()
            await settle()
            peer.voice.drop()
            await settle()
        assert len(peer.made) == 2
        assert peer.ends == [("failed", "voice_lost")]
        await peer.ask("two")
        await peer.answer("again")
        assert peer.ends[1:] == [("completed", None)]


@on_virtual_time
async def test_the_answer_that_was_asked_for_again_comes_whole_and_once():
    async with client() as peer:
        await peer.ask("one")
        peer.voice.start()
        peer.voice.drop()
        await settle()
        await peer.answer("the answer")
        assert peer.words == "the answer"
        assert peer.ends == [("completed", None)]
        assert len(peer.of("response.created")) == 1


@on_virtual_time
async def test_a_response_that_had_begun_fails_when_its_voice_is_lost():
    async with client() as peer:
        await peer.ask("one")
        peer.voice.start()
        peer.voice.text("half an ")
        await settle()
        peer.voice.emit(ErrorEvent(code="closed_1011", message="the line is cut", decision="retry"))
        peer.voice.drop()
        await settle()
        assert peer.ends == [("failed", "closed_1011")]
        await peer.ask("two")
        assert peer.told() == [("user", "one"), ("assistant", "half an "), ("user", "two")]
        await peer.answer("whole", "i2")
        assert peer.ends[1:] == [("completed", None)]


@on_virtual_time
async def test_where_no_voice_can_be_reached_each_response_fails_and_a_later_one_may_work():
    down = []

    class Flaky(ScriptedVoice):
        async def connect(self, *args, **more):
            if down:
                raise AdapterError("first", "nobody there", code="unreachable", decision="retry")
            await super().connect(*args, **more)

    async with client(make=Flaky) as peer:
        await grow_old()
        down.append(True)
        peer.voice.drop()
        await settle()
        await peer.ask("one")
        await peer.ask("two")
        await asyncio.sleep(60)
        assert peer.ends == [("failed", "voice_failed")]
        down.clear()
        await peer.ask("three")
        assert peer.told() == [("user", "one"), ("user", "two"), ("user", "three")]
        await peer.answer()
        assert peer.ends[1:] == [("completed", None)]


@on_virtual_time
async def test_a_voice_that_is_lost_as_soon_as_it_is_there_is_not_made_again_and_again():
    class Fleeting(ScriptedVoice):
        async def connect(self, *args, **more):
            await super().connect(*args, **more)
            self.drop()

    async with client(make=Fleeting) as peer:
        await asyncio.sleep(60)
        assert len(peer.made) <= 2


@on_virtual_time
async def test_a_voice_that_refuses_a_response_is_asked_once_more():
    async with client() as peer:
        peer.voice.refuse = AdapterError("first", "too many", code="rate_limit_exceeded", decision="retry")
        await peer.ask()
        await peer.answer()
        assert peer.ends == [("completed", None)]


@on_virtual_time
async def test_a_voice_that_never_takes_a_request_is_replaced():
    class Deaf(ScriptedVoice):
        async def respond(self, *request):
            if len(peer.made) == 1:
                await asyncio.Event().wait()
            await super().respond(*request)

    async with client(make=Deaf) as peer:
        await peer.ask()
        await asyncio.sleep(60)
        await peer.answer()
        assert peer.ends == [("completed", None)]


@on_virtual_time
async def test_a_new_voice_is_told_the_clients_settings():
    tool = {"type": "function", "name": "look", "description": "", "parameters": {"type": "object"}}
    async with client() as peer:
        session = {"type": "realtime", "instructions": "Be curt.", "tools": [tool]}
        await peer.send("session.update", session=session)
        await grow_old()
        peer.voice.drop()
        await settle()
        (change,) = peer.voice.changes
        assert (change.instructions, [tool.name for tool in change.tools]) == ("Be curt.", ["look"])


@on_virtual_time
async def test_a_connection_that_will_soon_end_is_renewed_between_two_responses():
    async with client() as peer:
        await peer.ask("one")
        await grow_old()
        peer.voice.emit(ExpiringSoonEvent(in_s=60))
        await settle()
        assert len(peer.made) == 1
        await peer.answer("answer one")
        assert len(peer.made) == 2
        assert peer.told() == [("user", "one"), ("assistant", "answer one")]


@on_virtual_time
async def test_calls_are_told_after_the_sound_of_the_words_before_them():
    async with client(pace=8) as peer:
        await peer.ask()
        voice = peer.voice
        voice.start()
        voice.text("Let me see.")
        voice.emit(ToolCallEvent(response_id="r1", item_id="c1", call_id="call_1", name="look", arguments="{}"))
        voice.audio(500)
        voice.audio(500)
        voice.finish()
        await asyncio.sleep(5)
        kinds = [event["item"]["type"] for event in peer.of("response.output_item.done")]
        assert kinds == ["message", "function_call"]
        types = [event["type"] for event in peer.seen]
        first_call = types.index("response.function_call_arguments.delta")
        assert "response.output_audio.delta" not in types[first_call:]


@on_virtual_time
async def test_words_and_sound_of_a_second_item_follow_the_sound_of_the_first():
    async with client(pace=8) as peer:
        await peer.ask()
        voice = peer.voice
        voice.emit(ResponseStartedEvent(response_id="r1", tag=voice.requests[-1].tag))
        for item in ("i1", "i2"):
            voice.emit(ItemStartedEvent(response_id="r1", item_id=item))
            voice.text(f"words of {item}", item_id=item)
            voice.audio(500, item_id=item)
        voice.finish()
        await asyncio.sleep(5)
        done = peer.of("response.output_audio_transcript.done")
        assert [event["transcript"] for event in done] == ["words of i1", "words of i2"]
        order = [event["item_id"] for event in peer.of("response.output_audio.delta")]
        assert order == [event["item_id"] for event in done]


@on_virtual_time
async def test_an_item_truncated_while_it_is_said_is_cut_once_its_response_is_over():
    async with client() as peer:
        await peer.ask()
        peer.voice.start()
        peer.voice.text("one two three")
        peer.voice.audio(500)
        await settle()
        (item,) = {event["item_id"] for event in peer.of("response.output_audio.delta")}
        await peer.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=200)
        assert not peer.voice.heard
        await peer.send("response.cancel")
        await peer.say("next")
        ((heard,),) = peer.voice.heard
        assert (heard.item_id, heard.samples) == ("i1", 200 * 24)
        assert peer.voice.cancelled == ["r1"]


@on_virtual_time
async def test_what_was_cut_is_cut_for_the_next_voice_too():
    async with client() as peer:
        await peer.ask("tell me")
        await peer.answer("one two three four five six seven")
        (item,) = {event["item_id"] for event in peer.of("response.output_audio.delta")}
        await peer.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=300)
        await grow_old()
        peer.voice.drop()
        await settle()
        (_, (role, text)) = peer.told()
        assert role == "assistant"
        assert "one two three four five six seven".startswith(text)
        assert "seven" not in text


@on_virtual_time
async def test_a_voice_that_hears_gets_the_utterance_and_its_transcript_reaches_the_client():
    async with client(make=Ears) as peer:
        heard = {"turn_detection": None, "transcription": {"model": "gpt-transcribe"}}
        await peer.send("session.update", session={"type": "realtime", "audio": {"input": heard}})
        await peer.send("input_audio_buffer.append", audio=SOUND)
        await peer.send("input_audio_buffer.commit")
        ((item,), (part,)) = peer.voice.items, peer.voice.items[0].parts
        assert isinstance(part, AudioPart)
        assert len(part.chunk.data) == 48_000
        peer.voice.emit(UserTranscriptEvent(item_id=item.id, text="hello"))
        await settle()
        (completed,) = peer.of("conversation.item.input_audio_transcription.completed")
        assert completed["transcript"] == "hello"


@on_virtual_time
async def test_a_recogniser_that_fails_is_told_and_its_utterance_is_not_answered():
    async def hears(pcm):
        raise AdapterError("stt", "out of order", code="stt_failed")

    async with client(hears=hears) as peer:
        heard = {"turn_detection": None, "transcription": {"model": "gpt-transcribe"}}
        await peer.send("session.update", session={"type": "realtime", "audio": {"input": heard}})
        await peer.send("input_audio_buffer.append", audio=SOUND)
        await peer.send("input_audio_buffer.commit")
        (failed,) = peer.of("conversation.item.input_audio_transcription.failed")
        assert failed["error"]["code"] == "stt_failed"
        await peer.send("response.create")
        assert [status for status, _ in peer.ends] == ["failed"]
        assert not peer.voice.requests


@pytest.mark.parametrize("speed", [1.0, 1.25])
@on_virtual_time
async def test_a_speed_that_the_client_did_not_name_leaves_the_personas_pace(speed):
    async with client() as peer:
        if speed != 1.0:
            await peer.send("session.update", session={"type": "realtime", "audio": {"output": {"speed": speed}}})
        await peer.ask()
        asked = peer.voice.requests[-1].control.character
        assert asked.speech_rate == (None if speed == 1.0 else speed)


@on_virtual_time
async def test_draining_waits_for_what_runs_and_refuses_what_comes():
    async with client() as peer, asyncio.TaskGroup() as group:
        await peer.ask("one")
        draining = group.create_task(peer.host.drain("server_stopping"))
        await settle()
        assert not draining.done()
        await peer.answer()
        assert draining.done()
        await peer.ask("two")
        assert peer.ends == [("completed", None), ("failed", "server_stopping")]


@on_virtual_time
async def test_a_response_out_of_band_that_is_cancelled_before_its_voice_is_there_asks_for_nothing():
    async with client() as peer:
        await peer.ask("aside", conversation="none")
        assert len(peer.made) == 2
        await peer.send("response.cancel", response_id=peer.of("response.created")[0]["response"]["id"])
        assert peer.ends == [("cancelled", None)]
        assert peer.voice.cancelled


@on_virtual_time
async def test_chunks_that_end_within_a_sample_or_have_another_rate_add_up():
    async with client() as peer:
        await peer.ask()
        peer.voice.start()
        tone = b"\x01\x10" * 24_000
        for at in range(0, len(tone), 1001):
            chunk = tone[at : at + 1001]
            peer.voice.emit(AudioChunkEvent(data=chunk, response_id="r1", item_id="i1"))
        peer.voice.audio(1000, rate_hz=16_000)
        peer.voice.audio(1000)
        peer.voice.finish()
        await settle()
        sent = b"".join(b64decode(event["delta"]) for event in peer.of("response.output_audio.delta"))
        assert sent[: len(tone)] == tone
        assert abs(len(sent) - 3 * len(tone)) < 100


@on_virtual_time
async def test_sound_of_no_use_fails_the_response_and_the_next_one_is_whole():
    async with client() as peer:
        await peer.ask()
        peer.voice.start()
        peer.voice.emit(AudioChunkEvent(data=b"12", sample_rate=7, response_id="r1", item_id="i1"))
        await settle()
        assert peer.ends == [("failed", "bad_audio")]
        await peer.ask()
        await peer.answer(item_id="i2", response_id="r2")
        assert peer.ends[1:] == [("completed", None)]


@on_virtual_time
async def test_a_voice_that_changes_at_renewal_only_is_renewed_before_it_speaks():
    async with client() as peer:
        await peer.say("hi")
        await peer.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "nova"}}})
        assert [voice.voice for voice in peer.made] == [None, "nova"]
        assert peer.told() == [("user", "hi")]
        await peer.send("response.create")
        await peer.answer()
        assert peer.ends == [("completed", None)]


@on_virtual_time
async def test_a_voice_that_is_changed_while_a_response_runs_waits_for_its_end():
    async with client() as peer:
        await peer.ask()
        await peer.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "nova"}}})
        assert len(peer.made) == 1
        peer.voice.start()
        peer.voice.text("in writing")
        peer.voice.finish()
        await settle()
        assert [voice.voice for voice in peer.made] == [None, "nova"]
        assert peer.ends == [("completed", None)]


@on_virtual_time
async def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind():
    async with nothing_left():
        async with client(pace=8) as peer:
            await peer.ask("main")
            peer.voice.start()
            peer.voice.audio(5000)
            await peer.ask("aside", conversation="none")
        assert all(voice.closed for voice in peer.made)
        assert len(peer.made) == 2
