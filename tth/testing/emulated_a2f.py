"""An emulated Audio2Face-3D service in the test's own process, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tth.emulators.a2f.emulator import Emulator, serving
from tth.emulators.a2f.options import EmulatorOptions, Security

QUICK = EmulatorOptions()
"""52 blendshapes, every frame as soon as its sound is there, nothing wrong."""


@asynccontextmanager
async def emulated_a2f(
    options: EmulatorOptions = QUICK, security: Security | None = None
) -> AsyncIterator[tuple[str, Emulator]]:
    """An Audio2Face-3D service on the running loop; gives its target, ``host:port``, and what it saw.

    ``emulator.records`` has each clip; ``emulator.break_now()`` and ``emulator.come_back()`` take the service away and
    bring it back on the same port.
    """
    emulator = Emulator(options, recording=True)
    async with serving(emulator, security=security) as target:
        yield target, emulator
