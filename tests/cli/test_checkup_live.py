"""The path as ``tth doctor`` tries it, with adapters of a plugin that hang wherever they can."""

import asyncio
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tth import hookimpl
from tth.cli.checkup_live import Deadlines, try_path
from tth.config.profiles import resolve_profile
from tth.config.sources import read_settings, read_sources
from tth.plugins.loader import find_entry_points, load_plugins
from tth.testing.clock import run
from tth.testing.peers import ScriptedAvatar, ScriptedVoice


async def hang(*args, **kwargs):
    await asyncio.get_running_loop().create_future()


class HangingVoice(ScriptedVoice):
    """Connects, and answers nothing; nor does it close."""

    def __init__(self, options, shared):
        super().__init__()

    async def respond(self, request=None):
        await hang()

    async def close(self):
        await hang()


class HangingFace(ScriptedAvatar):
    def __init__(self, options, shared):
        super().__init__()

    connect = hang
    close = hang


class Slow:
    """Warms up for ever."""

    def __init__(self, options, shared):
        pass

    warm_up = staticmethod(hang)

    async def synthesize(self, text, *, control, context):
        await hang()
        yield

    async def close(self):
        pass


class Kept:
    def __init__(self):
        self.findings = {}
        self.done = []

    def begin(self, part):
        pass

    def doing(self, what):
        self.done.append(what)

    def found(self, finding):
        self.findings[finding.name] = finding


@pytest.fixture
def tried(monkeypatch):
    """Tries a profile of these components on virtual time; gives the seconds it took and what was found."""
    module = types.ModuleType("hanging_plugin")

    @hookimpl
    def register_realtime(register):
        register("hanging_voice", HangingVoice)

    @hookimpl
    def register_tts(register):
        register("slow_voice", Slow)

    @hookimpl
    def register_avatar(register):
        register("hanging_face", HangingFace)

    module.register_realtime, module.register_tts = register_realtime, register_tts
    module.register_avatar = register_avatar
    monkeypatch.setitem(sys.modules, "hanging_plugin", module)
    registry = load_plugins([*find_entry_points(), EntryPoint(name="hanging", value="hanging_plugin", group="tth")])

    def attempt(components):
        Path("p.yaml").write_text(f"persona: mira\ncomponents: {components}\n")
        sources = read_sources(("port=0",))
        profile = resolve_profile("./p.yaml", sources, registry, typed=True)

        async def main():
            told, loop = Kept(), asyncio.get_running_loop()
            began = loop.time()
            await try_path(profile, registry, read_settings(sources), Deadlines.from_now(began), told)
            return loop.time() - began, told

        return run(main())

    return attempt


@pytest.mark.parametrize(
    "components",
    [
        "{realtime: {primary: hanging_voice}, avatar: {primary: hanging_face, fallback: [stub_avatar]}}",
        "{realtime: {primary: mock_realtime}, avatar: {primary: hanging_face}}",
        "{llm: {primary: mock_llm}, tts: {primary: slow_voice}, avatar: {primary: hanging_face}}",
    ],
)
def test_the_whole_takes_less_than_fifteen_seconds_whatever_hangs(tried, components):
    seconds, told = tried(components)
    assert seconds < 15 - 0.7, "and the page is asked besides"
    assert len([finding for finding in told.findings.values() if finding.status == "failed"]) == 1
    assert "Page in step" in told.findings


def test_a_voice_that_hangs_is_to_blame_and_a_face_that_works_is_told_to_be_well(tried):
    _, told = tried("{realtime: {primary: hanging_voice}, avatar: {primary: stub_avatar}}")
    assert told.findings["Voice connects"].status == "ok"
    assert told.findings["First sound arrives"].status == "failed"
    assert told.findings["Frames come back"].status == "ok"
    assert told.done == ["the voice", "the avatar, with a clip of three seconds", "the page"]
