"""What an answer costs, and what becomes of a server that fails."""

from __future__ import annotations

import asyncio

import pytest

from tests.builtins.openai_realtime.scene import connected, of, sound, until, wire, words
from tth.adapters.realtime import Heard
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    UsageEvent,
)
from tth.emulators.openai.mind import MindOptions
from tth.errors import AdapterError, AdapterUnavailable
from tth.testing.clock import run

# Costs


def test_an_answer_costs_what_its_tokens_cost_and_a_strange_models_answer_is_of_unknown_cost():
    async def main():
        for model, known in (("gpt-realtime-2.1", True), ("my-own-model", False)):
            async with wire() as made:
                adapter = made.adapter(model=model)
                await adapter.connect("Be brief.")
                await adapter.send_user_text("hello")
                (usage,) = of(await until(adapter), UsageEvent)
                assert ("cost_usd" in usage.usage) is known
                (done,) = made.record.of("response.done")
                counts = done["response"]["usage"]
                assert usage.usage["output_audio_tokens"] == counts["output_token_details"]["audio_tokens"]

    run(main())


# Trouble


def test_without_a_key_one_line_says_what_to_set(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    async def main():
        with pytest.raises(AdapterUnavailable, match="set OPENAI_API_KEY, or OPENAI_API_KEY_FILE"):
            await OpenAIRealtime().connect("Be brief.")

    run(main())


def test_the_key_is_read_anew_for_each_connection(monkeypatch, tmp_path):
    monkeypatch.delenv("OPENAI_API_KEY")
    file = tmp_path / "key"
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))

    async def main():
        async with wire(key="new") as made:
            file.write_text("old\n")
            with pytest.raises(AdapterError, match="401") as caught:
                await made.adapter().connect("Be brief.")
            assert (caught.value.code, caught.value.decision) == ("invalid_api_key", "fatal")
            file.write_text("new\n")
            await made.adapter().connect("Be brief.")

    run(main())


@pytest.mark.parametrize(
    ("fault", "code", "decision"),
    [
        ({"on": "connect", "status": 403}, "unreachable", "fatal"),
        ({"on": "connect", "status": 404}, "not_found", "fatal"),
        ({"on": "connect", "status": 429}, "rate_limit_exceeded", "retry"),
        ({"on": "connect", "status": 500}, "unreachable", "retry"),
        ({"on": "connect", "delay_s": 60}, "not_confirmed", "retry"),
        ({"on": "session.created", "delay_s": 60}, "not_confirmed", "retry"),
        ({"on": "session.created", "omit": True}, "not_confirmed", "retry"),
        ({"on": "session.updated", "omit": True}, "not_confirmed", "retry"),
        ({"on": "session.updated", "drop": 1011}, "adapter_failed", "retry"),
        ({"on": "session.update", "refuse": "unknown_parameter"}, "unknown_parameter", "fatal"),
        ({"on": "session.update", "refuse": "insufficient_quota"}, "insufficient_quota", "fatal"),
        ({"on": "session.update", "refuse": "server_error"}, "server_error", "retry"),
    ],
)
def test_a_connection_that_does_not_come_about_fails_in_time_and_says_how(fault, code, decision):
    async def main():
        async with wire(fault) as made:
            adapter = made.adapter()
            began = asyncio.get_running_loop().time()
            with pytest.raises(AdapterError) as caught:
                await adapter.connect("Be brief.")
            assert asyncio.get_running_loop().time() - began < 6
            assert (caught.value.code, caught.value.decision) == (code, decision)

    run(main())


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013, 4000])
def test_a_lost_connection_is_told_once_and_ends_the_stream(code):
    async def main():
        async with connected({"on": "response.output_audio.delta", "nth": 2, "drop": code}) as (_, adapter):
            await adapter.send_user_text("hello")
            events = [event async for event in adapter.stream_events()]
            (error,) = of(events, ErrorEvent)
            assert events[-1] is error
            assert str(code) in error.message
            assert error.decision == ("fatal" if code == 4000 else "retry")
            with pytest.raises(AdapterError, match="over"):
                await adapter.send_user_text("still there?")

    run(main())


