"""``/v1/sessions/{id}/face``, by a client written from docs/protocol.md alone."""

from __future__ import annotations

import asyncio
import struct
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soxr
from websockets.asyncio.client import connect

from tests.server.peer import AUDIO, FACE, Peer, make_house, serving
from tth.testing.emulated_a2f import emulated_a2f

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAST = 1
RATE_HZ = 24_000


def syllables(seconds):
    """Noise in syllables: loud and quiet by turns."""
    count = int(RATE_HZ * seconds)
    level = np.abs(np.sin(np.arange(count) * 2 * np.pi * 3 / RATE_HZ)) * 6000
    return (np.random.default_rng(1).standard_normal(count) * level).astype("<i2").tobytes()


def framed(number, sample, pcm, *, last=False, kind=AUDIO, rate_hz=RATE_HZ):
    return struct.pack("<BBHIIQ", kind, LAST if last else 0, rate_hz, 0, number, sample) + pcm


async def speak(peer, number, pcm, piece=4800):
    for at in range(0, len(pcm), piece):
        await peer.socket.send(framed(number, at // 2, pcm[at : at + piece], last=at + piece >= len(pcm)))


async def frames_to(peer, number, sample):
    """Frames of a speech, up to the one due at ``sample``."""
    while not any(frame.turn == number and frame.sample >= sample for frame in peer.frames(FACE)):
        await peer.next()
    return [frame for frame in peer.frames(FACE) if frame.turn == number]


@asynccontextmanager
async def face(site, **body):
    made = await site.new(**body)
    assert made.status == 201, made.body
    async with connect(site.address(made.json["face"]), compression=None, max_size=None, max_queue=None) as socket:
        peer = Peer(socket, made.json)
        await peer.until("session_ready")
        yield peer


@pytest.fixture
def lips():
    return make_house("components.avatar.primary=lipsync")


async def test_frames_come_for_the_clients_own_sound(lips) -> None:
    async with serving(house=lips) as site, face(site) as peer:
        (ready,) = peer.events("session_ready")
        assert ready["components"] == {"avatar": "lipsync"}
        await speak(peer, 1, syllables(2))
        shown = await frames_to(peer, 1, 46_000)
        assert [frame.sample for frame in shown] == sorted({frame.sample for frame in shown})
        assert shown[0].sample == 0
        poses = np.stack([np.frombuffer(frame.payload, "<f4") for frame in shown])
        assert poses.shape[1] == 52
        assert poses.std(axis=0).max() > 0.05
        assert not peer.events("error", "warning", "degraded")


async def test_an_a2f_service_gets_the_sound_as_it_was_sent() -> None:
    pcm = syllables(1.5)
    async with emulated_a2f() as (target, emulator):
        house = make_house("components.avatar.primary=a2f", f"components.avatar.target={target}")
        async with serving(house=house) as site, face(site) as peer:
            assert peer.events("session_ready")[0]["components"] == {"avatar": "a2f"}
            await speak(peer, 1, pcm)
            await frames_to(peer, 1, 34_000)
    (clip,) = emulator.records
    wide = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.int32) << 16, RATE_HZ, 16_000)
    expected = np.clip((wide.astype(np.int64) + 0x8000) >> 16, -32768, 32767).astype("<i2").tobytes()
    assert clip.audio[: len(expected)] == expected
    assert not any(clip.audio[len(expected) :])


async def test_an_interruption_stops_the_frames_and_the_next_speech_comes(lips) -> None:
    async with serving(house=lips) as site, face(site) as peer:
        await peer.socket.send(framed(1, 0, syllables(3)))
        await frames_to(peer, 1, 24_000)
        await peer.send("interrupt")
        await peer.socket.send(framed(1, 72_000, syllables(1)))
        await speak(peer, 2, syllables(1))
        await frames_to(peer, 2, 20_000)
        order = [frame.turn for frame in peer.frames(FACE) if frame.turn]
        assert order == sorted(order)


async def test_wrong_frames_and_messages_are_told_and_change_nothing(lips) -> None:
    wrong = {
        b"abc": "bad_frame",
        framed(1, 0, b"\0\0", kind=4): "bad_frame",
        framed(0, 0, b"\0\0"): "bad_frame",
        framed(1, 0, b"\0"): "bad_frame",
        framed(1, 0, b"\0\0", rate_hz=7): "bad_frame",
        framed(1, 2**53, b"\0\0"): "bad_frame",
        "no JSON": "bad_json",
        '{"type":"user_text","text":"hi"}': "bad_message",
        '{"type":"microphone","state":"open"}': "bad_message",
        '{"type":"interrupt","reasons":""}': "bad_message",
    }
    async with serving(house=lips) as site, face(site) as peer:
        for frame, code in wrong.items():
            await peer.socket.send(frame)
            error = await peer.until("error")
            assert error["code"] == code, frame
            assert error["message"]
        await speak(peer, 1, syllables(1))
        await frames_to(peer, 1, 20_000)


async def test_a_ticket_opens_one_socket_of_either_kind(site) -> None:
    made = (await site.new()).json
    async with connect(site.address(made["stream"])) as socket:
        await socket.recv()
        async with connect(site.address(made["face"])) as other:
            await other.wait_closed()
            assert other.close_code == 4401
    wrong = made["face"].replace("ticket=", "ticket=x")
    async with connect(site.address(wrong)) as socket:
        await socket.wait_closed()
        assert socket.close_code == 4401


async def test_it_counts_as_a_session_and_ends_with_the_server(lips) -> None:
    async with serving(house=lips) as site, face(site) as peer:
        assert lips.sessions == 1
        async with asyncio.TaskGroup() as group:
            group.create_task(lips.drain())
            assert await peer.closed() == 1012
    assert lips.sessions == 0


async def test_a_profile_without_a_face_that_works_says_so() -> None:
    house = make_house("components.avatar.primary=a2f", "components.avatar.target=127.0.0.1:1")
    async with serving(house=house) as site, face(site) as peer:
        assert peer.events("session_ready")[0]["components"] == {}
        (told,) = peer.events("degraded") or [await peer.until("degraded")]
        assert (told["component"], told["was"], told["now"]) == ("avatar", "a2f", "")
