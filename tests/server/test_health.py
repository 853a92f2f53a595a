"""Whether the server can do its work, as a supervisor sees it."""

import sys
import types
from importlib.metadata import EntryPoint

import pytest

from tests.server.peer import make_house, serving
from tth import hookimpl
from tth.errors import AdapterUnavailable
from tth.plugins.loader import find_entry_points, load_plugins

ABSENT = ("components.tts.primary=absent",)
DEGRADED = (*ABSENT, "components.tts.fallback=[mock_tts]")


class Absent:
    """A voice or face whose engine is not installed."""

    def __init__(self, options, shared) -> None:
        raise AdapterUnavailable("absent", "its engine is not installed; install it")

    async def close(self) -> None:
        pass


@pytest.fixture
def registry(monkeypatch):
    """The built-ins, and a plugin none of whose adapters can be made."""
    module = types.ModuleType("absent_plugin")

    @hookimpl
    def register_tts(register) -> None:
        register("absent", Absent)

    @hookimpl
    def register_avatar(register) -> None:
        register("faceless", Absent)

    module.register_tts, module.register_avatar = register_tts, register_avatar
    monkeypatch.setitem(sys.modules, "absent_plugin", module)
    plugin = EntryPoint(name="absent", value="absent_plugin", group="tth")
    return load_plugins([*find_entry_points(), plugin])


async def test_health_names_the_profile_and_each_component() -> None:
    async with serving() as site:
        for path in ("/health", "/v1/health"):
            answer = await site.get(path)
            assert answer.status == 200
            assert answer.json == {
                "status": "ok",
                "draining": False,
                "profile": "offline_mock",
                "components": {
                    "stt": {"adapter": "mock_stt", "status": "ok"},
                    "llm": {"adapter": "mock_llm", "status": "ok"},
                    "tts": {"adapter": "mock_tts", "status": "ok"},
                    "avatar": {"adapter": "stub_avatar", "status": "ok"},
                },
                "sessions": 0,
                "waiting": 0,
            }


async def test_a_voice_that_cannot_be_made_is_down_and_the_server_says_503_and_why(registry) -> None:
    async with serving(house=make_house(*ABSENT, registry=registry)) as site:
        answer = await site.get("/health")
        assert (answer.status, answer.json["status"]) == (503, "down")
        voice = answer.json["components"]["tts"]
        assert (voice["adapter"], voice["status"]) == ("absent", "down")
        assert "not installed" in voice["detail"]
        async with site.join() as peer:
            failed = await peer.ask("hi")
            assert failed["type"] == "turn_failed"
            assert "not installed" in failed["message"]


async def test_a_voice_whose_fallback_speaks_is_degraded_and_the_server_well(registry) -> None:
    async with serving(house=make_house(*DEGRADED, registry=registry)) as site:
        answer = await site.get("/health")
        assert (answer.status, answer.json["status"]) == (200, "ok")
        voice = answer.json["components"]["tts"]
        assert (voice["adapter"], voice["status"]) == ("mock_tts", "degraded")
        async with site.join() as peer:
            assert (await peer.ask("hi"))["type"] == "turn_complete"
            (told,) = peer.events("degraded")
            assert (told["component"], told["was"], told["now"]) == ("tts", "absent", "mock_tts")
            assert "not installed" in told["reason"]


async def test_a_face_that_cannot_be_made_leaves_the_server_well(registry) -> None:
    house = make_house("components.avatar.primary=faceless", registry=registry)
    async with serving(house=house) as site:
        answer = await site.get("/health")
        assert (answer.status, answer.json["components"]["avatar"]["status"]) == (200, "down")
        async with site.join() as peer:
            assert (await peer.ask("hi"))["type"] == "turn_complete"
            assert peer.sound(1)


async def test_health_counts_the_open_sessions() -> None:
    async with serving() as site, site.join(), site.join():
        assert (await site.get("/health")).json["sessions"] == 2


async def test_a_face_that_is_away_when_a_session_opens_is_told_to_its_client_and_in_the_health() -> None:
    away = ("primary=a2f", "target=127.0.0.1:1", "fallback=[stub_avatar]")
    house = make_house(*(f"components.avatar.{each}" for each in away))
    async with serving(house=house) as site:
        assert (await site.get("/health")).json["components"]["avatar"]["status"] == "ok"
        async with site.join() as peer:
            assert (await peer.ask("hi"))["type"] == "turn_complete"
            kinds = [event["type"] for event in peer.seen if isinstance(event, dict)]
            assert kinds[:3] == ["session_ready", "listening", "degraded"]
            (told,) = peer.events("degraded")
            assert (told["component"], told["was"], told["now"]) == ("avatar", "a2f", "stub_avatar")
            face = (await site.get("/health")).json["components"]["avatar"]
            assert (face["adapter"], face["status"], face["detail"]) == ("stub_avatar", "degraded", told["reason"])
        await house.left()
        assert (await site.get("/health")).json["components"]["avatar"]["status"] == "ok"
