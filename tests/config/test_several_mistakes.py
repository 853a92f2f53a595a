"""All mistakes of a profile are told at once, in the order of its lines, and none that only follows from another."""

from pathlib import Path

import pytest

from tth.config.mistakes import Mistakes, SeveralMistakes, each_mistake
from tth.config.personas import read_persona
from tth.config.profiles import resolve_profile
from tth.config.sources import Sources, read_settings, read_sources
from tth.errors import ConfigError, ProfileError
from tth.plugins.registry import Registry

MANY = """
extends: nobody
sumary: x
persona: meera
voice_map: {hapy: echo, sad: [1]}
control:
  emotion: {label: hapy, intensity: 4}
  charakter: {}
components:
  llm:
    primary: cloud
    temprature: 1
    api_key: ${NIX}
  tts:
    primary: hibary
    fallback: [pico, nix, {hibari: {speed: 9, voice: hart}}]
  avatar: {primary: stub_avatar, x: 1, y: 2}
  sst: {primary: ears}
deadlines: {conect_s: 9, token_gap_s: x}
"""


def told(text: str, sources: Sources, registry: Registry) -> list[str]:
    """Line and key of each mistake of a profile."""
    Path("bad.yaml").write_text(text)
    with pytest.raises(ProfileError) as caught:
        resolve_profile("bad.yaml", sources, registry, typed=True)
    mistakes = each_mistake(caught.value)
    assert all(isinstance(each, ConfigError) and each.source == "bad.yaml" for each in mistakes)
    return [f"{each.line} {each.key}" for each in mistakes if isinstance(each, ConfigError)]


def test_every_mistake_is_told_in_the_order_of_the_lines(sources: Sources, registry: Registry) -> None:
    assert told(MANY, sources, registry) == [
        "2 extends",
        "3 sumary",
        "4 persona",
        "5 voice_map.hapy",
        "5 voice_map.sad",
        "7 control.emotion.label",
        "7 control.emotion.intensity",
        "8 control.charakter",
        "10 components.llm.model",
        "12 components.llm.temprature",
        "13 components.llm.api_key",
        "15 components.tts.primary",
        "16 components.tts.fallback.1",
        "16 components.tts.fallback.2.hibari.speed",
        "16 components.tts.fallback.2.hibari.voice",
        "17 components.avatar.x",
        "17 components.avatar.y",
        "18 components.sst",
        "19 deadlines.token_gap_s",
        "19 deadlines.conect_s",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("componets: {llm: {primary: echo}}\n", ["1 componets"]),
        ("extends: nobody\n", ["1 extends"]),
        ("components: {lllm: {primary: echo}, tts: {primary: tones}}\n", ["1 components.lllm"]),
        ("components: {llm: {primary: '${NIX}'}, tts: {primary: tones}}\n", ["1 components.llm.primary"]),
    ],
)
def test_what_only_follows_from_a_mistake_is_not_told(
    text: str, expected: list[str], sources: Sources, registry: Registry
) -> None:
    assert told(text, sources, registry) == expected


def test_where_one_line_must_do_it_is_the_first_with_the_number_of_the_others(
    sources: Sources, registry: Registry
) -> None:
    Path("bad.yaml").write_text(MANY)
    with pytest.raises(SeveralMistakes, match=r"^bad\.yaml:2: extends: .* \(and 19 more mistakes\)$"):
        resolve_profile("bad.yaml", sources, registry, typed=True)


def test_all_mistakes_of_a_persona_are_told(home: Path) -> None:
    file = home / "personas" / "pip.yaml"
    file.write_text(
        "id: pop\nname: [x]\ngreting: hi\nlook:\n  palette: mirra\n  hair: red\ncontrol: {emotion: {label: x}}\n"
    )
    with pytest.raises(SeveralMistakes) as caught:
        read_persona(file)
    assert [(each.line, each.key) for each in caught.value.each] == [
        (1, "id"),
        (2, "name"),
        (3, "greting"),
        (5, "look.palette"),
        (6, "look.hair"),
        (7, "control.emotion.label"),
    ]


def test_all_wrong_settings_are_told(home: Path) -> None:
    (home / "base.yaml").write_text("port: x\nlog_level: loud\n")
    with pytest.raises(SeveralMistakes) as caught:
        read_settings(read_sources(environ={"TTH_CONFIG_DIR": str(home)}))
    assert [each.key for each in caught.value.each] == ["port", "log_level"]


def test_a_mistake_of_an_option_names_the_option_that_was_typed(home: Path, registry: Registry) -> None:
    Path("good.yaml").write_text("components: {llm: {primary: echo}, tts: {primary: tones}}\n")
    sources = read_sources(["persona=ori"], options={"persona": "bob"}, environ={"TTH_CONFIG_DIR": str(home)})
    with pytest.raises(ProfileError, match=r"^command line: --persona: no persona named 'bob'"):
        resolve_profile("good.yaml", sources, registry, typed=True)


def test_no_mistakes_are_nothing_to_tell() -> None:
    mistakes = Mistakes()
    with mistakes.kept():
        pass
    mistakes.tell()
    assert not mistakes
