"""The avatar's frames beside a Realtime client's sound."""

from __future__ import annotations

from base64 import b64decode

import pytest

from tests.server.peer import make_house, serving
from tests.server.realtime_peer import done, realtime, sound, words
from tests.server.realtime_plugins import registry
from tth.core.media import WEIGHT_BYTES

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELTA, DONE = "tth.face_frames.delta", "tth.face_frames.done"


def frames(events):
    return [frame for event in events if event["type"] == DELTA for frame in event["frames"]]


async def test_frames_come_beside_the_sound_and_reach_to_its_end(site) -> None:
    async with realtime(site, "face=1") as peer:
        await peer.say("hello there")
        await peer.send("response.create")
        events = await peer.until(DONE)
        response = done(events)
        shown = frames(events)
        assert {len(b64decode(frame["weights"])) for frame in shown} == {WEIGHT_BYTES}
        samples = [frame["sample"] for frame in shown]
        assert samples == sorted(set(samples))
        assert samples[0] == 0
        assert samples[-1] >= len(sound(events)) // 2 - 800
        told = [event for event in events if event["type"] in (DELTA, DONE)]
        assert {event["response_id"] for event in told} == {response["id"]}
        assert {event["item_id"] for event in told} == {response["output"][0]["id"]}
        assert all(event["event_id"] for event in told)


async def test_who_does_not_ask_gets_none(site) -> None:
    async with realtime(site) as peer:
        await peer.ask("hello there")
        await peer.ask("again")
        assert not [event for event in peer.seen if event["type"].startswith("tth.")]


async def test_text_out_of_band_and_failure_move_no_face(site) -> None:
    async with realtime(site, "face=1") as peer:
        await peer.ask("hello there", output_modalities=["text"])
        await peer.answer(conversation="none")
        assert not [event for event in peer.seen if event["type"].startswith("tth.")]


async def test_frames_of_a_cancelled_response_stop_at_once(site) -> None:
    async with realtime(site, "face=1") as peer:
        first = await peer.begin()
        await peer.the(DELTA)
        await peer.send("response.cancel")
        while not {"response.done", DONE} <= {event["type"] for event in peer.seen}:
            await peer.next()
        await peer.say("short")
        await peer.send("response.create")
        later = await peer.until(DONE)
        assert first["response_id"] not in {event["response_id"] for event in later if event["type"] == DELTA}
        assert frames(later)


async def test_frames_of_a_response_that_is_still_played_stop_when_the_client_cuts_it(site) -> None:
    async with realtime(site, "face=1") as peer:
        await peer.say("one two three four five six seven eight nine ten eleven twelve")
        events = await peer.answer()
        item = done(events)["output"][0]["id"]
        await peer.the(DELTA)
        await peer.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=100)
        events = await peer.until(DONE)
        assert len(frames(peer.seen)) < 30 * len(sound(peer.seen)) / 48_000


async def test_an_answer_that_comes_while_another_is_played_moves_the_face_after_it(site) -> None:
    async with realtime(site, "face=1") as peer:
        ids = []
        for text in ("first", "second"):
            await peer.say(text)
            ids.append(done(await peer.answer())["id"])
        while len([event for event in peer.seen if event["type"] == DONE]) < 2:
            await peer.the(DONE)
        told = [event["response_id"] for event in peer.seen if event["type"] in (DELTA, DONE)]
        assert told == sorted(told, key=ids.index)
        assert set(told) == set(ids)


async def test_a_face_that_cannot_be_made_leaves_the_voice_as_it_is() -> None:
    house = make_house("components.avatar.primary=faceless", registry=registry())
    async with serving(house=house) as site, realtime(site, "face=1") as peer:
        await peer.say("hi")
        assert words(await peer.answer()) == "You said: hi"
