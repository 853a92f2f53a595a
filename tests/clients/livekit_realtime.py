"""The Realtime model of LiveKit's agents, without a room: it mirrors the conversation and waits for each item of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from livekit import rtc
from livekit.agents import Agent, AgentSession, function_tool
from livekit.agents.llm import ChatContext, FunctionCallOutput
from livekit.agents.voice.io import AudioInput, AudioOutput, AudioOutputCapabilities
from livekit.plugins.openai.realtime import RealtimeModel, RealtimeSession
from openai.types.realtime import RealtimeReasoning
from openai.types.realtime.realtime_audio_input_turn_detection import ServerVad

from tests.clients.claims import KEY, LONG, MODEL, main
from tests.clients.sound import RATE_HZ, loud, pieces, quiet, utterance

SERVER_VAD = ServerVad(type="server_vad", create_response=True, interrupt_response=True)


@function_tool
async def get_weather(city: str) -> str:
    """Tell the weather."""
    return f"eleven degrees in {city}"


class Microphone(AudioInput):
    """Gives an agent what is put into it."""

    def __init__(self) -> None:
        super().__init__(label="microphone")
        self._frames: asyncio.Queue[rtc.AudioFrame] = asyncio.Queue()

    def put(self, pcm: bytes) -> None:
        for frame in frames(pcm):
            self._frames.put_nowait(frame)

    async def __anext__(self) -> rtc.AudioFrame:
        return await self._frames.get()


class Loudspeaker(AudioOutput):
    """Plays the first of an agent's sound, and then waits until it is cut off."""

    PLAYED_S = 0.1

    def __init__(self) -> None:
        super().__init__(label="loudspeaker", capabilities=AudioOutputCapabilities(pause=False))
        self.playing = asyncio.Event()
        self.cut_off = asyncio.Event()
        self._received_s = 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._received_s += frame.duration
        if self._received_s >= self.PLAYED_S and not self.playing.is_set():
            self.on_playback_started(created_at=time.time())
            self.playing.set()

    def clear_buffer(self) -> None:
        if self.playing.is_set() and not self.cut_off.is_set():
            self.on_playback_finished(playback_position=self.PLAYED_S, interrupted=True)
            self.cut_off.set()

    def flush(self) -> None:
        super().flush()


