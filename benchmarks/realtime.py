"""From an event of the Realtime protocol to PCM."""

from __future__ import annotations

import random
import time
from base64 import b64encode
from collections.abc import Callable, Iterator

import msgspec

from benchmarks.figures import Figure, Goal
from tth.builtins.openai_realtime.dialogue import Dialogue
from tth.builtins.openai_realtime.replies import Replies
from tth.wire.realtime.client.config import SessionConfig
from tth.wire.realtime.client.reading import read_event

MS = 100


class _Bare(msgspec.Struct, gc=False):
    """The least that holds the sound and says whose it is."""

    type: str
    delta: bytes
    response_id: str = ""
    item_id: str = ""


def frames(count: int) -> list[bytes]:
    """Deltas of 100 ms as OpenAI writes them."""
    sound = b64encode(random.Random(MS).randbytes(48 * MS)).decode()
    common = {"response_id": "resp_0123456789abcdef0123", "item_id": "item_0123456789abcdef0123", "output_index": 0}
    return [
        msgspec.json.encode(
            {
                "type": "response.output_audio.delta",
                "event_id": f"event_{number:020}",
                **common,
                "content_index": 0,
                "delta": sound,
            }
        )
        for number in range(count)
    ]


def _dialogue() -> Callable[[bytes], object]:
    dialogue = Dialogue(SessionConfig(), Replies())
    for text in (
        '{"type":"session.created","session":{"type":"realtime"}}',
        '{"type":"session.updated","session":{}}',
    ):
        dialogue.receive(text)
    dialogue.respond("", aside=False, modality="audio")
    dialogue.receive('{"type":"response.created","response":{"id":"resp_0123456789abcdef0123"}}')

    def take(frame: bytes) -> None:
        dialogue.receive(frame)
        dialogue.events.clear()

    return take


def measure(*, quick: bool) -> Iterator[Figure]:
    """Decoding alone, and all the way to the session's event."""
    deltas = frames(1000)
    ways: dict[str, Callable[[bytes], object]] = {
        "floor": msgspec.json.Decoder(_Bare).decode,
        "Realtime event to PCM": read_event,
        "Realtime event to the session's event": _dialogue(),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(5 if quick else 15):
        for name, way in ways.items():
            begun = time.thread_time()
            for frame in deltas:
                way(frame)
            best[name] = min(best[name], time.thread_time() - begun)
    floor = best.pop("floor")
    for name, seconds in best.items():
        yield Figure(
            part="OpenAI Realtime",
            what=f"{name}, {MS} ms",
            value=seconds / len(deltas) * 1e6,
            floor=floor / len(deltas) * 1e6,
            unit="µs",
            goal=Goal(1.3, "ratio") if name.endswith("PCM") else None,
            note="floor: msgspec decoding a typed struct with a bytes field; best of the rounds",
        )
