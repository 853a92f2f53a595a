"""A voice conversation, whole: a spoken file is the browser's microphone, the page talks to a real server.

By hand, for figures over more interruptions: ``TTH_INTERRUPTIONS=20 pytest -s tests/browser/test_voice.py``.
"""

from __future__ import annotations

import os
import re
import wave
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from listening import LIVE, way
from program import program, running
from test_page import until

from tests.hearing import voices
from tests.hearing.voices import RATE_HZ, Wave

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not find_spec("moonshine_cpp") or not find_spec("hibari"), reason="the extras are not here"),
]

QUESTION = "Hello, who are you?"
INTERRUPTION = "Wait a moment. Tell me about yourself."
INTERRUPTIONS = int(os.environ.get("TTH_INTERRUPTIONS", "2"))
QUIET_S, ANSWER_S = 1.5, 5.0
SILENT, SPOKEN, CLOSED = 0.003, 0.02, 0.06

# Each few milliseconds: the time, how loud microphone and page are, and how far the mouth is open.
TRACED = """
  const { mediaDevices } = navigator, ask = mediaDevices.getUserMedia.bind(mediaDevices);
  window.trace = [];
  mediaDevices.getUserMedia = async (wish) => {
    const stream = await ask({ audio: { ...wish.audio, noiseSuppression: false, autoGainControl: false } });
    const context = new AudioContext(), near = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(stream.clone()).connect(near);
    const far = tthDebug.player.meter(), buffer = new Float32Array(1024);
    const loud = (meter, size) => {
      const samples = buffer.subarray(0, size);
      meter.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / size);
    };
    setInterval(() => trace.push([
      performance.now(), loud(near, 512), loud(far, 1024), tthDebug.stage.pose.weights[17],
    ]), 5);
    return stream;
  };
"""


def person(text: str) -> Wave:
    """Somebody says it; in a thread, since a loop of Playwright's runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(voices.say, "hibari", text).result()


def spoken(path: Path, *parts: tuple[str, float]) -> str:
    """A file that says each text and is then quiet for so long."""
    quiet = np.zeros(int(QUIET_S * RATE_HZ), np.float32)
    waves = [quiet, *(np.concatenate([person(text), np.zeros(int(s * RATE_HZ))]) for text, s in parts)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.concatenate(waves) * 32_767).astype("<i2").tobytes())
    return str(path)


@pytest.fixture
def speaker(launch, tmp_path):
    """A browser whose microphone hears a person say this."""

    def make(*parts: tuple[str, float]):
        file = spoken(tmp_path / "person.wav", *parts)
        return launch(
            "no-user-gesture-required",
            [
                "--disable-3d-apis",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={file}%noloop",
            ],
        )

    return make


@pytest.fixture(scope="module")
def offline():
    with running("--profile", "offline") as address:
        yield address


@pytest.fixture(scope="module")
def provided():
    """The profile of OpenAI's voice, in front of the emulator."""
    with program("emulate", "openai", "--port", "0") as base:
        key = {"OPENAI_BASE_URL": f"{base}/v1", "OPENAI_API_KEY": "a-key"}
        with running("--profile", "openai_realtime", **key) as address:
            yield address


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def assert_understood(text: str, said: str) -> None:
    """Whatever a busy machine drops of the microphone's sound, it is this sentence and no other."""
    assert SequenceMatcher(None, " ".join(words(text)), " ".join(words(said))).ratio() > 0.7, text


def entries(page) -> list[str]:
    return page.locator("#entries li").all_inner_texts()


@pytest.mark.parametrize("server", ["offline", "provided"])
def test_a_question_into_the_open_microphone_is_understood_and_answered_and_the_face_moves(
    server, speaker, visit, request
):
    page = visit(speaker((QUESTION, 30)), f"{request.getfixturevalue(server)}/?debug=1")
    page.click("#talk")
    until(page, LIVE)
    until(page, "tthDebug.dialogue.turn && tthDebug.player.position().unit > 24000")
    until(page, "document.querySelector('#entries li.user')?.textContent")
    assert_understood(entries(page)[0], QUESTION)
    until(page, "(window.widest = Math.max(window.widest ?? 0, tthDebug.stage.pose.weights[17])) > 0.2")
    assert words(entries(page)[1])


@pytest.mark.parametrize("server", ["offline", "provided"])
def test_a_question_while_the_button_is_held_is_understood_and_answered(server, speaker, visit, request):
    page = visit(speaker((QUESTION, 30)), f"{request.getfixturevalue(server)}/?debug=1")
    way(page, "push")
    page.keyboard.down("F4")
    until(page, LIVE)
    page.wait_for_timeout(1000 * (QUIET_S + len(person(QUESTION)) / RATE_HZ + 0.5))
    page.keyboard.up("F4")
    until(page, "tthDebug.dialogue.turn && tthDebug.player.position().unit > 12000")
    until(page, "document.querySelector('#entries li.user')?.textContent")
    assert_understood(entries(page)[0], QUESTION)
    assert len(page.locator("#entries li.user").all()) == 1


def test_a_voice_over_the_answer_silences_it_and_shuts_its_mouth_in_time(offline, speaker, visit):
    parts = [(QUESTION, ANSWER_S), *[(INTERRUPTION, ANSWER_S)] * INTERRUPTIONS]
    page = visit(speaker(*parts), "about:blank", ready=False)
    page.add_init_script(TRACED)
    page.goto(f"{offline}/?debug=1")
    page.wait_for_selector('#state[data-state="ready"]')
    page.click("#talk")
    until(page, LIVE)
    page.wait_for_timeout(1000 * sum(ANSWER_S + len(person(text)) / RATE_HZ for text, _ in parts) + 2000)
    silent, shut = stops(np.array(page.evaluate("trace")))
    assert len(silent) == INTERRUPTIONS
    print(f"onset to silence {percentiles(silent)}, to a closed mouth {percentiles(shut)}")
    assert np.percentile(silent, 95) < 300 + LOADED_MS
    assert np.percentile(shut, 95) < 400 + LOADED_MS
    interrupted = page.locator("#entries li.avatar.interrupted").all()
    assert len(interrupted) == INTERRUPTIONS
    asked, *later = page.locator("#entries li.user").all_inner_texts()
    assert_understood(asked, QUESTION)
    for each in later:
        assert_understood(each, INTERRUPTION)


LOADED_MS = 150
"""What a busy machine may add; the figures are printed."""


def stops(trace) -> tuple[list[float], list[float]]:
    """For each time the person begins while the page speaks: ms until it is silent, and until its mouth is shut."""
    ms, near, far, jaw = trace.T
    silent, shut, quiet_since = [], [], ms[0]
    for at in range(len(ms)):
        if near[at] > SPOKEN:
            if ms[at] - quiet_since > 1500 and far[max(0, at - 60) : at + 1].max() > SPOKEN:
                silent.append(lasts(ms[at:], far[at:], SILENT))
                shut.append(lasts(ms[at:], jaw[at:], CLOSED))
            quiet_since = ms[at]
    return silent, shut


def lasts(ms, level, least: float) -> float:
    """How long until it stays below the least for a tenth of a second."""
    below = level < least
    for at in range(len(ms)):
        until = np.searchsorted(ms, ms[at] + 100)
        if below[at : until + 1].all():
            return float(ms[at] - ms[0])
    return float("inf")


def percentiles(found) -> str:
    return f"p50 {np.percentile(found, 50):.0f}, p95 {np.percentile(found, 95):.0f} ms (n = {len(found)})"
