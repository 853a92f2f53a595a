"""What a client's stream carries, on virtual time: sound by credit, words in order, nothing twice."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from tests.server.peer import AUDIO, ENDINGS, FACE, Frame, make_house
from tth.core.bus import Lagged
from tth.core.media import MEDIA_RATE_HZ
from tth.server.house import Request
from tth.server.pace import Pace
from tth.server.stream import CREDIT_UNITS, SEND_S, ClientStream
from tth.testing.clock import run

TEXT = "Tell me something that takes a while to say, please, and take your time with it."


class Tape:
    """The far end of a socket: keeps what was sent, with the credit that each piece of sound had."""

    def __init__(self) -> None:
        self.events = []
        self.frames = []
        self.ahead = []
        self.session = None
        self.stuck = False
        self.ended = asyncio.Event()

    async def send_text(self, data) -> None:
        await self._wait()
        event = json.loads(data)
        self.events.append(event)
        if event["type"] in ENDINGS:
            self.ended.set()

    async def send_bytes(self, data) -> None:
        await self._wait()
        frame = Frame.of(data)
        self.frames.append(frame)
        if frame.kind == AUDIO and frame.payload:
            self.ahead.append(frame.end - self.session.playhead)

    async def _wait(self) -> None:
        await asyncio.sleep(0)
        if self.stuck:
            await asyncio.Event().wait()

    def named(self, name):
        return [event for event in self.events if event["type"] == name]

    @property
    def sound(self):
        return b"".join(frame.payload for frame in self.frames if frame.kind == AUDIO)


@asynccontextmanager
async def streaming(media="binary", profile="offline_mock", sets=()):
    house = make_house(*sets, profile=profile)
    ticket = await house.admit(Request(media=media))
    tape = Tape()
    async with house.open(ticket) as session, asyncio.TaskGroup() as group:
        tape.session = session
        stream = ClientStream(session, tape, media)
        session.attach_client()
        writing = group.create_task(stream.write())
        yield stream, tape
        writing.cancel()


def say(stream, text=TEXT, **fields):
    stream.read(json.dumps({"type": "user_text", "text": text, **fields}))


def report(stream, sample, state="playing", turn=1):
    stream.read(json.dumps({"type": "playhead", "turn": turn, "sample": sample, "state": state}))


async def whole(profile="offline_mock"):
    """The turn's sound as a client gets it that plays at once."""
    async with streaming(profile=profile) as (stream, tape):
        say(stream)
        while not tape.ended.is_set():
            at = max((frame.end for frame in tape.frames if frame.kind == AUDIO), default=0)
            report(stream, at, "ended" if tape.frames and tape.frames[-1].last else "blocked")
            await asyncio.sleep(0.01)
        return tape.sound


@pytest.mark.parametrize("profile", ["offline_mock", "stub_avatar"])
def test_a_client_that_reports_nothing_gets_its_whole_turn_by_the_clock(profile) -> None:
    async def main():
        async with streaming(profile=profile) as (stream, tape):
            say(stream)
            await tape.ended.wait()
            (ending,) = (event for event in tape.events if event["type"] in ENDINGS)
            assert ending["type"] == "turn_complete"
            assert tape.sound == await whole(profile)
            assert ending["samples"] == len(tape.sound) // 2

    run(main())


