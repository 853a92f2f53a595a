import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tth.cli import main

DEMO = '''
import click
from pathlib import Path
from pydantic import BaseModel, ConfigDict, SecretStr
from tth import hookimpl
from tth.core.media import AudioChunk
from tth.errors import AdapterUnavailable

class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    speed: float = 1.0
    api_key: SecretStr | None = None
    note: str = ""

class Adapter:
    def __init__(self, options, shared):
        pass
    async def close(self):
        pass

class Mind(Adapter):
    async def generate(self, messages, *, control, tools=()):
        yield "Yes."

class Voice(Adapter):
    voices = ()
    async def synthesize(self, text, *, control, context):
        yield AudioChunk(bytes(range(1, 241)) * 20)

class Absent(Adapter):
    def __init__(self, options, shared):
        raise AdapterUnavailable("demo_absent", "the demo engine is not installed; run: pip install demo")

@hookimpl
def register_llm(register):
    register("demo_llm", Mind, summary="A mind for tests")

@hookimpl
def register_tts(register):
    register("demo_tts", Voice, config=Options, summary="A voice for tests")
    register("demo_absent", Absent, config=Options)

@hookimpl
def register_profiles(register):
    register("demo", Path(__file__).parent / "demo.yaml")

@hookimpl
def register_commands(cli):
    @cli.command()
    def wave():
        """Wave a hand."""
        click.echo("o/")
'''

PROFILE = """
summary: For tests
control: {emotion: {label: happy}}
components:
  llm: {primary: demo_llm}
  tts: {primary: demo_tts, api_key: sesame, note: "${DEMO_NOTE}", fallback: [demo_absent]}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own for configuration; another, empty one to be in."""
    (tmp_path / "here").mkdir()
    (tmp_path / "home" / "profiles").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("TTH_CONFIG_DIR", str(tmp_path / "home"))
    return tmp_path / "home"


def install(folder: Path, distribution: str, module: str, code: str) -> None:
    """Lay out a package as pip would."""
    name = distribution.replace("-", "_")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tth]\n{module} = {module}\n")
    (folder / f"{module}.py").write_text(code)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin that offers one of everything, installed for this test."""
    site = tmp_path / "site"
    install(site, "tth-demo", "demo_plugin", DEMO)
    (site / "demo.yaml").write_text(PROFILE)
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "demo_plugin", raising=False)
    monkeypatch.setenv("DEMO_NOTE", "whispered")
    return site


@pytest.fixture
def tth(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command and gives its exit status, output and errors."""

    def run(*args: str) -> tuple[int, str, str]:
        status = main(args)
        out, err = capsys.readouterr()
        return status, out, err

    return run
