"""The model, the recogniser and the face of docs/plugins.md, before the referee."""

import re
from pathlib import Path

from tth.testing.conformance import AvatarConformance, LLMConformance, STTConformance

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def shown(file: str) -> dict[str, object]:
    (block,) = re.findall(rf"^```python\n(# {file}\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(block, names)
    return names


class TestParrot(LLMConformance):
    def make(self, shared):
        return shown("tth_parrot.py")["Parrot"](None, shared)


class TestClockWatcher(STTConformance):
    def make(self, shared):
        return shown("tth_clock_watcher.py")["ClockWatcher"](None, shared)


class TestFlap(AvatarConformance):
    def make(self, shared):
        return shown("tth_flap.py")["Flap"](None, shared)
