"""The realtime runner of ``openai-agents``: it validates strictly, runs tools and truncates before it cancels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner, RealtimeSession, realtime_handoff

from tests.clients.claims import KEY, LONG, MODEL, main
from tests.clients.sound import BYTES_PER_MS, loud, pieces, quiet, utterance

SERVER_VAD = {"type": "server_vad", "interrupt_response": True, "create_response": True}


@asynccontextmanager
async def running(url: str, agent: RealtimeAgent | None = None, **settings) -> AsyncIterator[RealtimeSession]:
    runner = RealtimeRunner(agent or RealtimeAgent(name="tester", instructions="Be brief."))
    session = await runner.run(
        model_config={
            "api_key": KEY,
            "url": f"{url.replace('http', 'ws', 1)}/realtime?model={MODEL}",
            "initial_model_settings": {"model_name": MODEL, "tracing": None, **settings},
        }
    )
    async with session:
        yield session


async def until(session: RealtimeSession, kind: str):
    """The runner's events up to the first of that type, which may also be one of the model's."""
    seen = []
    async for event in session:
        assert event.type != "error", event.error
        seen.append(event)
        name = event.data.type if event.type == "raw_model_event" else event.type
        if name == "exception":
            raise event.data.exception
        if name == kind:
            return seen
    raise AssertionError(f"the session ended before {kind}; {[event.type for event in seen]}")


def sound(events):
    return b"".join(event.audio.data for event in events if event.type == "audio")


def raw(events):
    """What the server sent."""
    model = (event.data for event in events if event.type == "raw_model_event")
    return [event.data for event in model if event.type == "raw_server_event"]


def words(events):
    return "".join(event["delta"] for event in raw(events) if event["type"] == "response.output_audio_transcript.delta")


def texts(item):
    return [getattr(part, "transcript", None) or getattr(part, "text", None) for part in item.content]


async def a_text_turn_is_answered(url):
    async with running(url, output_modalities=["text"]) as session:
        await session.send_message("good morning")
        events = await until(session, "turn_ended")
        said = [event["text"] for event in raw(events) if event["type"] == "response.output_text.done"]
        assert len(said) == 1
        assert "good morning" in said[0]
        await session.send_message("and again")
        await until(session, "turn_ended")


async def an_audio_turn_is_answered_and_kept_in_its_history(url):
    async with running(url) as session:
        await session.send_message("good morning")
        events = await until(session, "turn_ended")
        assert len(sound(events)) > 500 * BYTES_PER_MS
        assert "good morning" in words(events)
        assert any(event.type == "audio_end" for event in events)
        history = [event.history for event in events if event.type == "history_updated"][-1]
        assert [item.role for item in history] == ["user", "assistant"]
        assert texts(history[0]) == ["good morning"]


async def its_tool_is_run_and_the_result_told(url):
    asked = []

    @function_tool
    def get_weather(city: str, days: int = 2) -> str:
        """Tell the weather."""
        asked.append((city, days))
        return "eleven degrees"

    agent = RealtimeAgent(name="tester", instructions="Be brief.", tools=[get_weather])
    async with running(url, agent) as session:
        await session.send_message("use get weather please")
        events = await until(session, "tool_end")
        assert asked == [("text", 2)]
        assert any(event.type == "tool_start" for event in events)
        while "eleven degrees" not in words(events):
            events += await until(session, "turn_ended")


async def it_hands_over_to_another_agent(url):
    second = RealtimeAgent(name="second", instructions="You are the second.")
    first = RealtimeAgent(name="first", instructions="You are the first.", handoffs=[realtime_handoff(second)])
    async with running(url, first) as session:
        await session.send_message("now transfer to second")
        (handed,) = [event for event in await until(session, "handoff") if event.type == "handoff"]
        assert handed.to_agent.name == "second"
        events = await until(session, "turn_ended")
        updated = [event["session"] for event in raw(events) if event["type"] == "session.updated"]
        while not updated or updated[-1]["instructions"] != "You are the second.":
            events = await until(session, "raw_model_event")
            updated += [event["session"] for event in raw(events) if event["type"] == "session.updated"]


async def speech_is_answered_and_its_words_come_into_the_history(url):
    async with running(url, turn_detection=SERVER_VAD) as session:
        for piece in pieces(utterance()):
            await session.send_audio(piece)
        events = await until(session, "turn_ended")
        heard = [
            event.data.transcript
            for event in events
            if event.type == "raw_model_event" and event.data.type == "input_audio_transcription_completed"
        ]
        assert heard
        assert heard[0] in words(events)
        assert sound(events)


async def its_default_turn_detection_is_understood(url):
    async with running(url) as session:
        for piece in pieces(utterance(pause_ms=5_000), 100):
            await session.send_audio(piece)
        assert sound(await until(session, "turn_ended"))


async def speech_cuts_off_the_answer_which_it_truncates(url):
    async with running(url, turn_detection=SERVER_VAD) as session:
        await session.send_message(LONG)
        await until(session, "audio")
        for piece in pieces(loud(300)):
            await session.send_audio(piece)
        await until(session, "audio_interrupted")
        events = await until(session, "turn_ended")
        done = next(event["response"] for event in raw(events) if event["type"] == "response.done")
        assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "turn_detected")
        kinds = [event["type"] for event in raw(events)]
        while "conversation.item.truncated" not in kinds:
            kinds += [event["type"] for event in raw(await until(session, "raw_server_event"))]
        for piece in pieces(quiet(900)):
            await session.send_audio(piece)
        assert sound(await until(session, "turn_ended"))


async def its_own_interruption_truncates_and_then_cancels(url):
    # It leaves the cancelling to a server that says it would.
    async with running(url, turn_detection={**SERVER_VAD, "interrupt_response": False}) as session:
        await session.send_message(LONG)
        await until(session, "audio")
        await session.interrupt()
        sent = []
        while not sent or sent[-1]["type"] != "response.done":
            sent += raw(await until(session, "raw_server_event"))
        assert "conversation.item.truncated" in [event["type"] for event in sent]
        assert sent[-1]["response"]["status_details"]["reason"] == "client_cancelled"
        await session.send_message("short")
        assert "short" in words(await until(session, "audio_end"))


CLAIMS = (
    a_text_turn_is_answered,
    an_audio_turn_is_answered_and_kept_in_its_history,
    its_tool_is_run_and_the_result_told,
    it_hands_over_to_another_agent,
    speech_is_answered_and_its_words_come_into_the_history,
    its_default_turn_detection_is_understood,
    speech_cuts_off_the_answer_which_it_truncates,
    its_own_interruption_truncates_and_then_cancels,
)

if __name__ == "__main__":
    main(CLAIMS)
