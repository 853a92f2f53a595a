"""The plugin's voice before the referee."""

from tth_beep import Beep, BeepOptions

from tth.adapters import Shared, TTSAdapter
from tth.testing.conformance import TTSConformance


class TestBeep(TTSConformance):
    def make(self, shared: Shared) -> TTSAdapter:
        return Beep(BeepOptions(), shared)
