"""The profile that docs/lipsync.md shows can be used as it stands, and its table has every option."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tth.builtins.lipsync.options import LipsyncOptions
from tth.config.document import Origin
from tth.config.sources import PROFILE_KEYS
from tth.config.yaml_reader import parse_yaml

PAGE = (Path(__file__).parents[3] / "docs" / "lipsync.md").read_text(encoding="utf-8")
PART = PAGE.partition("## In a profile\n")[2].partition("\n## ")[0]


def test_the_example_is_a_profile_with_options_that_are_right():
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PART, re.MULTILINE | re.DOTALL)
    assert parse_yaml(example, Origin(source="docs", line=1)).only(PROFILE_KEYS)
    avatar = yaml.safe_load(example)["components"]["avatar"]
    assert (avatar.pop("primary"), avatar.pop("fallback")) == ("lipsync", ["stub_avatar"])
    assert LipsyncOptions.model_validate(avatar) == LipsyncOptions(live=True)


def test_the_table_has_every_option_with_its_default():
    listed = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", PART, re.MULTILINE))
    assert listed == {name: str(value).lower() for name, value in LipsyncOptions().model_dump().items()}
