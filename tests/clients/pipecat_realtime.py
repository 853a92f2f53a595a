"""The Realtime service of ``pipecat`` in a pipeline; most errors and every unknown key end its reading for good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    FunctionCallResultFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.realtime.events import (
    AudioConfiguration,
    AudioInput,
    AudioOutput,
    InputAudioTranscription,
    SessionProperties,
    TurnDetection,
)
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner

from tests.clients.claims import KEY, LONG, MODEL, main
from tests.clients.sound import BYTES_PER_MS, RATE_HZ, loud, pieces, quiet, utterance

LISTENING = AudioConfiguration(
    input=AudioInput(transcription=InputAudioTranscription(), turn_detection=TurnDetection()),
    output=AudioOutput(voice="marin"),
)


class Ear(BaseObserver):
    """Hears every frame that the service pushes, down and up."""

    def __init__(self, service: OpenAIRealtimeLLMService) -> None:
        super().__init__()
        self._service = service
        self._frames: asyncio.Queue[Frame] = asyncio.Queue()

    async def on_push_frame(self, data: FramePushed) -> None:
        if data.source is self._service:
            self._frames.put_nowait(data.frame)

    async def until(self, kind: type[Frame]) -> list[Frame]:
        """Frames up to the first of that class."""
        frames: list[Frame] = []
        while not frames or not isinstance(frames[-1], kind):
            frames.append(await self._frames.get())
            assert not isinstance(frames[-1], ErrorFrame), frames[-1]
        return frames


class Talk:
    """A running pipeline."""

    def __init__(self, service: OpenAIRealtimeLLMService, worker: PipelineWorker, ear: Ear) -> None:
        self.service = service
        self.until = ear.until
        self._worker = worker

    async def do(self, *frames: Frame) -> None:
        await self._worker.queue_frames(frames)

    async def speak(self, pcm: bytes) -> None:
        await self.do(*(InputAudioRawFrame(piece, RATE_HZ, 1) for piece in pieces(pcm)))


@asynccontextmanager
async def talking(url: str, text: str = "", tools: ToolsSchema | None = None, **properties) -> AsyncIterator[Talk]:
    """A pipeline whose context holds ``text``, already asked for an answer to it."""
    service = OpenAIRealtimeLLMService(
        api_key=KEY,
        base_url=f"{url.replace('http', 'ws', 1)}/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            model=MODEL,
            system_instruction="Be brief.",
            session_properties=SessionProperties(**{"audio": LISTENING, **properties}),
        ),
    )
    messages = [{"role": "user", "content": text}] if text else []
    context = LLMContext(messages, tools) if tools else LLMContext(messages)
    users, assistants = LLMContextAggregatorPair(context)
    ear = Ear(service)
    worker = PipelineWorker(
        Pipeline([users, service, assistants]), cancel_on_idle_timeout=False, observers=[ear], enable_rtvi=False
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        await worker.queue_frames([LLMRunFrame()] if text else [])
        try:
            yield Talk(service, worker, ear)
        finally:
            await worker.queue_frame(EndFrame())


def sound(frames: list[Frame]) -> bytes:
    return b"".join(frame.audio for frame in frames if isinstance(frame, TTSAudioRawFrame))


def words(frames: list[Frame]) -> str:
    return "".join(frame.text for frame in frames if isinstance(frame, TTSTextFrame))


async def a_context_is_answered_in_sound_and_words(url):
    async with talking(url, "good morning") as talk:
        frames = await talk.until(TTSStoppedFrame)
        assert "good morning" in words(frames)
        assert len(sound(frames)) > 500 * BYTES_PER_MS


async def a_context_is_answered_in_text(url):
    async with talking(url, "good morning", output_modalities=["text"]) as talk:
        frames = await talk.until(LLMFullResponseEndFrame)
        assert "good morning" in "".join(frame.text for frame in frames if isinstance(frame, LLMTextFrame))
        assert not sound(frames)


async def a_message_appended_later_brings_another_answer(url):
    async with talking(url, "good morning") as talk:
        await talk.until(LLMFullResponseEndFrame)
        more = LLMMessagesAppendFrame([{"role": "user", "content": "and again"}], run_llm=True)
        await talk.service.queue_frame(more)
        assert sound(await talk.until(TTSStoppedFrame))


async def its_function_is_run_and_the_result_told(url):
    weather = FunctionSchema(
        name="get_weather",
        description="Tells the weather.",
        properties={"city": {"type": "string", "enum": ["Oslo"]}},
        required=["city"],
    )
    asked = []

    async def get_weather(params: FunctionCallParams) -> None:
        asked.append(params.arguments)
        await params.result_callback({"weather": "eleven degrees"})

    async with talking(url, "use get weather please", ToolsSchema(standard_tools=[weather])) as talk:
        talk.service.register_function("get_weather", get_weather)
        await talk.until(FunctionCallResultFrame)
        assert asked == [{"city": "Oslo"}]
        assert "eleven degrees" in words(await talk.until(TTSStoppedFrame))


async def speech_is_transcribed_and_answered(url):
    async with talking(url, "hi") as talk:
        await talk.until(TTSStoppedFrame)
        await talk.speak(utterance())
        # The sound goes out faster than anybody speaks, so that pipecat may stop its playback of an answer that has
        # begun already; the words come all the same.
        frames = await talk.until(TranscriptionFrame)
        heard = frames[-1].text
        assert heard
        while heard not in words(frames):
            frames += await talk.until(TTSTextFrame)


async def speech_cuts_off_the_answer_which_it_truncates(url):
    async with talking(url, LONG) as talk:
        await talk.until(TTSAudioRawFrame)
        await talk.speak(loud(300))
        await talk.until(InterruptionFrame)
        await talk.speak(quiet(900))
        while "Hello there" not in words(await talk.until(TTSStoppedFrame)):
            pass


async def turns_are_driven_by_its_own_turn_detection(url):
    by_hand = AudioConfiguration(input=AudioInput(turn_detection=False))
    async with talking(url, LONG, audio=by_hand) as talk:
        await talk.until(TTSAudioRawFrame)
        await talk.do(UserStartedSpeakingFrame(), InterruptionFrame())
        await talk.until(InterruptionFrame)
        await talk.speak(loud(600))
        await talk.do(UserStoppedSpeakingFrame())
        while "Hello there" not in words(await talk.until(TTSStoppedFrame)):
            pass


async def an_item_is_retrieved(url):
    async with talking(url, "good morning") as talk:
        added = []

        @talk.service.event_handler("on_conversation_item_created")
        async def _(service, item_id, item):
            added.append(item_id)

        await talk.until(TTSStoppedFrame)
        item = await talk.service.retrieve_conversation_item(added[-1])
        assert (item.id, item.role) == (added[-1], "assistant")
        assert "good morning" in item.content[0].transcript


CLAIMS = (
    a_context_is_answered_in_sound_and_words,
    a_context_is_answered_in_text,
    a_message_appended_later_brings_another_answer,
    its_function_is_run_and_the_result_told,
    speech_is_transcribed_and_answered,
    speech_cuts_off_the_answer_which_it_truncates,
    turns_are_driven_by_its_own_turn_detection,
    an_item_is_retrieved,
)

if __name__ == "__main__":
    main(CLAIMS)
