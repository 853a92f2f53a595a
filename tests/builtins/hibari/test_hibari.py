"""The voice before the referee."""

from __future__ import annotations

import pytest

from tth.testing.conformance import TTSConformance

pytest.importorskip("hibari", reason="needs the extra tth[voice]")
from tth.builtins.hibari.tts import HibariTTS


class TestHibari(TTSConformance):
    def make(self, shared):
        return HibariTTS(None, shared)