def frames(pcm: bytes) -> list[rtc.AudioFrame]:
    return [rtc.AudioFrame(piece, RATE_HZ, 1, len(piece) // 2) for piece in pieces(pcm)]


class Talk:
    """A session and what it tells."""

    def __init__(self, session: RealtimeSession) -> None:
        self.session = session
        self.errors: list[Exception] = []
        self._told: dict[str, asyncio.Queue] = {}
        for name in (
            "generation_created",
            "input_speech_started",
            "input_speech_stopped",
            "input_audio_transcription_completed",
            "session_reconnected",
        ):
            self._told[name] = asyncio.Queue()
            session.on(name, self._told[name].put_nowait)
        self._received: asyncio.Queue = asyncio.Queue()
        session.on("openai_server_event_received", self._received.put_nowait)
        session.on("error", lambda event: self.errors.append(event.error))

    async def told(self, name: str):
        return await self._told[name].get()

    async def received(self, kind: str) -> None:
        """Return once the server has sent an event of that type, since the last time this was asked."""
        while (await self._received.get())["type"] != kind:
            pass

    async def add(self, text: str, role: str = "user"):
        """Put a message at the end of the conversation."""
        context = self.session.chat_ctx.copy()
        item = context.add_message(role=role, content=text)
        await self.session.update_chat_ctx(context)
        return item

    async def speak(self, pcm: bytes) -> None:
        for frame in frames(pcm):
            self.session.push_audio(frame)

    async def begin(self):
        """A long answer; gives its message after the first of its sound."""
        await self.add(LONG)
        generation = await self.session.generate_reply()
        message = await anext(aiter(generation.message_stream))
        await anext(aiter(message.audio_stream))
        return message


@asynccontextmanager
async def model_at(url: str, **options) -> AsyncIterator[RealtimeModel]:
    async with aiohttp.ClientSession() as http:
        model = RealtimeModel(base_url=url, api_key=KEY, model=MODEL, http_session=http, **options)
        yield model
        await model.aclose()


@asynccontextmanager
async def talking(url: str, **options) -> AsyncIterator[Talk]:
    async with model_at(url, **{"turn_detection": SERVER_VAD, **options}) as model:
        talk = Talk(model.session())
        try:
            yield talk
        finally:
            await talk.session.aclose()
        assert not talk.errors, talk.errors


async def read(generation):
    """Words and seconds of sound of a whole answer."""
    words, seconds = "", 0.0
    async for message in generation.message_stream:
        async for text in message.text_stream:
            words += text
        async for frame in message.audio_stream:
            seconds += frame.duration
    return words, seconds


async def a_reply_comes_in_sound_and_words(url):
    async with talking(url) as talk:
        await talk.session.update_instructions("Be brief.")
        await talk.add("good morning")
        words, seconds = await read(await talk.session.generate_reply())
        assert "good morning" in words
        assert seconds > 0.5
        words, _ = await read(await talk.session.generate_reply(instructions="Once more."))
        assert "good morning" in words


async def a_reply_comes_in_text_alone(url):
    async with talking(url, modalities=["text"]) as talk:
        await talk.add("good morning")
        words, seconds = await read(await talk.session.generate_reply())
        assert "good morning" in words
        assert not seconds


async def its_history_is_inserted_reordered_and_deleted(url):
    async with talking(url) as talk:
        context = ChatContext.empty()
        for role, text in (("user", "one"), ("assistant", "two"), ("user", "three")):
            context.add_message(role=role, content=text)
        await talk.session.update_chat_ctx(context)
        assert [item.text_content for item in talk.session.chat_ctx.items] == ["one", "two", "three"]
        changed = ChatContext(context.items[1:])
        between = changed.add_message(role="user", content="between")
        changed.items = [changed.items[0], between, changed.items[1]]
        await talk.session.update_chat_ctx(changed)
        assert [item.text_content for item in talk.session.chat_ctx.items] == ["two", "between", "three"]
        assert [item.id for item in talk.session.chat_ctx.items] == [item.id for item in changed.items]
        words, _ = await read(await talk.session.generate_reply())
        assert "three" in words


async def its_function_is_called_and_the_result_told(url):
    async with talking(url) as talk:
        await talk.session.update_tools([get_weather])
        await talk.add("use get weather please")
        generation = await talk.session.generate_reply()
        calls = [call async for call in generation.function_stream]
        assert [call.name for call in calls] == ["get_weather"]
        context = talk.session.chat_ctx.copy()
        output = FunctionCallOutput(
            call_id=calls[0].call_id, name="get_weather", output="eleven degrees", is_error=False
        )
        context.items.append(output)
        await talk.session.update_chat_ctx(context)
        words, _ = await read(await talk.session.generate_reply())
        assert "eleven degrees" in words


async def speech_is_transcribed_and_answered(url):
    async with talking(url) as talk:
        await talk.speak(utterance())
        await talk.told("input_speech_started")
        await talk.told("input_speech_stopped")
        words, seconds = await read(await talk.told("generation_created"))
        heard = await talk.told("input_audio_transcription_completed")
        assert heard.transcript in words
        assert seconds > 0.5


async def speech_cuts_off_the_answer_which_is_truncated_to_what_was_heard(url):
    async with talking(url) as talk:
        message = await talk.begin()
        await talk.told("generation_created")
        await talk.speak(loud(300))
        await talk.told("input_speech_started")
        talk.session.truncate(message_id=message.message_id, modalities=["audio", "text"], audio_end_ms=20)
        async for _ in message.audio_stream:
            pass
        await talk.received("conversation.item.truncated")
        await talk.speak(quiet(900))
        words, _ = await read(await talk.told("generation_created"))
        assert words


async def its_own_interruption_cancels_and_deletes_what_was_not_heard(url):
    async with talking(url) as talk:
        message = await talk.begin()
        talk.session.interrupt()
        async for _ in message.audio_stream:
            pass
        talk.session.truncate(message_id=message.message_id, modalities=["audio", "text"], audio_end_ms=0)
        await talk.received("conversation.item.deleted")
        await talk.add("short")
        assert message.message_id not in [item.id for item in talk.session.chat_ctx.items]
        words, _ = await read(await talk.session.generate_reply())
        assert "short" in words


async def a_new_connection_takes_over_the_conversation(url):
    async with talking(url, max_session_duration=1.0) as talk:
        await talk.add("good morning")
        await read(await talk.session.generate_reply())
        await talk.received("response.done")
        before = [item.id for item in talk.session.chat_ctx.items]
        await talk.told("session_reconnected")
        for _ in before:
            await talk.received("conversation.item.added")
        second = await talk.add("and again")
        assert [item.id for item in talk.session.chat_ctx.items] == [*before, second.id]
        words, _ = await read(await talk.session.generate_reply())
        assert "and again" in words


async def options_are_changed_and_cleared(url):
    async with talking(url, reasoning=RealtimeReasoning(effort="low")) as talk:
        await talk.received("session.updated")
        talk.session.update_options(voice="cedar", speed=1.2, reasoning=None, tool_choice="none", tracing=None)
        await talk.received("session.updated")
        talk.session.update_options(turn_detection=None, input_audio_transcription=None, tool_choice=None)
        await talk.received("session.updated")
        await talk.add("good morning")
        words, _ = await read(await talk.session.generate_reply(tool_choice="auto"))
        assert "good morning" in words


async def an_agent_without_a_room_answers_and_runs_its_function(url):
    async with model_at(url, modalities=["text"]) as model, AgentSession(llm=model) as session:
        await session.start(Agent(instructions="Be brief.", tools=[get_weather]))
        result = await session.run(user_input="good morning")
        assert "good morning" in result.expect.next_event().is_message(role="assistant").event().item.text_content
        result = await session.run(user_input="use get weather please")
        result.expect.next_event().is_function_call(name="get_weather")
        result.expect.next_event().is_function_call_output()
        assert "eleven degrees" in result.expect.next_event().is_message(role="assistant").event().item.text_content


async def a_speaking_agent_is_cut_off_and_hears_the_person_out(url):
    microphone, loudspeaker = Microphone(), Loudspeaker()
    heard: asyncio.Queue = asyncio.Queue()
    # Else it would ignore the person for the first seconds of its first answer.
    at_once = {"aec_warmup_duration": None, "turn_handling": {"interruption": {"resume_false_interruption": False}}}
    async with model_at(url, turn_detection=SERVER_VAD) as model, AgentSession(llm=model, **at_once) as session:
        session.input.audio, session.output.audio = microphone, loudspeaker
        session.on("user_input_transcribed", heard.put_nowait)
        await session.start(Agent(instructions="Be brief."))
        speech = session.generate_reply(user_input=LONG)
        await loudspeaker.playing.wait()
        microphone.put(loud(300))
        await loudspeaker.cut_off.wait()
        await speech
        assert speech.interrupted
        microphone.put(quiet(900))
        while not (await heard.get()).is_final:
            pass


CLAIMS = (
    a_reply_comes_in_sound_and_words,
    a_reply_comes_in_text_alone,
    its_history_is_inserted_reordered_and_deleted,
    its_function_is_called_and_the_result_told,
    speech_is_transcribed_and_answered,
    speech_cuts_off_the_answer_which_is_truncated_to_what_was_heard,
    its_own_interruption_cancels_and_deletes_what_was_not_heard,
    a_new_connection_takes_over_the_conversation,
    options_are_changed_and_cleared,
    an_agent_without_a_room_answers_and_runs_its_function,
    a_speaking_agent_is_cut_off_and_hears_the_person_out,
)

if __name__ == "__main__":
    main(CLAIMS)
