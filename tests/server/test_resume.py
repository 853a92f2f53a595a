"""A connection that breaks: its client comes back, misses nothing and hears nothing twice."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from tests.server.peer import AUDIO, ENDINGS, FACE, Frame, Peer, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "one two three"


class Wanderer:
    """A client that keeps its place."""

    def __init__(self, site, made):
        self.site, self.made, self.seen = site, made, []
        self.seq = self.turn = self.sample = 0

    @property
    def way_back(self):
        return f"{self.made['resume']}&seq={self.seq}&turn={self.turn}&sample={self.sample}"

    @asynccontextmanager
    async def on(self, way):
        async with connect(self.site.address(way), compression=None, max_size=None, max_queue=None) as socket:
            yield Peer(socket, self.made, self.seen)

    def note(self, got):
        if isinstance(got, dict):
            self.seq = got["seq"]
        elif got.kind == AUDIO:
            self.turn, self.sample = got.turn, got.end if got.payload else got.sample

    async def play(self, peer, most=10**9):
        """Take so many frames, or all to the end of the turn; says whether it ended."""
        for _ in range(most):
            got = await peer.next()
            self.note(got)
            if isinstance(got, dict) and got["type"] in ENDINGS:
                return True
            if isinstance(got, Frame) and got.kind == AUDIO:
                state = "ended" if got.last else "blocked"
                await peer.send("playhead", turn=got.turn, sample=self.sample, state=state)
        return False

    def frames(self, kind):
        return [got for got in self.seen if isinstance(got, Frame) and got.kind == kind and got.turn]

    def told(self):
        return [got for got in self.seen if isinstance(got, dict)]


async def wander(site, **body):
    return Wanderer(site, (await site.new(resume=True, **body)).json)


async def cut(peer):
    """Break the connection as a network does."""
    peer.socket.transport.abort()
    await peer.socket.wait_closed()


async def test_a_connection_cut_at_every_message_of_a_turn_costs_no_word_no_sound_and_no_face(site) -> None:
    whole = await wander(site)
    async with whole.on(whole.made["stream"]) as peer:
        await peer.until("session_ready")
        await peer.send("user_text", text=WORDS)
        await whole.play(peer)
    for cut_at in range(1, len(whole.seen) - 1):
        one = await wander(site)
        async with one.on(one.made["stream"]) as peer:
            one.note(await peer.until("session_ready"))
            await peer.send("user_text", text=WORDS)
            await one.play(peer, cut_at)
            await cut(peer)
        async with one.on(one.way_back) as peer:
            assert await one.play(peer)
        assert [got["seq"] for got in one.told()] == list(range(1, one.seq + 1)), cut_at
        assert "".join(got["token"] for got in one.told() if got["type"] == "text_delta") == f"You said: {WORDS}"
        sounds = one.frames(AUDIO)
        assert all(after.sample == before.end for before, after in itertools.pairwise(sounds)), cut_at
        assert b"".join(each.payload for each in sounds) == b"".join(each.payload for each in whole.frames(AUDIO))
        # The client has ended the turn by its own word once it had all sound; faces of its end may come too late then.
        missing = {each.sample for each in whole.frames(FACE)} - {each.sample for each in one.frames(FACE)}
        assert all(sample > one.sample - 24_000 // 10 for sample in missing), cut_at


async def test_while_nobody_listens_nothing_is_played(site) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as peer:
        await peer.until("session_ready")
        await peer.send("user_text", text=WORDS)
        while not one.sample:
            await one.play(peer, 1)
        await cut(peer)
    await asyncio.sleep(2.5)  # longer than a client may be silent
    (guest,) = [guest for guest in site.house._guests if guest.id == one.made["id"]]
    assert guest.playhead <= one.sample
    async with one.on(one.way_back) as peer:
        assert await one.play(peer)


async def test_a_page_that_was_loaded_anew_is_told_the_open_turn_from_its_beginning(site) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as peer:
        await peer.until("session_ready")
        await peer.send("user_text", text=WORDS)
        started = await peer.until("turn_started")
        while not one.sample:
            await one.play(peer, 1)
        heard = one.sample
        await cut(peer)
    again = Wanderer(site, one.made)
    async with again.on(f"{one.made['resume']}&seq={started['seq'] - 1}") as peer:
        assert await again.play(peer)
    assert again.told()[0]["type"] == "turn_started"
    assert "".join(got["token"] for got in again.told() if got["type"] == "text_delta") == f"You said: {WORDS}"
    assert again.frames(AUDIO)[0].sample <= heard
    assert again.frames(AUDIO)[0].sample >= heard - 24_000 // 5


async def test_the_newest_window_has_the_session_and_the_other_is_told(site) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as old:
        one.note(await old.until("session_ready"))
        async with one.on(one.way_back) as new:
            assert await old.closed() == 4409
            await new.send("user_text", text="hello")
            assert await one.play(new)


async def test_who_leaves_for_good_cannot_come_back(site) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as peer:
        await peer.until("session_ready")
    await asyncio.sleep(0.1)
    async with one.on(one.way_back) as peer:
        assert await peer.closed() == 4401


@pytest.mark.parametrize("place", ["seq=9999", "seq=-1", "seq=", "seq=abc", "seq=1&turn=x", "seq=1&sample=1e5"])
async def test_a_place_that_cannot_be_leaves_the_session_as_it_is(site, place: str) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as peer:
        one.note(await peer.until("session_ready"))
        async with one.on(f"{one.made['resume']}&{place}") as lost:
            assert await lost.closed() == 4401
        await peer.send("user_text", text=WORDS)
        assert await one.play(peer)


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
async def test_a_wrong_secret_opens_no_session_of_another(site, secret: str) -> None:
    one = await wander(site)
    async with one.on(one.made["stream"]) as peer:
        await peer.until("session_ready")
        async with one.on(f"/v1/sessions/{one.made['id']}/stream?resume={secret}") as stranger:
            assert await stranger.closed() == 4401
        await peer.send("user_text", text="hello")
        assert await one.play(peer)


async def test_a_session_whose_client_does_not_come_back_ends() -> None:
    async with serving("limits.resume_s=0.2") as site:
        one = await wander(site)
        async with one.on(one.made["stream"]) as peer:
            await peer.until("session_ready")
            await cut(peer)
        async with asyncio.timeout(10):
            await site.house.left()
        async with one.on(one.way_back) as peer:
            assert await peer.closed() == 4401


async def test_a_client_that_did_not_ask_for_it_leaves_no_session_behind(site) -> None:
    before = site.house._seats
    async with site.join() as peer:
        assert "resume" not in peer.made
        await cut(peer)
    async with asyncio.timeout(10):
        while site.house._seats > before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
