"""What a page with a microphone is watched by, and what its sound is held against."""

from typing import Any

import numpy as np
from test_page import until

RATE_HZ = 24_000

# Notes every device that is asked for and every track, and takes the browser's own changes of the sound away, so that
# what arrives can be compared with what the device plays. `marks` are the moments at which mark and tracks disagreed.
WATCHED = """
  window.asked = [], window.tracks = [], window.marks = [];
  const { mediaDevices } = navigator, ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async ({ audio }) => {
    asked.push(structuredClone(audio));
    const plain = { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await ask({ audio: plain });
    tracks.push(...stream.getTracks());
    return stream;
  };
  const compare = () => {
    const hot = tracks.some(({ readyState }) => readyState === "live"), mark = document.querySelector("#live");
    if (mark && hot === mark.hidden) marks.push([performance.now(), hot]);
    requestAnimationFrame(compare);
  };
  requestAnimationFrame(compare);
"""
HOT = "tracks.some(({ readyState }) => readyState === 'live')"
LIVE = "!document.querySelector('#live').hidden"


def way(page: Any, name: str) -> None:
    page.click(".how")
    page.wait_for_selector("#ways", state="visible")
    until(page, "document.querySelector('#ways :checked') !== null")
    page.check(f"#ways [value={name}]", force=True)
    page.keyboard.press("Escape")


def heard(served: Any, state: str) -> list[Any]:
    return [take for take in served.behaviour.takes if take.state == state]


def wait(page: Any, claim: Any) -> None:
    for _ in range(500):
        if claim():
            return
        page.wait_for_timeout(20)
    raise AssertionError("not within 10 s")


def samples(take: Any) -> Any:
    return np.frombuffer(take.pcm, "<i2") / 32_768


def assert_seamless(take: Any) -> None:
    """Every sample is counted once, from 0, in pieces of 20 to 40 ms."""
    place = 0
    for rate_hz, sample, pcm in take.frames:
        assert rate_hz == RATE_HZ
        assert sample == place
        assert 0.02 <= len(pcm) / 2 / RATE_HZ <= 0.04
        place += len(pcm) // 2


def likeness(piece: Any, whole: Any) -> float:
    """How like a piece is to the stretch of the whole that is most like it; 1 is the same but for its loudness."""
    size = len(whole) + len(piece)
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size))
    found = np.fft.irfft(spectrum, size)[: len(whole) - len(piece)]
    total = np.concatenate([[0], np.cumsum(whole**2)])
    power = (total[len(piece) :] - total[: -len(piece)])[: len(found)]
    return float(np.max(found / np.sqrt(power * np.sum(piece**2) + 1e-12)))
