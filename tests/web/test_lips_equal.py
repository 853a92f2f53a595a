"""The page reads lips as Python does: the same poses, however the sound is cut."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from tests.face.lipsync.test_reader import random_model
from tests.web.speech import speech
from tools.lips_tables import TABLES, tables
from tth.face.lipsync.model import Model
from tth.face.lipsync.reader import LipReader

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("read_lips.mjs")
SHIPPED = Path(str(files("tth.face.lipsync") / "lips.npz"))
CUTS = ([1_000_000], [1], [128], [1, 160, 7, 2_000, 33])
CLOSE = 1e-3


def models() -> list[pytest.param]:
    """Random ones, and the one that ships."""
    params = [pytest.param(random_model(seed).to_bytes(), id=f"random {seed}") for seed in (1, 2)]
    return [*params, pytest.param(SHIPPED.read_bytes(), id="shipped")] if SHIPPED.exists() else params


@pytest.fixture(params=models())
def model(request) -> bytes:
    return request.param


@pytest.fixture(scope="module", params=["sounds", "the neural voice"])
def pcm(request) -> bytes:
    """PCM16 at 16 kHz."""
    return speech().tobytes() if request.param == "sounds" else asyncio.run(spoken()).tobytes()


async def spoken() -> npt.NDArray[np.int16]:
    pytest.importorskip("hibari", reason="needs the extra tth[voice]")
    from tth.builtins.hibari.engine import Engine
    from tth.builtins.hibari.prosody import Delivery

    engine = await Engine.load()
    try:
        text = "Papa may bring five more bubbles by boat. What a view!"
        how = Delivery()
        said = [await engine.speak(run, text, how, lead_ms=120, seed=0) for run in await engine.read(text)]
    finally:
        await engine.close()
    return soxr.resample(np.frombuffer(b"".join(each.pcm for each in said), "<i2"), 24_000, 16_000)


def in_the_page(folder: Path, model: bytes, pcm: bytes, requests: list[dict[str, object]]) -> list[list[dict]]:
    (folder / "lips.npz").write_bytes(model)
    (folder / "speech.pcm").write_bytes(pcm)
    command = [NODE, SCRIPT, folder / "lips.npz", folder / "speech.pcm"]
    run = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def in_python(model: bytes, pcm: bytes, *, live: bool, start_unit: int, tail_frames: int) -> list:
    reader = LipReader(Model.from_bytes(model), live=live, start_sample=start_unit)
    return [*reader.feed(pcm), *reader.flush(tail_frames)]


def test_the_tables_are_as_python_has_them():
    assert TABLES.read_text(encoding="utf-8") == tables(), "run: python -m tools.lips_tables"


@pytest.mark.skipif(NODE is None, reason="Node.js is not here")
@pytest.mark.parametrize("live", [True, False])
def test_the_page_gives_the_poses_of_python_however_the_sound_is_cut(tmp_path, model, pcm, live):
    requests = [
        {"live": live, "startUnit": start, "cuts": cuts, "tailFrames": tail}
        for cuts in CUTS
        for start, tail in ((0, 6), (1_234, 0))
    ]
    for request, poses in zip(requests, in_the_page(tmp_path, model, pcm, requests), strict=True):
        start, tail = int(request["startUnit"]), int(request["tailFrames"])
        wanted = in_python(model, pcm, live=live, start_unit=start, tail_frames=tail)
        assert [pose["unit"] for pose in poses] == [frame.sample for frame in wanted]
        assert apart(poses, wanted) < CLOSE


def apart(poses: list[dict], wanted: list) -> float:
    """The largest difference of any number."""
    mine = np.array([[*pose["weights"], pose["speaking"], pose["closure"]] for pose in poses])
    its = np.array([[*frame.weights, frame.speaking, frame.closure] for frame in wanted])
    return float(np.abs(mine - its).max())
