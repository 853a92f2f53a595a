"""``tth doctor`` for the profile ``openai_realtime+a2f`` with both providers emulated, whole and broken hop by hop."""

import socket
from contextlib import asynccontextmanager

import pytest

from tth.cli.checkup import examine
from tth.emulators.a2f.faults import Fault as FaceFault
from tth.emulators.a2f.faults import Faults as FaceFaults
from tth.emulators.a2f.options import EmulatorOptions as FaceOptions
from tth.emulators.openai.emulator import EmulatorOptions
from tth.emulators.openai.faults import Fault, Faults
from tth.emulators.openai.mind import MindOptions
from tth.testing.emulated import emulated_openai
from tth.testing.emulated_a2f import emulated_a2f

PROFILE = "openai_realtime+a2f"


class Kept:
    def __init__(self):
        self.findings = {}

    def begin(self, part):
        pass

    def doing(self, what):
        pass

    def found(self, finding):
        self.findings[finding.name] = finding

    @property
    def failed(self):
        return [name for name, finding in self.findings.items() if finding.status == "failed"]


def voice_with(*faults):
    return EmulatorOptions(voice="tones", mind=MindOptions(kind="echo"), pace=0, faults=Faults(faults=faults))


@asynccontextmanager
async def service(target, options):
    """A service, or, where there is a target already, none."""
    if target:
        yield target
    else:
        async with emulated_a2f(options) as (found, _):
            yield found


@pytest.fixture
def checked(monkeypatch):
    async def check(*, voice=(), face=(), target="", **kind):
        made = FaceOptions(faults=FaceFaults(faults=face), **kind)
        async with emulated_openai(voice_with(*voice)) as (url, _), service(target, made) as found:
            monkeypatch.setenv("OPENAI_BASE_URL", url)
            monkeypatch.setenv("OPENAI_API_KEY", "a-key")
            monkeypatch.setenv("TTH_A2F_TARGET", found)
            told = Kept()
            await examine(PROFILE, ("port=0",), False, True, told)
            return told

    return check


async def test_the_profile_passes_with_both_and_its_numbers_are_those_of_the_clip(checked):
    told = await checked()
    assert told.failed == []
    found = told.findings
    assert found["Packets are as it asked"].detail == "16 kHz mono, 640 bytes each, 150 of them"
    assert found["Bytes reach the avatar"].numbers["bytes"] == 96_000
    frames = found["Frames come back"].numbers
    assert abs(frames["frames"] - 90) <= 1
    assert frames["frames_per_s"] == 30
    assert frames["last_ms"] >= 3000 - 1000 / 30 - 1


async def test_a_service_that_is_away_is_the_hop_that_fails_though_another_face_takes_its_place(checked):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = await checked(target=f"127.0.0.1:{port}")
    assert told.failed == ["Avatar connects"]
    assert "lipsync takes its place" in told.findings["Avatar connects"].fix
    assert told.findings["Sound is not silent"].status == "ok"


async def test_a_service_that_takes_sound_and_stops_to_give_frames_is_found_at_the_frames(checked):
    told = await checked(face=[FaceFault(frame=30, stall_s=100)])
    assert told.failed == ["Frames come back"]
    assert "30 of 90" in told.findings["Frames come back"].detail
    assert told.findings["Frames reach the page's wire"].status == "not_reached"


async def test_a_key_that_is_refused_is_told_first_and_without_a_rate(checked):
    told = await checked(key="another")
    (name,) = told.failed
    detail = told.findings[name].detail
    assert detail.startswith("the service refused the clip: metadata 'authorization' must be")
    assert "30 a second" not in detail
    assert "components.avatar" in told.findings[name].fix


async def test_frames_that_come_slowly_are_told_at_the_rate_at_which_they_came(checked):
    told = await checked(face=[FaceFault(fps=8)])
    assert told.failed == ["Frames come back"]
    frames = told.findings["Frames come back"]
    assert 6 < frames.numbers["frames_per_s"] < 9
    assert "behind the voice" in frames.detail


@pytest.mark.parametrize(
    ("fault", "remark"),
    [
        (
            FaceFault(names=20),
            "32 of the 52 shapes are missing from the service's, 21 of them the mouth's, as mouthPucker",
        ),
        (FaceFault(after=2), "2 frames came after the final status"),
    ],
)
async def test_an_answer_that_is_odd_and_does_for_a_face_is_a_warning(fault, remark, checked):
    told = await checked(face=[fault])
    assert told.failed == []
    frames = told.findings["Frames come back"]
    assert (frames.status, remark in frames.detail) == ("warning", True), frames.detail


async def test_a_service_that_lacks_shapes_of_the_brows_alone_is_well(checked):
    told = await checked(face=[FaceFault(names=45)])
    assert told.findings["Frames come back"].status == "ok"


async def test_a_voice_that_is_refused_is_the_first_hop_and_the_face_is_still_told_to_be_well(checked):
    told = await checked(voice=[Fault(on="connect", status=401)])
    assert told.failed == ["Voice connects"]
    assert told.findings["First sound arrives"].status == "not_reached"
    assert told.findings["Frames come back"].status == "ok"