def test_sound_is_never_sent_more_than_a_second_ahead_of_the_playhead() -> None:
    async def main():
        async with streaming() as (stream, tape):
            say(stream)
            for tenth in range(1, 40):
                await asyncio.sleep(0.1)
                report(stream, tenth * MEDIA_RATE_HZ // 10)
            assert max(tape.ahead) <= CREDIT_UNITS
            assert max(tape.ahead) > CREDIT_UNITS * 3 // 4

    run(main())


def test_a_client_whose_sound_is_blocked_gets_a_second_of_it_and_later_all_the_rest() -> None:
    async def main():
        expected = await whole()
        async with streaming() as (stream, tape):
            say(stream)
            for _ in range(30):
                await asyncio.sleep(1)
                report(stream, 0, "blocked")
            assert 0 < len(tape.sound) <= 2 * CREDIT_UNITS
            report(stream, 0)
            await tape.ended.wait()
            assert tape.events[-1]["type"] == "turn_complete"
            assert tape.sound == expected

    run(main())


def test_a_held_turn_sends_no_more_than_its_credit_until_it_is_resumed() -> None:
    async def main():
        async with streaming() as (stream, tape):
            say(stream)
            await asyncio.sleep(0.1)
            report(stream, 0)
            stream.read('{"type":"hold"}')
            await asyncio.sleep(20)
            held = len(tape.sound)
            assert held <= 2 * (CREDIT_UNITS + MEDIA_RATE_HZ // 10)
            stream.read('{"type":"resume"}')
            await tape.ended.wait()
            assert [event["state"] for event in tape.named("turn_state")] == [
                "thinking",
                "speaking",
                "held",
                "speaking",
            ]
            assert tape.sound == await whole()

    run(main())


def test_sound_has_no_gaps_and_its_last_frame_is_marked_once() -> None:
    async def main():
        async with streaming() as (stream, tape):
            for number in (1, 2, 3):
                tape.ended.clear()
                say(stream)
                await tape.ended.wait()
                sound = [frame for frame in tape.frames if frame.kind == AUDIO and frame.turn == number]
                assert [frame.last for frame in sound] == [False] * (len(sound) - 1) + [True]
                at = 0
                for frame in sound:
                    assert frame.sample == at
                    at = frame.end
                assert {frame.generation for frame in sound} == {tape.named("turn_started")[-1]["generation"]}

    run(main())


def test_sequence_numbers_count_the_text_frames_without_a_gap() -> None:
    async def main():
        for media in ("binary", "json"):
            async with streaming(media) as (stream, tape):
                say(stream)
                await tape.ended.wait()
                assert [event["seq"] for event in tape.events] == list(range(1, len(tape.events) + 1))

    run(main())


def test_media_as_json_are_the_same_bytes_at_the_same_places() -> None:
    async def main():
        from base64 import b64decode

        async with streaming() as (stream, tape):
            say(stream)
            await tape.ended.wait()
        async with streaming("json") as (stream, other):
            say(stream)
            await other.ended.wait()
        assert not other.frames
        sound = b"".join(b64decode(event["data"]) for event in other.named("audio_chunk"))
        assert sound == tape.sound
        assert [event["last"] for event in other.named("audio_chunk")].count(True) == 1
        assert {event["sample_rate"] for event in other.named("audio_chunk")} == {24_000}
        faces = {(frame.sample, frame.payload) for frame in tape.frames if frame.kind == FACE}
        assert {(event["sample"], b64decode(event["data"])) for event in other.named("face_frame")} == faces

    run(main())


def test_face_frames_are_52_floats_at_30_a_second() -> None:
    async def main():
        async with streaming() as (stream, tape):
            say(stream)
            await tape.ended.wait()
            faces = [frame for frame in tape.frames if frame.kind == FACE]
            assert all(frame.param == 52 and len(frame.payload) == 208 for frame in faces)
            seconds = len(tape.sound) / 2 / MEDIA_RATE_HZ
            assert len(faces) == pytest.approx(30 * seconds, abs=3)

    run(main())


def test_only_words_are_marked_and_each_names_its_text() -> None:
    async def main():
        async with streaming() as (stream, tape):
            say(stream)
            await tape.ended.wait()
            text = "".join(event["token"] for event in tape.named("text_delta"))
            marks = [mark for event in tape.named("speech_mark") for mark in event["marks"]]
            assert {mark["kind"] for mark in marks} == {"word"}
            assert [text[mark["text_start"] : mark["text_end"]] for mark in marks] == text.split()
            assert text == tape.events[-1]["text"]

    run(main())


def test_nothing_of_a_turn_follows_its_interruption() -> None:
    async def main():
        async with streaming() as (stream, tape):
            for tick in range(1, 60):
                say(stream)
                await asyncio.sleep(tick / 40)
                stream.read('{"type":"interrupt"}')
                sent = len(tape.frames)
                await asyncio.sleep(1)
                # One piece may have been on its way into the socket.
                assert len(tape.frames) <= sent + 1
                ends = [event for event in tape.events if event["type"] in ENDINGS]
                assert len(ends) == tick
                assert ends[-1]["type"] == "turn_interrupted"
                stream.read(json.dumps({"type": "flushed", "turn": tick, "sample": ends[-1]["samples"]}))
            for at, event in enumerate(tape.events):
                if event["type"] == "turn_interrupted":
                    rest = [later for later in tape.events[at + 1 :] if later["turn_id"] == event["turn_id"]]
                    assert {later["type"] for later in rest} <= {"item_heard", "measure"}

    run(main())


def test_a_client_that_takes_nothing_is_given_up_after_ten_seconds() -> None:
    async def main():
        house = make_house()
        async with house.open(await house.admit(Request())) as session:
            tape = Tape()
            tape.session, tape.stuck = session, True
            stream = ClientStream(session, tape)
            began = asyncio.get_running_loop().time()
            with pytest.raises(Lagged):
                await stream.write()
            assert asyncio.get_running_loop().time() - began == pytest.approx(SEND_S)

    run(main())


def test_a_client_that_is_only_quiet_is_never_given_up() -> None:
    async def main():
        async with streaming() as (stream, tape):
            await asyncio.sleep(3600)
            say(stream)
            await tape.ended.wait()
            assert tape.events[-1]["type"] == "turn_complete"

    run(main())


def test_a_client_that_reads_nothing_is_not_listened_to() -> None:
    async def main():
        async with streaming() as (stream, tape):
            await asyncio.sleep(0.1)
            tape.stuck = True
            heard = 0
            try:
                async with asyncio.timeout(5):
                    while True:
                        await stream.room()
                        stream.read('{"type":"nonsense"}')
                        heard += 1
            except TimeoutError:
                assert heard < 300
            else:
                raise AssertionError
            stream.close()

    run(main())


def test_playhead_reports_beyond_what_was_received_or_of_other_turns_change_nothing() -> None:
    async def main():
        async with streaming() as (stream, tape):
            say(stream)
            await asyncio.sleep(0.2)
            report(stream, 2**53, "ended", turn=7)
            report(stream, 0)
            await tape.ended.wait()
            assert tape.sound == await whole()
            report(stream, 2**53, "ended")
            stream.read('{"type":"flushed","turn":1,"sample":5}')
            tape.ended.clear()
            say(stream, "again")
            await tape.ended.wait()
            assert tape.events[-1]["type"] == "turn_complete"

    run(main())


def test_who_talks_too_fast_waits_and_loses_nothing() -> None:
    async def main():
        loop = asyncio.get_running_loop()
        pace = Pace(loop.time, rate_hz=10, burst=5)
        began = loop.time()
        for _ in range(25):
            await pace.step()
        assert loop.time() - began == pytest.approx(2)
        await asyncio.sleep(10)
        again = loop.time()
        for _ in range(5):
            await pace.step()
        assert loop.time() == again

    run(main())
