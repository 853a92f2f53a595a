"""What a profile adds up to: what it extends, environment, command line, persona, fallbacks."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tth.config.finding import list_profiles
from tth.config.profiles import Profile, resolve_profile
from tth.config.sources import read_sources
from tth.core.controls import EmotionLabel
from tth.plugins.registry import Registry

BASE = """
summary: The lower one
persona: noor
voice_map: {happy: nova}
control: {character: {speech_rate: 0.9}}
deadlines: {first_sound_s: 2}
components:
  llm: {primary: cloud, model: small, api_key: "${CLOUD_KEY}"}
  tts: {primary: hibari, speed: 1.5, fallback: [{pico: {speed: 0.8}}, tones]}
  avatar: {primary: stub_avatar}
"""


@pytest.fixture
def resolve(home: Path, registry: Registry):
    (home / "profiles" / "lower.yaml").write_text(BASE)

    def _resolve(text: str = "extends: lower\n", *sets: str, trust: bool = False, **environ: str) -> Profile:
        Path("upper.yaml").write_text(text)
        sources = read_sources(sets, trust=trust, environ={"TTH_CONFIG_DIR": str(home), "CLOUD_KEY": "77", **environ})
        return resolve_profile("upper.yaml", sources, registry, typed=True)

    return _resolve


def options(profile: Profile, kind: str, place: int = 0) -> dict[str, object]:
    return profile.components[kind][place].options.model_dump()


def test_a_profile_shows_what_it_extends(resolve) -> None:
    profile = resolve()
    assert (profile.name, profile.source, profile.summary) == ("upper", "upper.yaml", "The lower one")
    assert [c.name for c in profile.components["tts"]] == ["hibari", "pico", "tones"]
    assert options(profile, "tts")["speed"] == 1.5
    assert options(profile, "tts", 1)["speed"] == 0.8
    assert list(profile.components) == ["llm", "tts", "avatar"]
    assert profile.voice_map == {EmotionLabel.HAPPY: "nova"}
    assert profile.control.speech_rate == 0.9
    assert profile.deadlines.first_sound_s == 2
    assert profile.persona.id == "noor"


def test_the_upper_key_wins_and_its_neighbours_stay(resolve) -> None:
    profile = resolve("extends: lower\nsummary: Mine\ncomponents: {llm: {model: big}}\n")
    assert profile.summary == "Mine"
    assert options(profile, "llm") == {"model": "big", "api_key": SecretStr("77"), "temperature": 1.0}


def test_a_new_primary_leaves_the_old_ones_options_behind_and_keeps_the_fallbacks(resolve) -> None:
    profile = resolve("extends: lower\ncomponents: {tts: {primary: pico}}\n")
    assert [c.name for c in profile.components["tts"]] == ["pico", "pico", "tones"]
    assert options(profile, "tts")["speed"] == 1.0


def test_an_empty_component_is_taken_out(resolve) -> None:
    profile = resolve("extends: lower\ncomponents: {llm: , tts: null, realtime: {primary: live, model: m}}\n")
    assert list(profile.components) == ["realtime", "avatar"]


def test_the_environment_lies_over_the_profile_and_the_command_line_over_both(resolve) -> None:
    environ = {"TTH_COMPONENTS__TTS__SPEED": "0.7", "TTH_COMPONENTS__TTS__VOICE": "river", "TTH_PERSONA": "ori"}
    profile = resolve("extends: lower\n", "components.tts.speed=0.6", "deadlines.connect_s=9", **environ)
    assert options(profile, "tts") == {"speed": 0.6, "voice": "river"}
    assert profile.persona.id == "ori"
    assert (profile.deadlines.first_sound_s, profile.deadlines.connect_s) == (2, 9)


def test_the_environment_may_choose_another_adapter_and_a_list(resolve) -> None:
    environ = {"TTH_COMPONENTS__TTS__PRIMARY": "pico", "TTH_COMPONENTS__TTS__FALLBACK": "[tones]"}
    profile = resolve(**environ)
    assert [c.name for c in profile.components["tts"]] == ["pico", "tones"]


def test_a_value_from_outside_is_text_where_text_is_wanted(resolve) -> None:
    profile = resolve("extends: lower\n", "components.llm.model=4", "components.llm.temperature=4")
    assert options(profile, "llm") == {"model": "4", "api_key": SecretStr("77"), "temperature": 4.0}


def test_a_variable_may_stand_within_a_text_and_a_doubled_dollar_is_one(resolve) -> None:
    profile = resolve('extends: lower\ncomponents: {llm: {model: "m-${SIZE}-$${SIZE}-$5"}}\n', SIZE="big")
    assert options(profile, "llm")["model"] == "m-big-${SIZE}-$5"


def test_a_variable_of_an_option_that_was_replaced_is_not_asked_for(resolve) -> None:
    profile = resolve("extends: lower\ncomponents: {llm: {primary: echo}}\n", CLOUD_KEY="")
    assert profile.components["llm"][0].options is None


def test_a_profile_may_extend_one_of_its_own_name_further_down(home: Path, registry: Registry) -> None:
    (home / "profiles" / "offline_mock.yaml").write_text(
        "extends: offline_mock\nsummary: Mine\ncomponents:\n"
        "  stt: null\n  llm: {primary: echo}\n  tts: {primary: tones}\n  avatar: {primary: stub_avatar}\n"
    )
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home)})
    profile = resolve_profile("offline_mock", sources, registry)
    assert profile.summary == "Mine"
    assert profile.source == str(home / "profiles" / "offline_mock.yaml")


def test_a_typed_file_may_extend_the_one_beside_it(resolve) -> None:
    Path("mine.yaml").write_text("extends: lower\nsummary: Beside\n")
    assert resolve("extends: mine\n").summary == "Beside"


def test_names_may_hold_a_plus(home: Path, registry: Registry) -> None:
    (home / "profiles" / "live+a2f.yaml").write_text("components: {realtime: {primary: live, model: m}}\n")
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home)})
    assert resolve_profile("live+a2f", sources, registry).name == "live+a2f"


def test_the_current_folder_is_looked_in_only_where_it_is_trusted(home: Path, registry: Registry) -> None:
    Path("profiles").mkdir()
    Path("profiles/local.yaml").write_text("summary: Here\n")
    environ = {"TTH_CONFIG_DIR": str(home)}

    def names(trust: bool) -> set[str]:
        return {entry.name for entry in list_profiles(read_sources(trust=trust, environ=environ), {})}

    assert names(trust=True) - names(trust=False) == {"local"}


def test_the_persons_own_profile_comes_first_and_a_broken_one_is_listed_with_its_problem(home: Path) -> None:
    (home / "profiles" / "offline.yaml").write_text("summary: Mine\n")
    (home / "profiles" / "odd.yaml").write_text("summary: [\n")
    entries = {e.name: e for e in list_profiles(read_sources(environ={"TTH_CONFIG_DIR": str(home)}), {})}
    assert entries["offline"].summary == "Mine"
    assert "odd.yaml:2: not valid YAML" in entries["odd"].problem


def test_a_plugins_profile_is_found_by_its_name_after_the_shipped_ones(home: Path, tmp_path: Path) -> None:
    theirs, taken = tmp_path / "theirs.yaml", tmp_path / "taken.yaml"
    theirs.write_text("summary: Theirs\n")
    taken.write_text("summary: Taken\n")
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home)})
    entries = {e.name: e.summary for e in list_profiles(sources, {"theirs": theirs, "offline": taken})}
    assert entries["theirs"] == "Theirs"
    assert entries["offline"] != "Taken"
