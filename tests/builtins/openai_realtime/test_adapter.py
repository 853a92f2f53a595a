"""The adapter against an emulated server."""

from __future__ import annotations

import asyncio
import base64

import pytest

from tests.builtins.openai_realtime.scene import connected, of, until, wire
from tth.adapters.realtime import Heard, ResponseRequest, SessionChange
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.models import EMOTION_VOICES, table, voice_of
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions, SemanticVad, Transcription
from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.conversation import ImagePart, Item, TextPart, message, tool_result
from tth.core.events import (
    AudioChunkEvent,
    ErrorEvent,
    ExpiringSoonEvent,
    ResponseStartedEvent,
    TextDeltaEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    TurnCompleteEvent,
    UsageEvent,
    UserSpeechStartedEvent,
    UserSpeechStoppedEvent,
    UserTranscriptEvent,
    WarningEvent,
)
from tth.core.media import AudioChunk
from tth.core.tools import Tool
from tth.emulators.openai.mind import MindOptions
from tth.errors import AdapterError, AdapterUnavailable
from tth.testing.clock import run
from tth.testing.emulated import emulated_openai

CLOCK = Tool("tell_time", "Tells the time.", {"type": "object", "properties": {"zone": {"enum": ["utc", "cet"]}}})
VOICE = b"\x00\x20\x00\xe0" * 1200
"""100 ms that an ear takes for speech."""


def words(events):
    return "".join(event.token for event in of(events, TextDeltaEvent)).strip()


def sound(events):
    return b"".join(event.data for event in of(events, AudioChunkEvent))


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


# The microphone


