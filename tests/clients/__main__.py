"""``python -m tests.clients [NAME ...]``: real clients of the Realtime protocol and of Audio2Face-3D, against the
emulated servers.

Each client is installed from the package index into a virtual environment of its own, as today's release of it, and
run as a program of its own. What it holds is printed line by line; the exit code is 1 where something fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import venv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from tests.clients.a2f_services import as_expected, services
from tests.wire.realtime_server.strict import check
from tth.emulators.openai.emulator import Record
from tth.testing.emulated import QUICK, emulated_openai

ROOT = Path(__file__).resolve().parents[2]
INSTALL_LIMIT_S = 900.0
LIMIT_S = 300.0

# Slow enough that a long answer can be cut, quick enough for a short one to take no time.
OPTIONS = replace(QUICK, pace=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program in ``tests.clients``.

    Attributes:
        module: Its name there.
        requirements: What it needs, as pip takes it.
        sends: What a client of this kind sends by itself when it is interrupted, or to know more; that it did is
            checked at the server. Empty for a client of Audio2Face-3D.
    """

    module: str
    requirements: tuple[str, ...]
    sends: frozenset[str] = frozenset()


TRUNCATE, CANCEL, CLEAR = "conversation.item.truncate", "response.cancel", "input_audio_buffer.clear"
RETRIEVE, DELETE = "conversation.item.retrieve", "conversation.item.delete"

CLIENTS = {
    "openai": Client(
        module="openai_sdk", requirements=("openai[realtime]",), sends=frozenset({TRUNCATE, CANCEL, RETRIEVE, DELETE})
    ),
    "openai-agents": Client(
        module="openai_agents_realtime",
        requirements=("openai-agents[voice]",),
        sends=frozenset({TRUNCATE, CANCEL, RETRIEVE}),
    ),
    "pipecat": Client(
        module="pipecat_realtime",
        requirements=("pipecat-ai[openai]",),
        sends=frozenset({TRUNCATE, CANCEL, CLEAR, RETRIEVE}),
    ),
    "livekit": Client(
        module="livekit_realtime",
        requirements=("livekit-agents", "livekit-plugins-openai"),
        sends=frozenset({TRUNCATE, CANCEL, DELETE}),
    ),
}

NVIDIA = "nvidia-a2f"
CLIENTS[NVIDIA] = Client(module="nvidia_a2f", requirements=("nvidia-audio2face-3d", "grpcio-health-checking"))


async def run(*command: str | Path, limit_s: float) -> int:
    """Run a program to its end; gives its exit code, and ends it where it takes too long."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTHON"))}
    variables["LOGURU_LEVEL"] = "ERROR"  # what pipecat logs with
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=variables)
    try:
        async with asyncio.timeout(limit_s):
            return await process.wait()
    except TimeoutError:
        print(f"FAILS  it takes no more than {limit_s:g} s", flush=True)
        return 1
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def environment(name: str, client: Client, folder: Path) -> Path:
    """The Python of the client's own environment, made where there is none yet.

    Raises:
        SystemExit: It cannot be installed.
    """
    here = folder / name
    python = here / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (here / "ready").exists():
        await asyncio.to_thread(venv.create, here, clear=True, with_pip=True)
        install = [python, "-m", "pip", "--disable-pip-version-check", "-qq", "install", *client.requirements]
        if await run(*install, limit_s=INSTALL_LIMIT_S):
            raise SystemExit(f"{name} cannot be installed here")
        (here / "ready").touch()
    packages = [requirement.partition("[")[0] for requirement in client.requirements]
    versions = f"from importlib.metadata import version as v; print(*(f'{{n}} {{v(n)}}' for n in {packages}), sep=', ')"
    await run(python, "-c", versions, limit_s=60)
    return python


def accepted(records: list[Record]) -> bool:
    """Whether every event that went to a client is one that the official client's classes accept; tells of errors."""
    errors: Counter[str] = Counter()
    wrong = 0
    for record in records:
        for kind, text in record.sent:
            event = json.loads(text)
            if kind == "error":
                errors[event["error"]["code"]] += 1
            try:
                check(event)
            except (AssertionError, ValueError) as error:
                wrong += 1
                print(f"FAILS  {kind} is what the official client's class says: {error}")
    if not wrong:
        sent = sum(len(record.sent) for record in records)
        print(f"holds  all {sent} events on {len(records)} connections are what the official client's classes say")
    told = ", ".join(f"{code} ({count})" for code, count in errors.items()) or "none"
    print(f"       errors that the server told: {told}", flush=True)
    return not wrong


def did_send(client: Client, records: list[Record]) -> bool:
    """Whether the client sent all that it is expected to; tells what it sent."""
    counts = Counter(event["type"] for record in records for event in record.received)
    missing = client.sends - counts.keys()
    for kind in missing:
        print(f"FAILS  it sends {kind}")
    print(f"       it sent {', '.join(f'{kind} ({count})' for kind, count in counts.items())}", flush=True)
    return not missing


async def check_client(name: str, folder: Path) -> bool:
    """Whether everything holds with the client of that name."""
    client = CLIENTS[name]
    print(f"\n{name}: ", end="", flush=True)
    python = await environment(name, client, folder)
    if name == NVIDIA:
        return await check_a2f(client, python)
    async with emulated_openai(OPTIONS) as (url, emulator):
        code = await run(python, "-m", f"tests.clients.{client.module}", url, limit_s=LIMIT_S)
        checks = (accepted(emulator.records), did_send(client, emulator.records), code == 0)
        return all(checks)


async def check_a2f(client: Client, python: Path) -> bool:
    """Whether everything holds with a client of Audio2Face-3D."""
    with tempfile.TemporaryDirectory(prefix="tth-a2f-") as folder:
        async with services(Path(folder)) as (where, emulators):
            code = await run(python, "-m", f"tests.clients.{client.module}", str(where), limit_s=LIMIT_S)
            return as_expected(emulators) and code == 0


async def check_all(names: list[str], folder: Path) -> bool:
    """Whether everything holds with all of them, tried one after another."""
    return all([await check_client(name, folder) for name in names])


def main() -> None:
    """Read the arguments and check."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__.partition("\n\n")[2])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CLIENTS)}; all where none is given")
    parser.add_argument("--environments", type=Path, metavar="FOLDER", help="keep them there, to be used again")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(CLIENTS):
        parser.error(f"there is no client {', '.join(sorted(unknown))}; use {', '.join(CLIENTS)}")
    with tempfile.TemporaryDirectory(prefix="tth-clients-") as temporary:
        folder = arguments.environments or Path(temporary)
        sys.exit(not asyncio.run(check_all(arguments.names or list(CLIENTS), folder.absolute())))


if __name__ == "__main__":
    main()
