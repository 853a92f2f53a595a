"""The adapter against an emulated server."""

from __future__ import annotations

import asyncio
import base64

from tests.builtins.openai_realtime.scene import connected, of, sound, until, words
from tth.adapters.realtime import ResponseRequest
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.core.conversation import ImagePart, Item, TextPart, message, tool_result
from tth.core.events import (
    AudioChunkEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
)
from tth.core.tools import Tool
from tth.testing.clock import run
from tth.testing.emulated import emulated_openai

CLOCK = Tool("tell_time", "Tells the time.", {"type": "object", "properties": {"zone": {"enum": ["utc", "cet"]}}})


async def test_the_plain_interface_works_as_users_write_it_over_a_real_socket(monkeypatch):
    async with asyncio.timeout(20), emulated_openai() as (url, emulator):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        adapter = OpenAIRealtime()
        await adapter.connect(system_instructions="You are brief.", voice="alloy")
        await adapter.send_user_text("hello")
        text, audio = "", b""
        async for event in adapter.stream_events():
            match event:
                case TextDeltaEvent():
                    text += event.token
                case AudioChunkEvent():
                    audio += event.data
                case TurnCompleteEvent():
                    break
        await adapter.cancel_response()
        await adapter.close()
        assert text.strip() == "You said: hello"
        assert len(audio) > 20_000
        sent = [event["type"] for event in emulator.records[0].received]
        assert sent == ["session.update", "conversation.item.create", "response.create"]


def test_a_turn_is_what_the_server_said():
    async def main():
        async with connected() as (made, adapter):
            await adapter.send_user_text("good day")
            events = await until(adapter)
            deltas = made.record.of("response.output_audio.delta")
            assert sound(events) == b"".join(base64.b64decode(delta["delta"]) for delta in deltas)
            assert words(events) == "You said: good day"
            (usage,) = of(events, UsageEvent)
            assert usage.usage["cost_usd"] > 0

    run(main())


def test_every_request_names_its_modality_and_the_caller_may_choose():
    async def main():
        async with connected() as (made, adapter):
            await adapter.add_items([message("u1", "user", "hello")])
            await adapter.respond(ResponseRequest(modality="text", instructions="Whisper."))
            events = await until(adapter)
            assert words(events) == "You said: hello"
            assert sound(events) == b""
            (asked,) = made.record.asked("response.create")
            assert asked["response"]["output_modalities"] == ["text"]
            assert asked["response"]["instructions"] == "Whisper."

    run(main())


def test_a_response_out_of_band_leaves_no_trace_and_may_run_beside_another():
    async def main():
        async with connected(pace=4) as (_, adapter):
            await adapter.add_items([message("u1", "user", "one two three four five six seven eight nine")])
            await adapter.respond(ResponseRequest(tag="main"))
            await until(adapter, AudioChunkEvent)
            await adapter.respond(
                ResponseRequest(tag="aside", context=[message("x", "user", "aside")], modality="text")
            )
            events = await until(adapter)
            started = {event.tag: event.response_id for event in of(events, ResponseStartedEvent)}
            assert events[-1].response_id == started["aside"], "it ended before the long one"
            assert "You said: aside" in words(events)
            await until(adapter)
            await adapter.send_user_text("and now")
            assert words(await until(adapter)) == "You said: and now"

    run(main())


def test_a_tool_is_called_with_streamed_arguments_and_its_result_is_used():
    async def main():
        async with connected(connect={"tools": [CLOCK]}) as (_, adapter):
            await adapter.send_user_text("please tell time now")
            events = await until(adapter)
            (call,) = of(events, ToolCallEvent)
            assert (call.name, call.arguments) == ("tell_time", '{"zone": "utc"}')
            assert "".join(event.delta for event in of(events, ToolCallDeltaEvent)) == call.arguments
            await adapter.add_items([tool_result("o1", call.call_id, "noon")])
            await adapter.respond()
            assert words(await until(adapter)) == "The answer is noon."

    run(main())


def test_a_tool_can_be_forced():
    async def main():
        async with connected() as (_, adapter):
            await adapter.add_items([message("u1", "user", "hello")])
            await adapter.respond(ResponseRequest(tools=[CLOCK], tool_choice="required"))
            assert [call.name for call in of(await until(adapter), ToolCallEvent)] == ["tell_time"]

    run(main())


def test_a_picture_is_taken():
    async def main():
        async with connected() as (made, adapter):
            parts = (TextPart("what is this?"), ImagePart("data:image/png;base64,aGVsbG8="))
            await adapter.add_items([Item(id="u1", role="user", parts=parts)])
            await adapter.respond()
            await until(adapter)
            (added, _) = made.record.of("conversation.item.added")
            assert [part["type"] for part in added["item"]["content"]] == ["input_text", "input_image"]
            assert made.record.of("error") == []

    run(main())


def test_items_of_every_kind_and_id_are_taken_by_a_strict_server():
    async def main():
        items = [
            message("turn-" + "x" * 60, "user", "hello"),
            Item(id="c1", role="assistant", parts=(TextPart("Hi."),), complete=False),
        ]
        async with connected(connect={"items": items}) as (made, adapter):
            await adapter.send_user_text("again")
            await until(adapter)
            assert made.record.of("error") == []
            assert len(made.record.asked("conversation.item.create")) == 3

    run(main())
