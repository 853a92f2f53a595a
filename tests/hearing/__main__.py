"""``python -m tests.hearing [--minutes N] [--seed N]``: what is heard in simulated rooms.

The avatar's own speech and people who interrupt it; and people who speak, cough and click in quiet rooms. Nothing
runs in real time. Five minutes of each room and voice, the default, take ten minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from tests.hearing.quiet import QUIET, Spoken, quiet
from tests.hearing.rooms import Room, heard
from tests.hearing.scenes import interruptions, talk
from tests.hearing.trial import Score, listen, score
from tests.hearing.voices import installed
from tth.audio.listener import Listener
from tth.audio.vad import best

AVATARS = ("hibari", "pico:en-US")
PEOPLE = ("pico:en-GB", "flite:rms", "flite:slt", "flite:awb")

ROOMS_HEAD = """\
| room | began by itself | beside people | interruptions found | median ms | p95 ms |
|---|---|---|---|---|---|"""
QUIET_HEAD = """\
| quiet room | found | onset error ms | p95 | end error ms | p95 | false a minute |
|---|---|---|---|---|---|---|"""


def rooms(seconds: float, seed: int = 0) -> dict[str, Room]:
    """The rooms by name; another ``seed`` makes other walls, other texts and other moments."""
    half = seconds / 2
    kinds = {
        "-10 dB, 50 ms, 0.2 s": {"echo_db": -10, "delay_ms": 50, "rt60_s": 0.2},
        "-10 dB, 150 ms, 0.4 s": {"echo_db": -10, "delay_ms": 150, "rt60_s": 0.4},
        "-10 dB, 300 ms, 0.6 s": {"echo_db": -10, "delay_ms": 300, "rt60_s": 0.6},
        "-20 dB, 120 ms, 0.4 s": {"echo_db": -20, "delay_ms": 120, "rt60_s": 0.4},
        "-20 dB, told 100 ms late": {"echo_db": -20, "delay_ms": 300, "rt60_s": 0.6, "told_ms": 100},
        "-20 dB, told 100 ms early": {"echo_db": -20, "delay_ms": 200, "told_ms": -100},
        "-30 dB, 200 ms, 0.6 s": {"echo_db": -30, "delay_ms": 200, "rt60_s": 0.6},
        "-10 dB, clock 100 ppm fast": {"echo_db": -10, "delay_ms": 100, "drift_ppm": 100},
        "-20 dB, clock 100 ppm slow": {"echo_db": -20, "delay_ms": 100, "drift_ppm": -100},
        "-20 dB, device changed": {"echo_db": -20, "delay_ms": 80, "jump_s": half, "jump_ms": 150},
        "-10 dB, device changed": {"echo_db": -10, "delay_ms": 250, "jump_s": half, "jump_ms": -150},
        "-20 dB, told ±40 ms": {"echo_db": -20, "delay_ms": 150, "told_ms": 60, "jitter_ms": 40},
        "-10 dB, told ±40 ms": {"echo_db": -10, "delay_ms": 100, "told_ms": -60, "jitter_ms": 40},
        "headphones": {"echo_db": -80, "delay_ms": 100},
    }
    return {name: Room(seed=seed + number, **kind) for number, (name, kind) in enumerate(kinds.items())}


def trial(name: str, voice: str, seconds: float, seed: int) -> tuple[Score, Score]:
    """What becomes of a room's own speech alone, and of interruptions."""
    room = rooms(seconds, seed)[name]
    avatar = talk(voice, seconds, room.seed)
    people = [voice for voice in PEOPLE if voice in installed()]
    person = interruptions(people, avatar, room.seed)
    detector = best()
    alone = listen(Listener(vad=detector.make()), heard(room, seconds, avatar))
    together = listen(Listener(vad=detector.make()), heard(room, seconds, avatar, person))
    return score(alone, []), score(together, person)


def row(name: str, scores: Sequence[tuple[Score, Score]]) -> str:
    """A line of the table."""
    false = sum(len(alone.false) for alone, _ in scores)
    beside = sum(len(together.false) for _, together in scores)
    delays = [delay for _, together in scores for delay in together.delays_ms]
    spoken = len(delays) + sum(len(together.missed) for _, together in scores)
    median, p95 = np.quantile(delays, (0.5, 0.95)) if delays else (0, 0)
    share = 100 * len(delays) / max(1, spoken)
    return f"| {name} | {false} | {beside} | {len(delays)} of {spoken} ({share:.1f} %) | {median:.0f} | {p95:.0f} |"


def quiet_row(name: str, spoken: Spoken) -> str:
    """A line of the other table."""
    onset, end = np.abs(spoken.onsets_ms), np.abs(spoken.ends_ms)
    onsets = f"{np.median(onset):.0f} | {np.quantile(onset, 0.95):.0f}" if len(onset) else "|"
    ends = f"{np.median(end):.0f} | {np.quantile(end, 0.95):.0f}" if len(end) else "|"
    return f"| {name} | {spoken.found} of {spoken.spoken} | {onsets} | {ends} | {spoken.false_a_minute:.1f} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.hearing", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of each room and voice of the avatar")
    parser.add_argument("--seed", type=int, default=0, help="another one: other walls, texts and moments")
    options = parser.parse_args()
    seconds = 60 * options.minutes
    voices = [voice for voice in AVATARS if voice in installed()]
    names = list(rooms(seconds))
    print(ROOMS_HEAD)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = {name: [pool.submit(trial, name, voice, seconds, options.seed) for voice in voices] for name in names}
        done = []
        for name, waiting in jobs.items():
            scores = [job.result() for job in waiting]
            done += scores
            print(row(name, scores), flush=True)
        print(row("all", done), flush=True)
        print("\n" + QUIET_HEAD)
        told = {(kind, name): pool.submit(quiet, kind, name) for kind in ("silero", "energy") for name in QUIET}
        for (kind, name), job in told.items():
            print(quiet_row(f"{kind}, {name}", job.result()), flush=True)


if __name__ == "__main__":
    main()
