"""The official client, ``openai``; each event is also checked against its class, which its parser does not do."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby

from openai import AsyncOpenAI
from websockets.exceptions import InvalidStatus

from tests.clients.claims import KEY, LONG, MODEL, main
from tests.clients.sound import BYTES_PER_MS, loud, pieces, quiet, utterance
from tests.wire.realtime_server.strict import check

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Oslo"]}, "days": {"type": "integer"}},
        "required": ["city"],
    },
}


class Talk:
    """One connection; no event of it is used before its class has accepted it strictly."""

    def __init__(self, connection) -> None:
        self.connection = connection
        self.session = None

    async def event(self):
        raw = await self.connection.recv_bytes()
        check(json.loads(raw))
        return self.connection.parse_event(raw)

    async def until(self, kind):
        """Events up to the first of that type; an error that is not waited for ends the claim."""
        events = []
        while not events or events[-1].type != kind:
            events.append(await self.event())
            assert events[-1].type == kind or events[-1].type != "error", events[-1]
        return events

    async def the(self, kind):
        return (await self.until(kind))[-1]

    async def say(self, text, **item):
        said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}], **item}
        await self.connection.conversation.item.create(item=said)
        return (await self.the("conversation.item.done")).item

    async def answer(self, **response):
        await self.connection.response.create(response=response)
        return await self.until("response.done")

    async def speak(self, pcm):
        for piece in pieces(pcm, 100):
            await self.connection.input_audio_buffer.append(audio=b64encode(piece).decode())

    async def begin(self):
        """A long answer, stopped at its first sound; gives that event."""
        await self.say(LONG)
        await self.connection.response.create()
        return await self.the("response.output_audio.delta")


@asynccontextmanager
async def talking(url: str, key: str = KEY, **session) -> AsyncIterator[Talk]:
    async with AsyncOpenAI(base_url=url, api_key=key) as client, client.realtime.connect(model=MODEL) as connection:
        talk = Talk(connection)
        talk.session = (await talk.the("session.created")).session
        if session:
            await connection.session.update(session={"type": "realtime", **session})
            talk.session = (await talk.the("session.updated")).session
        yield talk


def deltas(events, kind):
    return "".join(event.delta for event in events if event.type == kind)


def sound(events):
    return b"".join(b64decode(event.delta) for event in events if event.type == "response.output_audio.delta")


def kinds(events):
    """Their types, each run of one told once."""
    return [kind for kind, _ in groupby(event.type for event in events)]


async def a_text_turn_is_answered(url):
    async with talking(url, output_modalities=["text"]) as talk:
        await talk.say("good morning")
        events = await talk.answer()
        answer = deltas(events, "response.output_text.delta")
        response = events[-1].response
        assert "good morning" in answer
        assert response.status == "completed"
        assert response.output[0].content[0].text == answer
        assert response.usage.output_token_details.audio_tokens == 0


async def an_audio_turn_brings_sound_and_its_words(url):
    async with talking(url, audio={"output": {"voice": "marin"}}) as talk:
        assert talk.session.audio.output.voice == "marin"
        await talk.say("good morning")
        events = await talk.answer()
        assert "good morning" in deltas(events, "response.output_audio_transcript.delta")
        assert len(sound(events)) > 500 * BYTES_PER_MS
        assert events[-1].response.usage.output_token_details.audio_tokens > 0


async def events_of_an_audio_turn_come_in_the_order_of_the_protocol(url):
    async with talking(url) as talk:
        await talk.say("hi")
        order = kinds(await talk.answer())
        ends = [
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ]
        begins = ["response.output_item.added", "conversation.item.added", "response.content_part.added"]
        assert order[0] == "response.created"
        assert [kind for kind in order if kind in begins] == begins
        assert order[-len(ends) :] == ends


async def many_turns_remember_the_order_of_the_conversation(url):
    async with talking(url, output_modalities=["text"]) as talk:
        last = None
        for number in range(5):
            await talk.connection.conversation.item.create(
                item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"turn {number}"}]}
            )
            added = await talk.the("conversation.item.added")
            assert added.previous_item_id == last
            events = await talk.answer()
            assert f"turn {number}" in deltas(events, "response.output_text.delta")
            last = events[-1].response.output[0].id


async def a_tool_is_called_with_streamed_arguments_and_its_result_is_told(url):
    async with talking(url, tools=[WEATHER], tool_choice="auto") as talk:
        await talk.say("use get weather please")
        events = await talk.answer()
        (call,) = events[-1].response.output
        done = next(event for event in events if event.type == "response.function_call_arguments.done")
        assert len([event for event in events if event.type == "response.function_call_arguments.delta"]) > 1
        assert deltas(events, "response.function_call_arguments.delta") == done.arguments == call.arguments
        assert (done.name, done.call_id) == (call.name, call.call_id) == ("get_weather", call.call_id)
        assert json.loads(call.arguments)["city"] == "Oslo"
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "eleven degrees"}
        await talk.connection.conversation.item.create(item=result)
        assert "eleven degrees" in deltas(await talk.answer(), "response.output_audio_transcript.delta")


async def a_forced_tool_is_called(url):
    async with talking(url, tools=[WEATHER]) as talk:
        await talk.say("hi")
        events = await talk.answer(tool_choice={"type": "function", "name": "get_weather"})
        assert events[-1].response.output[0].name == "get_weather"


async def a_cancelled_response_ends_and_the_next_one_is_whole(url):
    async with talking(url) as talk:
        first = await talk.begin()
        await talk.connection.response.cancel(response_id=first.response_id)
        response = (await talk.the("response.done")).response
        assert (response.id, response.status) == (first.response_id, "cancelled")
        assert response.status_details.reason == "client_cancelled"
        await talk.say("short")
        events = await talk.answer()
        assert all(event.response_id != first.response_id for event in events if hasattr(event, "response_id"))
        assert events[-1].response.status == "completed"


async def cancelling_nothing_is_an_error_and_nothing_more(url):
    async with talking(url) as talk:
        await talk.connection.response.cancel(event_id="mine")
        error = (await talk.the("error")).error
        assert (error.code, error.event_id) == ("response_cancel_not_active", "mine")


async def a_second_response_at_the_same_time_is_refused(url):
    async with talking(url) as talk:
        await talk.begin()
        await talk.connection.response.create(event_id="mine")
        error = (await talk.the("error")).error
        assert (error.code, error.event_id) == ("conversation_already_has_active_response", "mine")
        await talk.connection.response.cancel()
        await talk.the("response.done")


async def truncating_cuts_sound_and_words(url):
    async with talking(url) as talk:
        await talk.say("good morning")
        item_id = (await talk.answer())[-1].response.output[0].id
        await talk.connection.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=300)
        assert (await talk.the("conversation.item.truncated")).audio_end_ms == 300
        await talk.connection.conversation.item.retrieve(item_id=item_id)
        (part,) = (await talk.the("conversation.item.retrieved")).item.content
        assert len(b64decode(part.audio)) == 300 * BYTES_PER_MS
        assert not part.transcript


async def an_item_being_spoken_is_truncated_before_its_response_is_cancelled(url):
    async with talking(url) as talk:
        first = await talk.begin()
        await talk.connection.conversation.item.truncate(item_id=first.item_id, content_index=0, audio_end_ms=20)
        await talk.the("conversation.item.truncated")
        await talk.connection.response.cancel()
        assert (await talk.the("response.done")).response.status == "cancelled"
        await talk.connection.conversation.item.retrieve(item_id=first.item_id)
        (part,) = (await talk.the("conversation.item.retrieved")).item.content
        assert len(b64decode(part.audio)) == 20 * BYTES_PER_MS


async def truncating_past_the_sound_is_refused(url):
    async with talking(url) as talk:
        await talk.say("hi")
        item_id = (await talk.answer())[-1].response.output[0].id
        await talk.connection.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=60_000)
        assert "shorter" in (await talk.the("error")).error.message


async def a_retrieved_answer_holds_its_sound_and_words(url):
    async with talking(url) as talk:
        await talk.say("good morning", id="mine")
        events = await talk.answer()
        await talk.connection.conversation.item.retrieve(item_id=events[-1].response.output[0].id)
        (part,) = (await talk.the("conversation.item.retrieved")).item.content
        assert b64decode(part.audio) == sound(events)
        assert "good morning" in part.transcript
        await talk.connection.conversation.item.retrieve(item_id="mine")
        assert (await talk.the("conversation.item.retrieved")).item.content[0].text == "good morning"


async def a_deleted_item_is_forgotten(url):
    async with talking(url, output_modalities=["text"]) as talk:
        await talk.say("first", id="first")
        await talk.say("second", id="second")
        await talk.connection.conversation.item.delete(item_id="second")
        assert (await talk.the("conversation.item.deleted")).item_id == "second"
        assert "first" in deltas(await talk.answer(), "response.output_text.delta")
        await talk.connection.conversation.item.retrieve(item_id="second")
        assert "second" in (await talk.the("error")).error.message


async def a_response_out_of_band_leaves_the_conversation_as_it_is(url):
    async with talking(url, output_modalities=["text"]) as talk:
        await talk.say("in the room", id="room")
        aside = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "aside"}]}
        events = await talk.answer(conversation="none", input=[aside], metadata={"topic": "check"})
        response = events[-1].response
        assert (response.conversation_id, response.metadata) == (None, {"topic": "check"})
        assert "aside" in deltas(events, "response.output_text.delta")
        assert not [event for event in events if event.type.startswith("conversation.")]
        assert "in the room" in deltas(await talk.answer(), "response.output_text.delta")


async def a_response_out_of_band_runs_beside_another(url):
    async with talking(url) as talk:
        first = await talk.begin()
        await talk.connection.response.create(
            response={
                "conversation": "none",
                "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "aside"}]}],
                "output_modalities": ["text"],
            }
        )
        done = (await talk.the("response.done")).response
        assert done.id != first.response_id
        assert "aside" in done.output[0].content[0].text
        await talk.connection.response.cancel(response_id=first.response_id)
        assert (await talk.the("response.done")).response.id == first.response_id


async def speech_is_found_transcribed_and_answered(url):
    async with talking(url, audio={"input": {"transcription": {"model": "gpt-4o-mini-transcribe"}}}) as talk:
        await talk.speak(utterance())
        events = await talk.until("response.done")
        seen = {event.type: event for event in events}
        started = seen["input_audio_buffer.speech_started"]
        stopped = seen["input_audio_buffer.speech_stopped"]
        heard = seen["conversation.item.input_audio_transcription.completed"]
        assert started.item_id == stopped.item_id == seen["input_audio_buffer.committed"].item_id == heard.item_id
        assert started.audio_start_ms < stopped.audio_end_ms
        assert heard.usage.total_tokens > 0
        assert heard.transcript in deltas(events, "response.output_audio_transcript.delta")
        await talk.connection.conversation.item.retrieve(item_id=heard.item_id)
        (part,) = (await talk.the("conversation.item.retrieved")).item.content
        assert len(b64decode(part.audio)) >= 600 * BYTES_PER_MS


async def speech_cuts_off_the_answer(url):
    async with talking(url) as talk:
        first = await talk.begin()
        await talk.speak(loud(300))
        events = await talk.until("response.done")
        response = events[-1].response
        assert "input_audio_buffer.speech_started" in kinds(events)
        assert (response.id, response.status) == (first.response_id, "cancelled")
        assert response.status_details.reason == "turn_detected"
        await talk.speak(quiet(900))
        assert (await talk.the("response.done")).response.status == "completed"


async def push_to_talk_is_committed_by_hand(url):
    async with talking(url, audio={"input": {"turn_detection": None}}) as talk:
        assert talk.session.audio.input.turn_detection is None
        await talk.connection.input_audio_buffer.commit()
        assert (await talk.the("error")).error.code == "input_audio_buffer_commit_empty"
        await talk.speak(loud(300))
        await talk.connection.input_audio_buffer.commit()
        await talk.the("conversation.item.done")
        assert (await talk.answer())[-1].response.status == "completed"


async def the_voice_is_fixed_once_it_was_heard(url):
    async with talking(url) as talk:
        await talk.say("hi")
        await talk.answer()
        await talk.connection.session.update(
            session={"type": "realtime", "audio": {"output": {"voice": "cedar"}}}, event_id="mine"
        )
        error = (await talk.the("error")).error
        assert (error.code, error.event_id) == ("cannot_update_voice", "mine")


async def a_client_secret_opens_a_session_and_carries_its_configuration(url):
    async with AsyncOpenAI(base_url=url, api_key=KEY) as client:
        secret = await client.realtime.client_secrets.create(
            expires_after={"anchor": "created_at", "seconds": 60},
            session={"type": "realtime", "instructions": "Be brief.", "output_modalities": ["text"]},
        )
    assert secret.value.startswith("ek_")
    assert secret.session.instructions == "Be brief."
    for _ in range(2):
        async with talking(url, secret.value) as talk:
            assert talk.session.instructions == "Be brief."
            assert talk.session.output_modalities == ["text"]
            await talk.say("hi")
            assert "hi" in deltas(await talk.answer(), "response.output_text.delta")


async def a_secret_that_nobody_gave_is_refused(url):
    status = None
    try:
        async with talking(url, "ek_nobodys"):
            pass
    except InvalidStatus as error:
        status = error.response.status_code
    assert status == 401


async def models_are_listed(url):
    async with AsyncOpenAI(base_url=url, api_key=KEY) as client:
        models = {model.id: model async for model in client.models.list()}
    assert MODEL in models
    assert models["gpt-realtime"].shutdown_date == "2027-01-20"


CLAIMS = (
    a_text_turn_is_answered,
    an_audio_turn_brings_sound_and_its_words,
    events_of_an_audio_turn_come_in_the_order_of_the_protocol,
    many_turns_remember_the_order_of_the_conversation,
    a_tool_is_called_with_streamed_arguments_and_its_result_is_told,
    a_forced_tool_is_called,
    a_cancelled_response_ends_and_the_next_one_is_whole,
    cancelling_nothing_is_an_error_and_nothing_more,
    a_second_response_at_the_same_time_is_refused,
    truncating_cuts_sound_and_words,
    an_item_being_spoken_is_truncated_before_its_response_is_cancelled,
    truncating_past_the_sound_is_refused,
    a_retrieved_answer_holds_its_sound_and_words,
    a_deleted_item_is_forgotten,
    a_response_out_of_band_leaves_the_conversation_as_it_is,
    a_response_out_of_band_runs_beside_another,
    speech_is_found_transcribed_and_answered,
    speech_cuts_off_the_answer,
    push_to_talk_is_committed_by_hand,
    the_voice_is_fixed_once_it_was_heard,
    a_client_secret_opens_a_session_and_carries_its_configuration,
    a_secret_that_nobody_gave_is_refused,
    models_are_listed,
)

if __name__ == "__main__":
    main(CLAIMS)
