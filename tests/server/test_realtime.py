"""Any profile in front of clients of the Realtime protocol: turns, tools, cancel, truncate, sound in."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from tests.clients.sound import loud, utterance
from tests.server.peer import make_house, serving
from tests.server.realtime_peer import done, realtime, sound, words
from tests.server.realtime_plugins import registry

pytestmark = pytest.mark.asyncio(loop_scope="module")

BYTES_PER_S = 48_000
DEAF = "profile=stub_avatar"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Oslo"]}}},
}


async def speak(peer, pcm):
    await peer.send("input_audio_buffer.append", audio=b64encode(pcm).decode())


async def test_a_turn_of_text_is_answered_by_the_profile(site) -> None:
    async with realtime(site) as peer:
        await peer.configure(output_modalities=["text"])
        await peer.say("good morning")
        events = await peer.answer()
        assert words(events) == "You said: good morning"
        assert not sound(events)
        assert done(events)["status"] == "completed"


async def test_a_turn_of_sound_brings_the_profiles_voice_and_its_words(site) -> None:
    async with realtime(site) as peer:
        await peer.say("good morning")
        events = await peer.answer()
        assert words(events) == "You said: good morning"
        assert len(sound(events)) > BYTES_PER_S / 2
        assert done(events)["output"][0]["content"][0]["transcript"] == "You said: good morning"


async def test_the_session_is_the_personas_until_the_client_says_otherwise(site) -> None:
    async with realtime(site, "persona=mira") as peer:
        session = peer.seen[0]["session"]
        assert "Mira" in session["instructions"]
        assert (await peer.configure(instructions="Be curt."))["instructions"] == "Be curt."


async def test_a_voice_that_the_client_names_speaks_and_without_one_the_personas_does(site) -> None:
    async def spoken(**output):
        async with realtime(site) as peer:
            if output:
                session = await peer.configure(audio={"output": output})
                assert session["audio"]["output"]["voice"] == output["voice"]
            await peer.say("hello")
            return sound(await peer.answer())

    own, nova, onyx = await spoken(), await spoken(voice="nova"), await spoken(voice="onyx")
    assert len({own, nova, onyx}) == 3


async def test_a_tool_of_the_client_is_called_there_and_its_result_reaches_the_mind() -> None:
    house = make_house("components.llm.primary=tool_caller", registry=registry())
    async with serving(house=house) as site, realtime(site) as peer:
        await peer.configure(tools=[WEATHER])
        await peer.say("please get weather")
        events = await peer.answer()
        (call,) = done(events)["output"]
        pieces = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
        assert (call["type"], call["name"]) == ("function_call", "get_weather")
        assert json.loads("".join(pieces)) == json.loads(call["arguments"]) == {"city": "Oslo"}
        result = {"type": "function_call_output", "call_id": call["call_id"], "output": "eleven degrees"}
        await peer.send("conversation.item.create", item=result)
        assert words(await peer.answer()) == "The answer is eleven degrees. "


async def test_a_cancelled_response_stops_and_the_next_one_is_whole(site) -> None:
    async with realtime(site) as peer:
        first = await peer.begin()
        await peer.send("response.cancel")
        response = (await peer.the("response.done"))["response"]
        assert (response["id"], response["status"]) == (first["response_id"], "cancelled")
        await peer.say("short")
        events = await peer.answer()
        assert words(events) == "You said: short"
        assert {event["response_id"] for event in events if "response_id" in event} == {done(events)["id"]}


@pytest.mark.parametrize("truncate_first", [True, False])
async def test_the_mind_remembers_the_words_that_were_heard_and_no_more(truncate_first) -> None:
    async with (
        serving('components.llm.reply="{heard}|one two three four five six seven"') as site,
        realtime(site) as peer,
    ):
        first = await peer.begin("hi")
        cut = {"item_id": first["item_id"], "content_index": 0, "audio_end_ms": 700}
        while sum(len(sound([event])) for event in peer.seen) < 0.7 * BYTES_PER_S:
            await peer.the("response.output_audio.delta")
        if truncate_first:
            await peer.send("conversation.item.truncate", **cut)
        await peer.send("response.cancel")
        await peer.the("response.done")
        if not truncate_first:
            await peer.send("conversation.item.truncate", **cut)
        heard, _, _ = (await peer.ask("and now?")).partition("|one two three four five six seven")
        assert heard.startswith("|one")
        assert "|one two three four five six seven".startswith(heard)
        assert "seven" not in heard


async def test_a_truncated_answer_that_was_complete_is_remembered_by_its_marks() -> None:
    async with serving('components.llm.reply="{heard}|one two three"') as other, realtime(other) as peer:
        await peer.say("hi")
        item = done(await peer.answer())["output"][0]["id"]
        await peer.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=1)
        await peer.the("conversation.item.truncated")
        assert (await peer.ask("and now?")).startswith("|one")


async def test_an_item_that_was_deleted_is_forgotten() -> None:
    async with serving('components.llm.reply="{count} messages"') as site, realtime(site) as peer:
        await peer.say("first", id="first")
        await peer.say("second", id="second")
        await peer.send("conversation.item.delete", item_id="first")
        await peer.the("conversation.item.deleted")
        assert words(await peer.answer()) == "1 messages"
        assert await peer.ask("third") == "3 messages"


async def test_a_response_out_of_band_runs_beside_another_and_leaves_no_trace(site) -> None:
    aside = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "aside"}]}
    async with realtime(site) as peer:
        first = await peer.begin()
        asked = {"conversation": "none", "input": [aside], "output_modalities": ["text"], "metadata": {"topic": "x"}}
        await peer.send("response.create", response=asked)
        response = (await peer.the("response.done"))["response"]
        assert response["output"][0]["content"][0]["text"] == "You said: aside"
        assert (response["metadata"], response["conversation_id"]) == ({"topic": "x"}, None)
        await peer.send("response.cancel", response_id=first["response_id"])
        assert (await peer.the("response.done"))["response"]["id"] == first["response_id"]
        assert await peer.ask("after") == "You said: after"


async def test_an_utterance_is_understood_by_the_profiles_recogniser_and_answered(site) -> None:
    async with realtime(site) as peer:
        await peer.configure(audio={"input": {"transcription": {"model": "gpt-4o-mini-transcribe"}}})
        await speak(peer, utterance())
        events = await peer.until("response.done")
        (heard,) = [each for each in events if each["type"] == "conversation.item.input_audio_transcription.completed"]
        assert heard["transcript"].startswith("one two")
        assert words(events) == f"You said: {heard['transcript']}"


async def test_an_utterance_that_nobody_can_hear_fails_once_and_the_session_goes_on(site) -> None:
    async with realtime(site, DEAF) as peer:
        await peer.configure(audio={"input": {"transcription": {"model": "gpt-4o-mini-transcribe"}}})
        await speak(peer, utterance())
        events = await peer.until("response.done")
        (failed,) = [each for each in events if each["type"] == "conversation.item.input_audio_transcription.failed"]
        response = done(events)
        assert failed["error"]["code"] == response["status_details"]["error"]["code"] == "no_audio_in"
        assert "no recogniser" in failed["error"]["message"]
        assert response["status"] == "failed"
        assert await peer.ask("then I type") == "You said: then I type"


async def test_sound_that_was_pushed_and_not_heard_fails_the_response_that_shall_answer_it(site) -> None:
    async with realtime(site, DEAF) as peer:
        await peer.configure(audio={"input": {"turn_detection": None}})
        await speak(peer, loud(300))
        await peer.send("input_audio_buffer.commit")
        assert done(await peer.answer())["status_details"]["error"]["code"] == "no_audio_in"
        assert await peer.ask("then I type") == "You said: then I type"


async def test_an_append_of_fifteen_mebibytes_is_taken(site) -> None:
    async with realtime(site) as peer:
        await peer.configure(audio={"input": {"turn_detection": None}})
        await speak(peer, bytes(15 * 2**20))
        await peer.send("input_audio_buffer.clear")
        assert await peer.the("input_audio_buffer.cleared")


@pytest.mark.parametrize(
    "frame", ["", "[]", "{", '{"type":"nonsense"}', b"\x00\xff", '{"type":"response.create","response":7}']
)
async def test_a_wrong_frame_is_told_and_changes_nothing(site, frame) -> None:
    async with realtime(site) as peer:
        await peer.socket.send(frame)
        assert (await peer.the("error"))["error"]["type"] == "invalid_request_error"
        assert await peer.ask("hi") == "You said: hi"


async def test_what_the_protocol_will_have_tomorrow_is_passed_over(site) -> None:
    async with realtime(site) as peer:
        await peer.configure(mood={"bright": True}, output_modalities=["text"])
        assert await peer.ask("hi") == "You said: hi"


async def test_a_client_of_the_beta_is_spoken_to_in_its_own_names(site) -> None:
    async with realtime(site, headers={"OpenAI-Beta": "realtime=v1"}) as peer:
        assert "modalities" in peer.seen[0]["session"]
        await peer.send("response.create")
        assert (await peer.the("response.audio.delta"))["delta"]


async def test_a_session_that_only_transcribes_says_that_nobody_can_and_answers_nothing(site) -> None:
    async with realtime(site, f"intent=transcription&{DEAF}") as peer:
        assert peer.seen[0]["session"]["type"] == "transcription"
        hears = {"input": {"transcription": {"model": "gpt-transcribe"}}}
        await peer.send("session.update", session={"type": "transcription", "audio": hears})
        await speak(peer, utterance())
        events = await peer.until("conversation.item.input_audio_transcription.failed")
        assert events[-1]["error"]["code"] == "no_audio_in"
        await peer.send("response.create")
        assert await peer.the("error")
