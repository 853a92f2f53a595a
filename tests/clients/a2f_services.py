"""The Audio2Face-3D services that a client is tried on, each of another kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.emulators.a2f.certificates import Authority
from tth.emulators.a2f.emulator import Emulator
from tth.emulators.a2f.options import EmulatorOptions, Security
from tth.testing.emulated_a2f import QUICK, emulated_a2f


@asynccontextmanager
async def services(folder: Path) -> AsyncIterator[tuple[Path, list[Emulator]]]:
    """All of them; gives a file that says where they are, and what they saw."""
    authority = Authority(folder)
    certificate, key = authority.issue("server")
    own, own_key = authority.files("client")
    tls = Security(certificate=certificate, key=key)
    mutual = Security(certificate=certificate, key=key, client_ca=authority.pem)
    kinds: dict[str, tuple[EmulatorOptions, Security | None]] = {
        "plain": (QUICK, None),
        "tls": (QUICK, tls),
        "mutual": (QUICK, mutual),
        "hosted": (EmulatorOptions(key="secret", function_id="0961a6da"), None),
        "full": (EmulatorOptions(streams=1), None),
    }
    async with AsyncExitStack() as stack:
        started = {name: await stack.enter_async_context(emulated_a2f(*kind)) for name, kind in kinds.items()}
        where = {name: target for name, (target, _) in started.items()}
        where |= {"ca": str(authority.file), "certificate": str(own), "key": str(own_key)}
        file = folder / "where.json"
        file.write_text(json.dumps(where))
        yield file, [emulator for _, emulator in started.values()]


def as_expected(emulators: Iterable[Emulator]) -> bool:
    """Whether every clip ended as the client meant it to; tells how they ended."""
    counts: Counter[str] = Counter()
    for emulator in emulators:
        counts.update(emulator.ledger.endings)
    told = ", ".join(f"{ending} ({count})" for ending, count in counts.items())
    print(f"       the services saw these ends of clips: {told}", flush=True)
    still = sum(emulator.ledger.open for emulator in emulators)
    if still or counts["cut"] or counts["cancelled"] > 1 or not counts["complete"]:
        print(f"FAILS  no clip is left open ({still}) and none ends but whole, refused or by the client's wish")
        return False
    return True