def test_an_utterance_is_committed_and_answered_by_our_word():
    async def main():
        options = OpenAIRealtimeOptions(turn_detection=None, transcription=Transcription())
        async with connected(options=options, hears=("how are you",)) as (made, adapter):
            assert adapter.capabilities.turns == "client"
            for _ in range(5):
                await adapter.send_user_audio(AudioChunk(VOICE))
            await adapter.end_user_audio()
            events = await until(adapter)
            assert words(events) == "You said: how are you"
            assert [event.text for event in of(events, UserTranscriptEvent)] == ["how are you"]
            assert made.record.of("error") == []

    run(main())


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_an_utterance_of_any_rate_arrives_as_long_as_it_was(rate_hz):
    async def main():
        async with connected(options=OpenAIRealtimeOptions(turn_detection=None)) as (made, adapter):
            second = b"\x00\x10\x00\xf0" * (rate_hz // 2)
            for at in range(0, len(second), 1000):
                await adapter.send_user_audio(AudioChunk(second[at : at + 1000], rate_hz))
            await adapter.end_user_audio()
            await until(adapter)
            appended = made.record.asked("input_audio_buffer.append")
            size = sum(len(base64.b64decode(event["audio"])) for event in appended)
            assert abs(size - 48_000) <= 48

    run(main())


def test_a_forgotten_utterance_is_not_answered():
    async def main():
        async with connected(options=OpenAIRealtimeOptions(turn_detection=None)) as (made, adapter):
            await adapter.send_user_audio(AudioChunk(VOICE * 5))
            await adapter.end_user_audio(discard=True)
            await adapter.send_user_text("typed")
            assert words(await until(adapter)) == "You said: typed"
            assert made.record.of("input_audio_buffer.committed") == []

    run(main())


def test_the_servers_own_ear_begins_an_answer_and_a_voice_that_breaks_in_ends_it():
    async def main():
        async with connected(pace=2, hears=("a b c d e f g h i j k l m n",)) as (made, adapter):
            assert adapter.capabilities.turns == "server"

            async def speak():
                for _ in range(5):
                    await adapter.send_user_audio(AudioChunk(VOICE))

            await speak()
            for _ in range(8):
                await adapter.send_user_audio(AudioChunk(bytes(4800)))
            events = await until(adapter, AudioChunkEvent)
            assert of(events, UserSpeechStartedEvent)
            assert of(events, UserSpeechStoppedEvent)
            assert [event.tag for event in of(events, ResponseStartedEvent)] == [""]
            await speak()
            later = await until(adapter)
            assert (later[-1].status, later[-1].reason) == ("cancelled", "turn_detected")
            assert made.record.asked("response.cancel") == []

    run(main())


# Voice and delivery


def test_seven_emotions_are_seven_voices_that_every_model_of_today_has():
    assert len(set(EMOTION_VOICES.values())) == len(EMOTION_VOICES) == len(EmotionLabel)
    assert set(EMOTION_VOICES.values()) <= set(table().voices)


@pytest.mark.parametrize(
    ("wish", "voice"), [("onyx", "echo"), ("nova", "shimmer"), ("fable", "ballad"), ("marin", "marin"), ("bob", None)]
)
def test_a_wish_becomes_the_nearest_voice_there_is(wish, voice):
    assert voice_of(wish, table().voices) == voice


def test_the_voice_is_the_wished_ones_nearest_and_an_unknown_one_is_told():
    async def main():
        async with connected(voice="onyx") as (made, _):
            (update,) = made.record.asked("session.update")
            assert update["session"]["audio"]["output"]["voice"] == "echo"
        async with connected(voice="bob") as (made, adapter):
            (update,) = made.record.asked("session.update")
            assert "voice" not in update["session"]["audio"]["output"]
            (warning,) = await until(adapter, WarningEvent)
            assert "'bob'" in warning.message

    run(main())


def test_the_voice_changes_until_the_model_has_spoken_and_then_at_the_next_connection():
    async def main():
        async with connected() as (made, adapter):
            applied = await adapter.configure(SessionChange(voice="coral"))
            assert applied.fields == {"voice": "now"}
            await adapter.send_user_text("hello")
            await until(adapter)
            assert made.record.of("session.updated")[-1]["session"]["audio"]["output"]["voice"] == "coral"
            assert (await adapter.configure(SessionChange(voice="coral"))).fields == {"voice": "now"}
            assert (await adapter.configure(SessionChange(voice="cedar"))).fields == {"voice": "at_renewal"}
            assert (await adapter.configure(SessionChange(voice="bob"))).fields == {"voice": "never"}
            assert made.record.of("error") == []

    run(main())


def test_an_emotion_becomes_delivery_instructions_for_that_answer_alone():
    async def main():
        async with connected() as (made, adapter):
            sad = TurnControl(EmotionControl(EmotionLabel.SAD, 0.5))
            await adapter.add_items([message("u1", "user", "hello")])
            for control in (sad, None):
                await adapter.respond(ResponseRequest(control=control))
                await until(adapter)
            told, plain = made.record.asked("response.create")
            assert told["response"]["instructions"].startswith(
                "Be brief.\n\nDeliver this answer so that you sound clearly sad"
            )
            assert "instructions" not in plain["response"]

    run(main())


def test_a_pace_is_told_once_and_what_cannot_be_done_is_said():
    async def main():
        async with connected() as (made, adapter):
            quick = TurnControl(character=CharacterControl(speech_rate=4.0, pitch_shift=0.5))
            for _ in range(2):
                await adapter.respond(ResponseRequest(control=quick))
                events = await until(adapter)
            assert {event.code for event in of(events, WarningEvent)} == {"control_speech_rate", "control_pitch_shift"}
            speeds = [
                update["session"]["audio"]["output"].get("speed") for update in made.record.asked("session.update")
            ]
            assert speeds == [None, 1.5]
            assert made.record.of("error") == []

    run(main())


@pytest.mark.parametrize(
    "options",
    [
        {"turn_detection": SemanticVad(type="semantic_vad", eagerness="low")},
        {"noise_reduction": "near_field", "transcription": Transcription(language="en", prompt="tth")},
        {"reasoning_effort": "high", "max_output_tokens": 900, "truncation": 0.8},
        {"reasoning_effort": "high", "model": "gpt-realtime-1.5"},
        {"tool_choice": "none", "truncation": "disabled", "speed": 1.2},
        {
            "mcp": (
                {
                    "type": "mcp",
                    "server_label": "docs",
                    "server_url": "https://example.com",
                    "require_approval": "never",
                },
            )
        },
    ],
)
def test_every_option_is_taken_by_a_strict_server(options):
    async def main():
        async with wire() as made:
            adapter = made.adapter(**options)
            await adapter.connect("Be brief.", "alloy")
            await adapter.send_user_text("hello")
            events = await until(adapter)
            assert events[-1].status == "completed"
            assert made.record.of("error") == []
            assert [event for event in of(events, WarningEvent) if event.code == "not_as_asked"] == []

    run(main())


def test_temperature_is_for_servers_of_the_beta_dialect_only():
    async def main():
        for dialect, sent in (("ga", False), ("beta", True)):
            async with wire(dialect=dialect) as made:
                adapter = made.adapter(temperature=0.7)
                await adapter.connect("Be brief.", "alloy")
                await adapter.send_user_text("hello")
                events = await until(adapter)
                (update,) = made.record.asked("session.update")
                assert ("temperature" in update["session"]) is sent
                assert bool([e for e in of(events, WarningEvent) if e.code == "control_temperature"]) is not sent
                assert words(events) == "You said: hello"
                assert made.record.of("error") == []

    run(main())


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
