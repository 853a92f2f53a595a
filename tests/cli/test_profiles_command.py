"""``tth profiles``: list, show, check."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

Run = Callable[..., tuple[int, str, str]]


def test_every_profile_is_listed_and_the_default_is_marked(demo: Path, home: Path, tth: Run) -> None:
    (home / "profiles" / "mine.yaml").write_text("summary: My own\n")
    status, out, _ = tth("profiles")
    rows = {line.split("  ")[0]: line for line in out.splitlines()}
    assert status == 0
    assert "My own" in rows["mine"]
    assert "For tests" in rows["demo"]
    assert "offline *" in rows


def test_the_list_is_json_for_programs(demo: Path, tth: Run) -> None:
    listed = json.loads(tth("profiles", "--json")[1])
    assert listed["default"] == "offline"
    assert {"name": "demo", "source": str(demo / "demo.yaml"), "summary": "For tests", "problem": ""} in listed[
        "profiles"
    ]


def test_show_says_where_each_value_was_written_and_masks_secrets(demo: Path, tth: Run) -> None:
    status, out, _ = tth("profiles", "show", "demo", "--set", "persona=ori")
    assert status == 0
    lines = {line.strip().split(":")[0]: " ".join(line.split()) for line in out.splitlines()}
    assert lines["persona"] == "persona: ori # command line: --set persona"
    assert lines["speed"] == "speed: 1.0 # default"
    assert lines["label"] == f"label: happy # {demo}/demo.yaml:3"
    assert lines["api_key"] == f"api_key: '**********' # {demo}/demo.yaml:6"
    assert lines["note"] == f"note: ${{DEMO_NOTE}} # {demo}/demo.yaml:6"
    assert lines["connect_s"] == "connect_s: 5.0 # settings"
    assert "sesame" not in out
    assert "whispered" not in out


def test_what_show_prints_is_a_profile_and_what_json_says_is_the_same(demo: Path, tth: Run) -> None:
    printed = yaml.safe_load(tth("profiles", "show", "demo")[1])
    as_json = json.loads(tth("profiles", "show", "demo", "--json")[1])
    assert as_json.pop("name") == "demo"
    assert as_json.pop("source") == str(demo / "demo.yaml")
    assert printed == {key: value for key, value in as_json.items() if value}
    Path("copy.yaml").write_text(yaml.safe_dump(printed))
    assert tth("profiles", "check", "copy.yaml") == (0, "copy.yaml: fine\n", "")


def test_check_tells_of_each_file(demo: Path, tth: Run) -> None:
    Path("good.yaml").write_text("extends: demo\n")
    Path("bad.yaml").write_text("extends: demo\npersona: moon\n")
    status, out, err = tth("profiles", "check", "good.yaml", "bad.yaml", "demo")
    assert status == 1
    assert out == "good.yaml: fine\ndemo: fine\n"
    assert err == "error: bad.yaml:2: persona: no persona named 'moon'; use one of mira, noor, ori, teo\n"


def test_the_current_folder_counts_only_where_it_is_trusted(demo: Path, tth: Run) -> None:
    Path("profiles").mkdir()
    Path("profiles/local.yaml").write_text("extends: demo\nsummary: Here\n")
    assert tth("profiles", "show", "local")[0] == 2
    assert "summary: Here" in tth("profiles", "show", "local", "--trust")[1]
    assert "summary: Here" in tth("profiles", "show", "profiles/local.yaml")[1]


def test_check_tells_every_mistake_of_a_file_in_a_line_of_its_own(tth: Run) -> None:
    Path("bad.yaml").write_text("extends: offline\npersona: moon\nsumary: x\n")
    status, out, err = tth("profiles", "check", "bad.yaml")
    assert (status, out) == (1, "")
    assert [line.split(";")[0] for line in err.splitlines()] == [
        "error: bad.yaml:2: persona: no persona named 'moon'",
        "error: bad.yaml:3: sumary: no such key",
    ]
    assert tth("ask", "hello", "-p", "bad.yaml") == (1, "", err)


@pytest.mark.parametrize(
    ("name", "told"),
    [("eng", "there is no dialogue 'eng'; did you mean en?"), ("./shpo.yaml", "did you mean shop.yaml?")],
)
def test_a_dialogue_that_is_not_there_is_a_mistake(name: str, told: str, tth: Run) -> None:
    Path("shop.yaml").touch()
    Path("bad.yaml").write_text(f"extends: offline\ncomponents:\n  llm:\n    dialogue: {name}\n")
    status, _, err = tth("profiles", "check", "bad.yaml")
    assert status == 1
    assert err.startswith("error: bad.yaml:4: components.llm.dialogue: there is no dialogue ")
    assert told in err
