"""Personas: those that ship, those of the person, and their mistakes."""

from pathlib import Path

import pytest

from tth.config.personas import PALETTES, list_personas, read_persona
from tth.config.sources import Sources, read_sources
from tth.core.controls import EmotionLabel
from tth.errors import ConfigError

GOOD = "id: pip\nname: Pip\ninstructions: You are Pip.\n"


def test_four_personas_ship_each_with_its_own_look_and_character(sources: Sources) -> None:
    personas = {persona.id: persona for persona in list_personas(sources)}
    assert list(personas) == ["mira", "noor", "ori", "teo"]
    assert tuple(p.look["palette"] for p in personas.values()) == PALETTES
    assert len({p.control.character for p in personas.values()}) == 4
    for name, persona in personas.items():
        assert persona.control.character.persona_id == name
        assert persona.greeting
        assert persona.summary
        assert persona.name in persona.instructions


def test_a_persona_of_ones_own_is_listed_and_takes_the_place_of_a_shipped_one(home: Path) -> None:
    (home / "personas" / "pip.yaml").write_text(GOOD + "look: {palette: ori, hair: '#c86b4a', model: Pip 2.vrm}\n")
    (home / "personas" / "mira.yaml").write_text(GOOD.replace("id: pip", "id: mira"))
    personas = {p.id: p for p in list_personas(read_sources(environ={"TTH_CONFIG_DIR": str(home)}))}
    assert personas["pip"].look == {"palette": "ori", "hair": "#c86b4a", "model": "Pip 2.vrm"}
    assert personas["mira"].name == "Pip"
    assert personas["mira"].control.emotion.label is None
    assert personas["mira"].control.label is EmotionLabel.NEUTRAL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "colour: red\n", "4: colour: no such key; use one of "),
        (GOOD + "instrutions: x\n", "4: instrutions: no such key; did you mean instructions?"),
        ("id: pip\nname: Pip\n", "1: instructions: is missing; write 'instructions: ...'"),
        (GOOD.replace("id: pip", "id: pop"), "1: id: 'pop' is not the file's name; write 'id: pip'"),
        (GOOD + "look: {palette: mara}\n", "4: look.palette: no palette named 'mara'; did you mean mira?"),
        (GOOD + "look: {model: ../a.glb}\n", "4: look.model: '../a.glb' is not the name of a model; write the name"),
        (GOOD + "look: {model: a.fbx}\n", "4: look.model: 'a.fbx' is not the name of a model; write the name"),
        (GOOD + "look: {hair: red}\n", "4: look.hair: 'red' is not a colour; write it as '#c86b4a', in quotes"),
        (GOOD + "control: {emotion: {label: hapy}}\n", "4: control.emotion.label: no emotion named 'hapy'; did you"),
        (GOOD + "control: {character: {persona_id: x}}\n", "4: control.character.persona_id: no such key"),
        (GOOD + "control: {character: {pitch_shift: high}}\n", "4: control.character.pitch_shift: 'high' is not a num"),
        (GOOD + "greeting: 5\n", "4: greeting: 5 is not text; put it in quotes if it is text"),
    ],
)
def test_a_mistake_in_a_persona_names_file_line_and_key(text: str, message: str, home: Path) -> None:
    (home / "personas" / "pip.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_persona(home / "personas" / "pip.yaml")
    assert f"pip.yaml:{message}" in str(caught.value)


def test_a_persona_that_cannot_be_used_is_left_out_of_the_list_with_a_line_in_the_log(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "personas" / "pip.yaml").write_text("id: pip\n")
    assert [p.id for p in list_personas(read_sources(environ={"TTH_CONFIG_DIR": str(home)}))] == [
        "mira",
        "noor",
        "ori",
        "teo",
    ]
    assert "persona left out: " in caplog.text
    assert "pip.yaml:1: name: is missing" in caplog.text
