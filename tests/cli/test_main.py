"""The command line as a whole: help, mistakes, exit statuses, commands of plugins."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tth as package
from tth.cli.commands import COMMANDS, cli

Run = Callable[..., tuple[int, str, str]]


def test_the_version_is_told(tth: Run) -> None:
    assert tth("--version") == (0, f"tth {package.__version__}\n", "")


@pytest.mark.parametrize("args", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(args: tuple[str, ...], tth: Run) -> None:
    status, out, _ = tth(*args)
    assert status == 0
    for name, entry in COMMANDS.items():
        assert f"  {name} " in out
        assert entry.summary in out


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_itself_what_the_list_says(name: str) -> None:
    command = cli.get_command(cli.make_context("tth", [name]), name)
    assert command is not None
    assert (command.help or "").splitlines()[0] == COMMANDS[name].summary


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (("profils",), 2, "error: no command 'profils'; did you mean profiles? It may be "),
        (("profiles", "show"), 2, "error: Missing argument 'NAME'; see 'tth profiles show --help'\n"),
        (("doctor", "--bogus"), 2, "error: No such option '--bogus'; see 'tth doctor --help'\n"),
        (("profiles", "show", "ofline"), 2, "error: profile ofline: there is none of that name; did you mean offline?"),
        (("doctor", "--set", "prot=1"), 2, "error: command line: --set prot: no such key; did you mean port?"),
    ],
)
def test_a_mistake_is_one_line_with_a_fix(args: tuple[str, ...], status: int, message: str, tth: Run) -> None:
    found, out, err = tth(*args)
    assert (found, out) == (status, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_a_mistake_in_the_environment_is_a_failure(tth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTH_PORT", "abc")
    message = "error: environment: TTH_PORT: 'abc' will not do; it should be a valid integer\n"
    assert tth("profiles") == (1, "", message)


def test_a_plugins_command_is_listed_and_run(demo: Path, tth: Run) -> None:
    assert "From plugins:\n  wave  Wave a hand.\n" in tth("--help")[1]
    assert tth("wave") == (0, "o/\n", "")


def _python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )


@pytest.mark.process
def test_help_imports_nothing_heavy_where_no_plugin_does() -> None:
    code = (
        "import sys, importlib.metadata as m; m.entry_points = lambda **_: m.EntryPoints();"
        "from tth.cli import main; main(['--help']);"
        "heavy = {'pydantic', 'yaml', 'rich', 'numpy', 'soxr', 'starlette', 'uvicorn', 'openai', 'grpc'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    assert _python(code).stderr == "[]\n"


@pytest.mark.process
def test_a_reader_that_goes_away_is_no_crash() -> None:
    code = "from tth.cli import main; import sys; sys.exit(main(['plugins', '--json']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


@pytest.mark.process
def test_no_color_is_respected_on_a_terminal() -> None:
    code = (
        "import os, pty, sys\n"
        "def read(fd):\n"
        "    data = os.read(fd, 4096); sys.stderr.buffer.write(data.replace(b'\\x1b', b'ESC')); return data\n"
        "pty.spawn([sys.executable, '-c', 'from tth.cli import main; main([\"--help\"]); main([\"plugins\"])'], read)\n"
    )
    if sys.platform == "win32":
        pytest.skip("there is no pty on Windows")
    assert "ESC[" in _python(code, NO_COLOR="").stderr
    assert "ESC[3" not in _python(code, NO_COLOR="1").stderr
