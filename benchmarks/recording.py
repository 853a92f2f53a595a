"""CPU that the recording of a session takes, its thread and the disk's calls included."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chunks import noise
from benchmarks.figures import Figure
from tth.core.bus import EventBus
from tth.core.events import AudioChunkEvent, FaceFrameEvent
from tth.core.media import MEDIA_RATE_HZ, WEIGHT_BYTES, AudioChunk, FaceFrame
from tth.observers.recorder import Recorder, new_file
from tth.observers.recording.records import Head
from tth.wire.native import PlayheadReport

STEP_S = 0.02


def spent_s(seconds: float, file: Path | None) -> tuple[float, float]:
    """CPU seconds of the loop's thread and of the process for so much speech of both, recorded into ``file``."""

    async def main() -> tuple[float, float]:
        bus, loop = EventBus(), asyncio.get_running_loop()
        recorder = None if file is None else Recorder(new_file(file), _HEAD)
        if recorder is not None:
            recorder.start(bus)
        pcm, weights = noise(20), bytes(WEIGHT_BYTES)
        own, whole, began = time.thread_time(), time.process_time(), loop.time()
        for step in range(round(seconds / STEP_S)):
            sample = step * MEDIA_RATE_HZ // 50
            bus.publish(AudioChunkEvent(data=pcm, sample=sample, turn_id="t", response_id="r", item_id="i"))
            if step * 3 % 5 < 3:
                bus.publish(FaceFrameEvent(frame=FaceFrame(speech_id="t", sample=sample, weights=weights)))
            if recorder is not None:
                recorder.hear(AudioChunk(pcm))
                if step % 5 == 0:
                    recorder.report(PlayheadReport(turn=1, sample=sample))
            await asyncio.sleep(began + (step + 1) * STEP_S - loop.time())
        bus.close()
        if recorder is not None:
            await recorder.close()
        return time.thread_time() - own, time.process_time() - whole

    return asyncio.run(main())


def measure(*, quick: bool) -> Iterator[Figure]:
    """In real time: how often the thread wakes is part of it."""
    seconds = 2.0 if quick else 5.0
    own, whole = [], []
    for _ in range(1 if quick else 3):
        plain = spent_s(seconds, None)
        with tempfile.TemporaryDirectory() as folder:
            recorded = spent_s(seconds, Path(folder) / "a.tthrec")
        own.append((recorded[0] - plain[0]) / seconds * 100)
        whole.append((recorded[1] - plain[1]) / seconds * 100)
    note = "both voices in 20 ms chunks, 30 frames a second; best of the rounds"
    for what, values in (("on the session's loop", own), ("its thread included", whole)):
        yield Figure(
            part="Recording",
            what=f"recording both voices and the face, {what}",
            value=max(0.0, min(values)),
            unit="% of a core",
            note=note,
        )


_HEAD = Head(session_id="benchmark", profile="benchmark", persona="benchmark", began=0.0)
