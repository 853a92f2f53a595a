"""The profiles that ship, against the adapters that ship."""

import pytest

from tth.config.profiles import resolve_profile
from tth.config.sources import Sources
from tth.plugins.loader import load_plugins


@pytest.mark.parametrize(
    ("name", "adapters"),
    [
        ("offline_mock", {"stt": ["mock_stt"], "llm": ["mock_llm"], "tts": ["mock_tts"], "avatar": ["stub_avatar"]}),
        ("stub_avatar", {"realtime": ["mock_realtime"], "avatar": ["stub_avatar"]}),
        ("openai_realtime", {"realtime": ["openai_realtime"], "avatar": ["lipsync", "stub_avatar"]}),
        (
            "openai_realtime+a2f",
            {"realtime": ["openai_realtime"], "avatar": ["a2f", "lipsync", "stub_avatar"]},
        ),
        (
            "offline+a2f",
            {
                "stt": ["moonshine"],
                "llm": ["scripted"],
                "tts": ["hibari", "pico", "mock_tts"],
                "avatar": ["a2f", "phoneme", "stub_avatar"],
            },
        ),
    ],
)
def test_a_shipped_profile_names_adapters_that_ship(
    name: str, adapters: dict[str, list[str]], sources: Sources
) -> None:
    profile = resolve_profile(name, sources, load_plugins())
    assert {kind: [c.name for c in components] for kind, components in profile.components.items()} == adapters
    assert profile.persona.id == "mira"
    assert profile.summary
