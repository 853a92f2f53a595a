from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tth.config.sources import Sources, read_sources
from tth.plugins.offers import Offer, Plugin
from tth.plugins.registry import Registry


class VoiceOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    speed: float = Field(1.0, ge=0.5, le=2, description="Pace of the voice.")
    voice: Literal["heart", "river"] = "heart"


class ModelOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="The model's name.")
    api_key: SecretStr | None = None
    temperature: float = Field(1.0, strict=True)


def offer(kind: str, name: str, config: type[BaseModel] | None = None) -> Offer:
    return Offer(kind=kind, name=name, adapter=object, config=config, distribution="testing", version="1")


@pytest.fixture
def registry() -> Registry:
    offers = (
        offer("llm", "echo"),
        offer("llm", "cloud", ModelOptions),
        offer("tts", "hibari", VoiceOptions),
        offer("tts", "pico", VoiceOptions),
        offer("tts", "tones"),
        offer("realtime", "live", ModelOptions),
        offer("avatar", "stub_avatar"),
    )
    working = Plugin(name="testing", module="testing", distribution="testing", version="1", offers=offers)
    broken = Plugin(
        name="marble", module="marble", distribution="tth-marble", version="2", problem="ImportError: no marble here"
    )
    return Registry((working, broken))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own configuration folder; the current folder is another, empty one."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    home = tmp_path / "home"
    (home / "profiles").mkdir(parents=True)
    (home / "personas").mkdir()
    return home


@pytest.fixture
def sources(home: Path) -> Sources:
    return read_sources(environ={"TTH_CONFIG_DIR": str(home)})
