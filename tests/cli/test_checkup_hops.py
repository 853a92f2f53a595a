"""Each hop of the path broken in turn: the right one is named, and only that one."""

import asyncio

import msgspec
import pytest

from tests.session.scene import settle
from tth.adapters.shared import Shared
from tth.builtins.stub_avatar.avatar import StubAvatar
from tth.cli.checkup_avatar import feed
from tth.cli.checkup_hops import judge_avatar
from tth.cli.checkup_voice import QUESTION, judge_voice, listen
from tth.cli.findings import Finding, Path
from tth.core.events import AudioChunkEvent, ErrorEvent
from tth.core.media import AudioFormat
from tth.errors import AdapterError
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.stage import Rung
from tth.testing.clock import run
from tth.testing.peers import ScriptedVoice

AVATAR_HOPS = [
    "Avatar connects",
    "Packets are as it asked",
    "Bytes reach the avatar",
    "Frames come back",
    "Frames reach the page's wire",
]
VOICE_HOPS = ["Voice connects", "First sound arrives", "Sound is not silent"]


class Face(StubAvatar):
    def __init__(self):
        super().__init__(None, Shared())


class Wants16k(Face):
    """Takes what a service takes that wants 16 kHz, and shows what it gets."""

    audio_format = AudioFormat(16_000)

    async def send_audio(self, pcm, start_sample):
        await super().send_audio(bytes(3 * len(pcm) // 2), start_sample)


class Absent(Face):
    async def connect(self):
        raise AdapterError("absent", "nobody listens at 127.0.0.1:52000", decision="retry")


class Unmade(Face):
    def __init__(self):
        raise AdapterError("unmade", "its engine is not installed")


class Away(Face):
    async def connect(self):
        await asyncio.get_running_loop().create_future()


class NoPacket(Face):
    packet_ms = 0


class Deaf(Face):
    async def send_audio(self, pcm, start_sample):
        await asyncio.get_running_loop().create_future()


class Refusing(Face):
    async def send_audio(self, pcm, start_sample):
        raise ConnectionResetError("the wire was cut")


class Swallowing(Face):
    async def stream_frames(self):
        async for _ in super().stream_frames():
            continue
        yield  # never reached: it is there to make this a stream


class Filtering(Face):
    """Lets those frames pass that its class attribute says."""

    def keeps(self, frame):
        return True

    async def stream_frames(self):
        async for frame in super().stream_frames():
            if self.keeps(frame):
                yield frame


class Stalled(Filtering):
    def keeps(self, frame):
        return frame.sample < 30_000


class Sparse(Filtering):
    def keeps(self, frame):
        return frame.sample // 800 % 3 > 0


class Halved(Filtering):
    def keeps(self, frame):
        return frame.sample // 800 % 2 == 0


class Cut(Filtering):
    """Nothing of the last tenth of a second, which is too little to be found slow."""

    def keeps(self, frame):
        return frame.sample < 69_600


class Twice(Face):
    async def stream_frames(self):
        async for frame in super().stream_frames():
            yield frame
            yield frame


class Stiff(Face):
    async def stream_frames(self):
        async for frame in super().stream_frames():
            yield msgspec.structs.replace(frame, weights=bytes(208))


class Broken(Face):
    async def stream_frames(self):
        async for frame in super().stream_frames():
            if frame.sample > 10_000:
                raise AdapterError("broken", "the model ran out of memory")
            yield frame


class Keyless(Face):
    """Takes the sound, and says then what is wrong."""

    async def stream_frames(self):
        async for _ in super().stream_frames():
            raise AdapterError("keyless", "the service does not take the key; see NVIDIA_API_KEY")
        yield  # never reached: it is there to make this a stream


class Slow(Face):
    """Its frames are those of 30 a second, and come as 8."""

    async def stream_frames(self):
        async for frame in super().stream_frames():
            yield frame
            await asyncio.sleep(1 / 8)


class Remarking(Face):
    remarks = ("2 frames came after the final status",)


class Elsewhere(Swallowing):
    elsewhere = True


def passed(face):
    async def main():
        made = Cast(profile="test", persona="test", rungs=[Rung("face", face), Rung("second", Face)])
        return await feed(made, asyncio.get_running_loop().time() + 6)

    return run(main())


def hops(face):
    return {hop.name: hop for hop in Path().part(judge_avatar("face", "second", passed(face)))}


def test_a_face_that_works_gets_the_clip_byte_for_byte_and_its_frames_reach_the_wire():
    found = hops(Face)
    assert list(found) == AVATAR_HOPS
    assert {hop.status for hop in found.values()} == {"ok"}
    packets, sent, frames, wire = list(found.values())[1:]
    assert packets.numbers == {"rate_hz": 24_000, "packet_bytes": 960, "packets": 150, "odd_packets": 0}
    assert (sent.numbers["bytes"], sent.numbers["clip_bytes"]) == (144_000, 144_000)
    assert sent.numbers["bytes_per_s"] == pytest.approx(48_000, rel=0.02)
    assert (frames.numbers["frames"], frames.numbers["clip_frames"], frames.numbers["tail_frames"]) == (90, 90, 1)
    assert (frames.numbers["frames_per_s"], frames.numbers["last_ms"]) == (30, 2966.7)
    assert wire.numbers["frames"] == 91


def test_a_face_that_wants_16_khz_gets_32000_bytes_a_second_in_packets_of_640():
    found = hops(Wants16k)
    assert found["Packets are as it asked"].detail == "16 kHz mono, 640 bytes each, 150 of them"
    sent = found["Bytes reach the avatar"]
    assert sent.numbers["bytes"] == 96_000
    assert sent.numbers["bytes_per_s"] == pytest.approx(32_000, rel=0.03)


@pytest.mark.parametrize(
    ("face", "name", "said"),
    [
        (Absent, "Avatar connects", "face: nobody listens at 127.0.0.1:52000"),
        (Unmade, "Avatar connects", "face: its engine is not installed"),
        (Away, "Avatar connects", "face: it did not answer in time"),
        (NoPacket, "Packets are as it asked", "0 bytes each"),
        (Deaf, "Bytes reach the avatar", "0 of 144,000 bytes, 0 a second; it took nothing for 250 ms"),
        (Refusing, "Bytes reach the avatar", "the wire was cut"),
        (Swallowing, "Frames come back", "0 of 90; its frames are"),
        (Stalled, "Frames come back", "38 of 90, 30 a second, the last at 1.23 s of 3; its frames are"),
        (Sparse, "Frames come back", "60 of 90, 20 a second, the last at 2.97 s of 3; 30 are missing"),
        (Halved, "Frames come back", "45 of 45, 15 a second, the last at 2.93 s of 3; a face needs 20 a second"),
        (Cut, "Frames come back", "87 of 90, 30 a second, the last at 2.87 s of 3; 3 are missing"),
        (Twice, "Frames come back", "90 are too many"),
        (Slow, "Frames come back", "8 a second, the last at"),
        (Stiff, "Frames come back", "the face does not move"),
        (Broken, "Frames come back", "the model ran out of memory"),
    ],
)
def test_the_first_hop_that_a_face_breaks_is_named_and_those_after_it_were_not_reached(face, name, said):
    found = hops(face)
    assert found[name].status == "failed"
    assert said in found[name].detail
    assert found[name].fix
    place = AVATAR_HOPS.index(name)
    assert [found[before].status for before in AVATAR_HOPS[:place]] == ["ok"] * place
    assert [found[after].status for after in AVATAR_HOPS[place + 1 :]] == ["not_reached"] * (4 - place)


@pytest.mark.parametrize(
    ("face", "name", "said"),
    [
        (Keyless, "Frames come back", "the service does not take the key; see NVIDIA_API_KEY; 0 of 90"),
        (Broken, "Frames come back", "the model ran out of memory; 13 of 90, 30 a second, the last at 0.40 s of 3"),
        (Refusing, "Bytes reach the avatar", "ConnectionResetError: the wire was cut"),
    ],
)
def test_what_a_face_says_itself_is_told_first_and_the_advice_is_about_it(face, name, said):
    hop = hops(face)[name]
    assert hop.detail.startswith(said)
    assert hop.fix == "It says so itself: mend what it names, in components.avatar or in what it talks to."


def test_where_no_frames_came_there_is_no_rate():
    frames = hops(Swallowing)["Frames come back"]
    assert "a second" not in frames.detail
    assert not {"frames_per_s", "last_ms", "first_frame_ms"} & set(frames.numbers)


def test_a_face_that_is_well_and_has_something_to_remark_is_a_warning():
    found = hops(Remarking)
    frames = found.pop("Frames come back")
    assert frames.status == "warning"
    assert frames.detail.endswith("ms; 2 frames came after the final status")
    assert {hop.status for hop in found.values()} == {"ok"}


def test_frames_that_were_delivered_and_not_written_are_blamed_on_the_wire():
    whole = passed(Face)
    whole.on_wire.pop()
    (*before, wire) = judge_avatar("face", "", whole)
    assert {hop.status for hop in before} == {"ok"}
    assert (wire.status, wire.detail) == ("failed", "90 of 91")


def test_a_face_whose_pictures_go_another_way_is_not_asked_for_frames():
    assert {hop.status for hop in hops(Elsewhere).values()} == {"ok"}


def test_what_takes_the_place_of_a_face_that_is_absent_is_told():
    assert hops(Absent)["Avatar connects"].fix.endswith("Until then second takes its place.")


# The voice


class Speaking(ScriptedVoice):
    """Says something at once."""

    async def respond(self, request=None):
        await super().respond(request)
        self.start()
        self.text("Yes, ")
        await settle()
        self.speak()
        self.finish()

    def speak(self):
        self.audio(2500)


class Unreachable(ScriptedVoice):
    async def connect(self, *args, **kwargs):
        raise AdapterError("voice", "the key is not taken")


class Unresponsive(ScriptedVoice):
    async def connect(self, *args, **kwargs):
        await asyncio.get_running_loop().create_future()


class Wordless(Speaking):
    def speak(self):
        pass


class Failing(Speaking):
    def speak(self):
        self.emit(ErrorEvent(code="insufficient_quota", message="no money is left", decision="fatal"))


class Silent(Speaking):
    def speak(self):
        self.emit(AudioChunkEvent(data=bytes(96_000), response_id="r1", item_id="i1"))


class Brief(Speaking):
    def speak(self):
        self.audio(20)


def voice_hops(*voices, seconds=6.0):
    async def main():
        makers = [Maker(voice.__name__.lower(), voice) for voice in voices]
        made = Cast(profile="test", persona="test", realtime=makers)
        heard = await listen(made, asyncio.get_running_loop().time() + seconds)
        return {hop.name: hop for hop in Path().part(judge_voice("the voice", heard))}

    return run(main())


def test_a_voice_that_speaks_is_well_and_its_times_and_levels_are_told():
    found = voice_hops(Speaking)
    assert list(found) == VOICE_HOPS
    assert {hop.status for hop in found.values()} == {"ok"}
    level = found["Sound is not silent"].numbers
    assert level == {"seconds": 2.5, "rms": 0.12503, "peak": 0.12503, "silent_share": 0}
    times = found["First sound arrives"].numbers
    assert times["first_text_ms"] < times["first_audio_ms"]


@pytest.mark.parametrize(
    ("voice", "name", "said"),
    [
        (Unreachable, "Voice connects", "the voice: unreachable: the key is not taken"),
        (Unresponsive, "Voice connects", "nothing more came within 6.0 s"),
        (ScriptedVoice, "First sound arrives", "nothing more came within 6.0 s"),
        (Wordless, "First sound arrives", "the answer has no sound"),
        (Failing, "First sound arrives", "no money is left"),
        (Silent, "Sound is not silent", "RMS 0.000, peak 0.00, 100% silent of 2.0 s"),
    ],
)
def test_the_first_hop_that_a_voice_breaks_is_named_and_those_after_it_were_not_reached(voice, name, said):
    found = voice_hops(voice)
    assert found[name].status == "failed"
    assert said in found[name].detail
    assert found[name].fix
    place = VOICE_HOPS.index(name)
    assert [found[before].status for before in VOICE_HOPS[:place]] == ["ok"] * place
    assert [found[after].status for after in VOICE_HOPS[place + 1 :]] == ["not_reached"] * (2 - place)


def test_a_voice_in_anothers_place_is_a_warning():
    connects = voice_hops(Unreachable, Speaking)["Voice connects"]
    assert connects.status == "warning"
    assert "unreachable gives way to speaking" in connects.detail


def test_too_little_sound_to_tell_is_a_warning():
    assert voice_hops(Brief)["Sound is not silent"].status == "warning"


def test_a_part_that_is_well_is_told_so_though_one_before_it_is_not():
    path = Path()
    voice = list(path.part([Finding(name="a", status="failed"), Finding(name="b", status="failed")]))
    avatar = list(path.part([Finding(name="c"), Finding(name="d", status="failed"), Finding(name="e")]))
    assert [hop.status for hop in (*voice, *avatar)] == ["failed", "not_reached", "ok", "not_reached", "not_reached"]


def test_the_question_is_short():
    assert len(QUESTION) < 40
