"""Settings: their layers, their variables, and the file that lists them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tth.config.folders import shipped_folder, user_folder
from tth.config.keys import VARIABLES, find_key
from tth.config.settings import Settings, variables
from tth.config.sources import Sources, read_settings, read_sources
from tth.errors import ConfigError

ROOT = Path(__file__).parents[2]


def test_the_shipped_file_says_the_defaults(sources: Sources) -> None:
    assert read_settings(sources) == Settings()


def test_the_persons_file_lies_over_the_shipped_one_and_is_laid_over_by_environment_and_command_line(
    home: Path,
) -> None:
    (home / "base.yaml").write_text("port: 1\nhost: 0.0.0.0\nlimits: {sessions: 3}\nlog_level: debug\n")
    environ = {"TTH_CONFIG_DIR": str(home), "TTH_PORT": "2", "TTH_LOG_LEVEL": "error", "TTH_LIMITS__TEXT_CHARS": "5"}
    settings = read_settings(read_sources(["port=3"], environ=environ))
    assert (settings.port, settings.host, settings.log_level) == (3, "0.0.0.0", "error")
    assert (settings.limits.sessions, settings.limits.text_chars, settings.limits.drain_s) == (3, 5, 30)


def test_an_empty_variable_is_as_if_it_were_not_set(home: Path) -> None:
    settings = read_settings(read_sources(environ={"TTH_CONFIG_DIR": str(home), "TTH_PORT": "", "TTH_API_KEY": " "}))
    assert settings == Settings()


def test_a_key_of_digits_stays_as_it_was_written_and_is_never_shown(home: Path) -> None:
    settings = read_settings(read_sources(environ={"TTH_CONFIG_DIR": str(home), "TTH_API_KEY": "007e5"}))
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "007e5"
    assert "007e5" not in repr(settings)


def test_a_variable_of_another_program_is_passed_over(home: Path) -> None:
    environ = {"TTH_CONFIG_DIR": str(home), "TTH_SCREENSHOTS": "x", "TTH_": "y", "TTH_PORT__": ""}
    assert read_settings(read_sources(environ=environ)) == Settings()


def test_an_unknown_setting_in_a_file_is_told_with_its_near_miss(home: Path) -> None:
    (home / "base.yaml").write_text("host: 127.0.0.1\nprot: 1\n")
    with pytest.raises(ConfigError, match=r"base\.yaml:2: prot: no such key; did you mean port\?"):
        read_settings(read_sources(environ={"TTH_CONFIG_DIR": str(home)}))


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_the_environment_example_lists_every_variable_with_its_meaning_and_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = dict(re.fullmatch(r"#?(TTH_\w+)=(.*)", line).groups() for line in lines if re.match("#?TTH_", line))
    listed = {name: value for name, value in listed.items() if name not in VARIABLES}
    expected = {name: "" if default in (None, ()) else str(default) for name, _, default in variables()}
    assert {name: value.strip("'") for name, value in listed.items()} == {
        name: value.lower() if value in ("True", "False") else value.removesuffix(".0")
        for name, value in expected.items()
    }
    for name, meaning, _ in variables():
        assert f"# {meaning}" in lines, name
    for name, meaning in VARIABLES.items():
        assert lines[lines.index(f"# {meaning}") + 1] == f"#{name}="


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TTH_CONFIG_DIR": "/a", "XDG_CONFIG_HOME": "/b"}, Path("/a")),
        ({"XDG_CONFIG_HOME": "/b"}, Path("/b/tth")),
        ({"XDG_CONFIG_HOME": "relative"}, Path.home() / ".config" / "tth"),
        ({}, Path.home() / ".config" / "tth"),
    ],
)
def test_the_persons_folder_follows_the_xdg_rules(environ: dict[str, str], expected: Path) -> None:
    assert user_folder(environ).config == expected


def test_the_shipped_files_are_found_from_any_folder(home: Path) -> None:
    folder = shipped_folder()
    assert (folder.config / "base.yaml").is_file()
    assert (folder.profiles / "offline.yaml").is_file()
    assert (folder.personas / "mira.yaml").is_file()


@pytest.mark.parametrize("value", ["sk-1\n2", "a b", "sk-\x00", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_key("OPENAI_API_KEY", {"OPENAI_API_KEY": value})
    assert "OPENAI_API_KEY: holds a line break" in str(caught.value)
    assert value not in str(caught.value)


def test_a_key_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xef\xbb\xbfsk-1\r\n")
    assert find_key("OPENAI_API_KEY", {"OPENAI_API_KEY_FILE": str(file)}) == "sk-1"