@pytest.mark.parametrize("kind", ["response.created", "response.output_audio.delta", "response.done"])
def test_a_server_that_falls_silent_is_given_up_in_time(kind):
    async def main():
        async with connected({"on": kind, "delay_s": 1000}) as (_, adapter):
            await adapter.send_user_text("hello")
            began = asyncio.get_running_loop().time()
            events = [event async for event in adapter.stream_events()]
            assert 7 < asyncio.get_running_loop().time() - began < 10
            assert [error.code for error in of(events, ErrorEvent)] == ["stalled"]

    run(main())


def test_a_busy_server_is_asked_again_and_nobody_notices():
    async def main():
        for fault in (
            {"on": "response.create", "nth": 1, "refuse": "rate_limit_exceeded"},
            {"on": "response.create", "nth": 1, "fail": "server_error"},
        ):
            async with connected(fault) as (made, adapter):
                await adapter.send_user_text("hello")
                events = await until(adapter)
                assert words(events) == "You said: hello"
                assert events[-1].status == "completed"
                assert len(made.record.asked("response.create")) == 2

    run(main())


def test_an_empty_account_is_fatal_and_asked_for_once():
    async def main():
        async with connected({"on": "response.create", "fail": "insufficient_quota"}) as (made, adapter):
            await adapter.send_user_text("hello")
            events = await until(adapter, ErrorEvent)
            assert (events[-1].code, events[-1].decision) == ("insufficient_quota", "fatal")
            await asyncio.sleep(60)
            assert len(made.record.asked("response.create")) == 1

    run(main())


def test_sound_in_pieces_of_any_size_is_the_same_sound():
    async def main():
        whole = cut = b""
        async with connected() as (_, adapter):
            await adapter.send_user_text("hello")
            whole = sound(await until(adapter))
        async with connected({"on": "response.output_audio.delta", "cut": 333}) as (_, adapter):
            await adapter.send_user_text("hello")
            cut = sound(await until(adapter))
        assert whole == cut

    run(main())


def test_several_items_of_one_response_are_all_heard():
    async def main():
        async with connected({"on": "response.create", "items": 3}) as (_, adapter):
            await adapter.send_user_text("one two three four five six")
            events = await until(adapter)
            items = [event.item_id for event in of(events, AudioChunkEvent)]
            assert len(dict.fromkeys(items)) == 3
            assert words(events).split() == "You said: one two three four five six".split()

    run(main())


def test_what_was_heard_is_what_the_server_keeps():
    async def main():
        async with connected() as (made, adapter):
            await adapter.send_user_text("one two three four five six")
            item_id = of(await until(adapter), AudioChunkEvent)[0].item_id
            await adapter.set_heard([Heard(item_id, 0, 24_000 // 2)])
            await adapter.send_user_text("next")
            await until(adapter)
            (truncated,) = made.record.of("conversation.item.truncated")
            assert (truncated["item_id"], truncated["audio_end_ms"]) == (item_id, 500)
            assert made.record.of("error") == []

    run(main())


def test_an_end_in_sight_is_told_ahead():
    async def main():
        options = OpenAIRealtimeOptions(session_s=3600, renew_before_s=300)
        async with connected(options=options) as (_, adapter):
            began = asyncio.get_running_loop().time()
            events = await until(adapter, ExpiringSoonEvent)
            assert asyncio.get_running_loop().time() - began == pytest.approx(3300, abs=5)
            assert events[-1].in_s == 300

    run(main())


def test_an_expired_session_ends_the_stream():
    async def main():
        async with connected({"on": "connect", "expire_s": 30}) as (_, adapter):
            events = [event async for event in adapter.stream_events()]
            assert [event.decision for event in of(events, ErrorEvent)] == ["retry", "retry"]
            assert "1001" in events[-1].message

    run(main())


def test_fixed_answers_come_in_turn():
    async def main():
        mind = MindOptions(kind="answers", answers=("One.", "Two."))
        async with connected(mind=mind) as (_, adapter):
            said = []
            for _ in range(3):
                await adapter.send_user_text("and?")
                said.append(words(await until(adapter)))
            assert said == ["One.", "Two.", "One."]

    run(main())
