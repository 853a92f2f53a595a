"""The page about the mind says what the code does."""

import re
from pathlib import Path

from tests.builtins.scripted.talk import Talk
from tth.builtins.scripted.options import ScriptedOptions
from tth.builtins.scripted.reader import FILE_KEYS, INTENT_KEYS
from tth.builtins.scripted.skills import SKILLS

PAGE = (Path(__file__).parents[3] / "docs" / "mind.md").read_text(encoding="utf-8")


def test_every_key_has_a_heading_and_nothing_else_has():
    assert sorted(re.findall(r"^### `(\w+)`", PAGE, re.MULTILINE)) == sorted([*FILE_KEYS, *INTENT_KEYS])


def test_every_option_is_in_the_table_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([\w.]+)`? \|", PAGE, re.MULTILINE))
    assert rows == {name: str(field.default) for name, field in ScriptedOptions.model_fields.items()}


def test_every_skill_is_in_the_table_with_its_cases_and_slots():
    table = PAGE[PAGE.index("## Skills") :]
    rows = re.findall(r"^\| `(\w+)` \| [^|\n]+ \| ?([^|\n]*?) ?\| ?([^|\n]*?) ?\|$", table, re.MULTILINE)
    told = {name: (cases, slots) for name, cases, slots in rows}
    assert told == {name: (", ".join(skill.cases), ", ".join(sorted(skill.slots))) for name, skill in SKILLS.items()}


async def test_the_example_dialogue_works(tmp_path):
    example = re.search(r"```yaml\n(# shop\.yaml\n.*?)```", PAGE, re.DOTALL)
    assert example is not None
    file = tmp_path / "shop.yaml"
    file.write_text(example.group(1), encoding="utf-8")
    talk = Talk(dialogue=str(file))
    assert "nine to five" in await talk.hear("when are you open?")
    assert await talk.hear("where is the shop?") == "Twelve Harbour Street. Look for the blue door!"
    assert "84" in await talk.hear("12 times 7")
