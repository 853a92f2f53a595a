"""The profiles that docs/audio2face.md shows can be used as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tth.builtins.a2f.options import A2FOptions
from tth.emulators.a2f.faults import Faults

PAGE = (Path(__file__).parents[3] / "docs" / "audio2face.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [block for block in BLOCKS if "extends:" in block]
FAULTS = [block for block in BLOCKS if "faults:" in block]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.splitlines()[0])
def test_every_example_is_a_profile_with_options_that_are_right(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    profile = yaml.safe_load(example)
    avatar = profile["components"]["avatar"]
    assert profile["extends"] in ("offline+a2f", "openai_realtime+a2f")
    assert (avatar.pop("primary"), avatar.pop("fallback")) == ("a2f", ["phoneme", "stub_avatar"])
    for file in (tmp_path / avatar[key] for key in ("ca", "certificate", "key") if key in avatar):
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert A2FOptions.model_validate(avatar) != A2FOptions()


def test_the_script_of_faults_is_one():
    assert EXAMPLES
    (script,) = FAULTS
    assert len(Faults.model_validate(yaml.safe_load(script)).faults) == 5
