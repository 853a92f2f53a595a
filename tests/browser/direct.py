"""What a page that calls a provider is watched by, and what its microphone plays."""

import asyncio
import math
import queue
import threading
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tth.testing.emulated_a2f import emulated_a2f

RATE_HZ = 48_000

# Keeps every peer, socket and microphone track, every event that goes to the provider, and how loud and how high the
# provider's own track is. `left` counts what is still open.
WATCHED = """
  window.peers = [], window.sockets = [], window.tracks = [], window.sent = [], window.got = [];
  window.heard = { loudest: 0, now: 0, hz: 0, silentMs: Infinity };
  const note = (kind, data) => typeof data === "string" && kind.push(JSON.parse(data).type);
  window.left = () => ({
    peers: peers.filter(({ connectionState }) => connectionState !== "closed").length,
    sockets: sockets.filter(({ protocol, readyState }) => protocol && readyState < WebSocket.CLOSING).length,
    tracks: tracks.filter(({ readyState }) => readyState === "live").length,
  });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...how) {
      super(...how);
      peers.push(this);
      this.addEventListener("track", ({ track }) => (tracks.push(track), listen(track)));
    }
    addTrack(track, ...streams) {
      tracks.push(track);
      return super.addTrack(track, ...streams);
    }
    createDataChannel(...how) {
      const channel = super.createDataChannel(...how), send = channel.send.bind(channel);
      channel.addEventListener("message", ({ data }) => note(got, data));
      channel.send = (data) => (note(sent, data), send(data));
      return channel;
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      sockets.push(this);
      this.addEventListener("message", ({ data }) => this.protocol && note(got, data));
    }
    send(data) {
      if (this.protocol) note(sent, data);
      super.send(data);
    }
  };
  const { mediaDevices } = navigator, ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async ({ audio }) => {
    const plain = { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await ask({ audio: plain });
    tracks.push(...stream.getTracks());
    return stream;
  };
  const listen = (track) => {
    const context = new AudioContext(), meter = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(meter);
    let loudMs = performance.now();
    const samples = new Float32Array(1024), bands = new Float32Array(meter.frequencyBinCount);
    const timer = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      heard.now = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
      if (heard.now > 0.0001) loudMs = performance.now();
      heard.silentMs = performance.now() - loudMs;
      if (track.readyState === "ended") return clearInterval(timer), context.close();
      if (heard.now < 0.9 * heard.loudest) return;
      heard.loudest = Math.max(heard.loudest, heard.now);
      meter.getFloatFrequencyData(bands);
      heard.hz = (bands.indexOf(Math.max(...bands)) * context.sampleRate) / meter.fftSize;
    }, 20);
  };
"""


def spoken(path: Path, pieces: Sequence[tuple[float, float]]) -> Path:
    """A microphone's file: silence and something like a voice in turns, seconds each."""
    time = np.arange(math.ceil(sum(map(sum, pieces)) * RATE_HZ)) / RATE_HZ
    pitch = np.cumsum(140 + 30 * np.sin(2 * np.pi * 2.1 * time)) / RATE_HZ
    voice = 0.25 * sum(np.sin(2 * np.pi * k * pitch) / k for k in range(1, 9))
    at = 0.0
    speaking = np.zeros(len(time))
    for silence_s, voice_s in pieces:
        at += silence_s
        speaking[round(at * RATE_HZ) : round((at + voice_s) * RATE_HZ)] = 1
        at += voice_s
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((speaking * voice * 32_767).astype("<i2").tobytes())
    return path


def choose(page: Any, route: str) -> None:
    """Take a way for words and sound, as a person does."""
    page.click(".how")
    page.wait_for_selector("#routes", state="visible")
    page.check(f"#routes [value={route}]", force=True)
    page.keyboard.press("Escape")


@contextmanager
def face_service() -> Iterator[tuple[str, Any]]:
    """An Audio2Face-3D service on a loop of its own: its address, and what remembers its clips."""
    made: queue.Queue[tuple[str, Any]] = queue.Queue()
    stop = threading.Event()

    async def serve() -> None:
        async with emulated_a2f() as service:
            made.put(service)
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield made.get(timeout=20)
    finally:
        stop.set()
        thread.join(20)
