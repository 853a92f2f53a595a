"""A tap on the page's sound reads lips on the audio thread as Python does."""

import base64
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import soxr

from tests.face.lipsync.test_reader import random_model
from tests.web.speech import speech
from tests.web.test_lips_equal import apart, in_python, models
from tth.face.blendshapes import INDEX

pytestmark = pytest.mark.browser

JAW = INDEX["jawOpen"]

# Plays PCM through a tap and gives the poses that must have come by its end.
PLAY = """async ({ pcm, rate, live, channels, poses: wanted }) => {
  const { LipTap } = await import("/js/lips/lips.js");
  const samples = new Int16Array(Uint8Array.from(atob(pcm), (char) => char.charCodeAt(0)).buffer);
  const context = new OfflineAudioContext(1, samples.length + rate / 2, rate);
  const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate, numberOfChannels: channels });
  for (let channel = 0; channel < channels; channel++) {
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), channel);
  }
  const tap = await LipTap.create(context, { live });
  const made = [], { promise, resolve, reject } = Promise.withResolvers();
  tap.addEventListener("pose", ({ detail }) => {
    made.push({ ...detail, weights: [...detail.weights] });
    if (made.length === wanted) resolve();
  });
  tap.addEventListener("error", () => reject(new Error("the audio thread could not go on")));
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(tap.node);
  source.start();
  const began = performance.now();
  await context.startRendering();
  const tookMs = performance.now() - began;
  await promise;
  return { poses: made.slice(0, wanted), tookMs, lagS: tap.lagS };
}"""


@pytest.fixture(params=models())
def model(request) -> bytes:
    return request.param


@pytest.fixture
def page(serve, browser, visit) -> Any:
    # A document with nothing of the page's own in it.
    return visit(browser, f"{serve().address}/js/lips/lips.js", ready=False, troubled=True)


def play(page: Any, model: bytes, sound: np.ndarray, rate: int, *, live: bool = True, channels: int = 1) -> dict:
    page.route("**/lips.npz", lambda route: route.fulfill(body=model))
    pcm = base64.b64encode(sound.tobytes()).decode()
    wanted = len(sound) * 30 // rate
    return page.evaluate(PLAY, {"pcm": pcm, "rate": rate, "live": live, "channels": channels, "poses": wanted})


@pytest.mark.parametrize("live", [True, False])
def test_sound_at_16_khz_gives_the_poses_of_python(page, model, live):
    sound = speech()
    played = play(page, model, sound, 16_000, live=live)
    wanted = in_python(model, sound.tobytes(), live=live, start_unit=0, tail_frames=0)
    poses = played["poses"]
    assert [pose["unit"] for pose in poses] == [frame.sample for frame in wanted]
    assert [pose["timeS"] for pose in poses] == pytest.approx([frame.sample / 24_000 for frame in wanted])
    assert apart(poses, wanted) < 1e-3
    assert played["lagS"] < (0.065 if live else 0.115)


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
def test_sound_of_another_rate_and_in_stereo_gives_nearly_the_same(page, model, rate):
    sound = speech(rate_hz=rate)
    poses = play(page, model, sound, rate, channels=2)["poses"]
    brought = soxr.resample(sound, rate, 16_000, "HQ")
    wanted = in_python(model, brought.tobytes(), live=True, start_unit=0, tail_frames=0)[: len(poses)]
    assert [pose["unit"] for pose in poses] == [frame.sample for frame in wanted]
    jaws = [[pose["weights"][JAW] for pose in poses], [frame.weights[JAW] for frame in wanted]]
    assert np.corrcoef(jaws)[0, 1] > 0.98


def test_lips_are_read_faster_than_they_speak(page, model):
    assert play(page, model, speech(20, rate_hz=48_000), 48_000, live=False)["tookMs"] < 20_000


# A voice as it comes by WebRTC, in real time, and another one after eight poses.
RESET = """async ({ poses: wanted }) => {
  const { LipTap } = await import("/js/lips/lips.js");
  const context = new AudioContext({ sampleRate: 48000 });
  const tap = await LipTap.create(context);
  const source = new OscillatorNode(context, { frequency: 300 });
  const sent = new MediaStreamAudioDestinationNode(context);
  source.connect(sent);
  new MediaStreamAudioSourceNode(context, { mediaStream: sent.stream }).connect(tap.node);
  source.start();
  const units = [];
  await new Promise((resolve) => tap.addEventListener("pose", ({ detail }) => {
    units.push(detail.unit);
    if (units.length === 8) tap.reset();
    if (units.length === wanted) resolve();
  }));
  tap.close();
  await context.close();
  return units;
}"""


def test_units_of_a_media_stream_go_on_after_a_reset(page):
    page.route("**/lips.npz", lambda route: route.fulfill(body=random_model().to_bytes()))
    units = page.evaluate(RESET, {"poses": 20})
    steps = [after - before for before, after in pairwise(units)]
    assert all(step > 0 and step % 800 == 0 for step in steps)
    assert sorted(steps)[:-1] == [800] * 18


def test_a_server_without_a_model_is_told(page):
    page.route("**/lips.npz", lambda route: route.fulfill(status=404))
    with pytest.raises(Exception, match=r"/lips\.npz: 404"):
        page.evaluate(
            "import('/js/lips/lips.js').then(({ LipTap }) => LipTap.create(new OfflineAudioContext(1, 1, 16000)))"
        )


def test_trouble_on_the_audio_thread_is_told(page):
    told = page.evaluate("""async () => {
      const { LipTap } = await import("/js/lips/lips.js");
      const context = new OfflineAudioContext(1, 128, 16000);
      const tap = await LipTap.create(context, { model: { mean: null, live: [], buffered: [] } });
      return await new Promise((resolve) => tap.addEventListener("error", ({ type }) => resolve(type)));
    }""")
    assert told == "error"
