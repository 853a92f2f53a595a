"""Both voices as sound: each piece where it was heard, and of an answer that was cut off what was heard."""

import io
import wave

import numpy as np

from tth.core.events import (
    AudioChunkEvent,
    TurnCompleteEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
)
from tth.core.media import AudioChunk
from tth.observers.recording.mixing import mix
from tth.observers.recording.records import Record
from tth.wire.native import Flushed, PlayheadReport

RATE = 24_000


def tone(seconds: float, value: int, rate_hz: int = RATE) -> bytes:
    return np.full(round(seconds * rate_hz), value, "<i2").tobytes()


def heard(*steps):
    """Left and right channel of what ``steps`` (seconds, value) make."""
    voices = mix([Record(round(at * 1e6), value) for at, value in steps])
    made = io.BytesIO()
    voices.write(made)
    made.seek(0)
    with wave.open(made) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        assert len(both) == file.getnframes()
    return both[:, 0], both[:, 1]


def turn(number: int):
    return TurnStartedEvent(turn_id=f"t{number}", turn=number)


def sound(number: int, seconds: float, value: int, at: float = 0.0, rate_hz: int = RATE):
    data = tone(seconds, value, rate_hz)
    return AudioChunkEvent(turn_id=f"t{number}", data=data, sample=round(at * RATE), sample_rate=rate_hz)


def playing(number: int, seconds: float, state: str = "playing"):
    return PlayheadReport(turn=number, sample=round(seconds * RATE), state=state)


def spans(channel, value: int):
    """Where ``value`` sounds, in seconds."""
    on = np.flatnonzero(np.diff(np.concatenate([[0], (channel == value).astype(int), [0]])))
    return [(round(a / RATE, 2), round(b / RATE, 2)) for a, b in on.reshape(-1, 2)]


def test_the_microphone_is_left_and_its_pauses_stay() -> None:
    chunks = [(1.02 + 0.02 * n, AudioChunk(tone(0.02, 7), RATE)) for n in range(50)]
    later = [(5.02 + 0.02 * n, AudioChunk(tone(0.02, 9), RATE)) for n in range(10)]
    left, right = heard(*chunks, *later)
    assert spans(left, 7) == [(1.0, 2.0)]
    assert spans(left, 9) == [(5.0, 5.2)]
    assert not right.any()


def test_pieces_that_come_in_fits_and_starts_are_one_utterance() -> None:
    left, _ = heard(*((1.0 + n * 0.02 + (0.1 if n % 5 else 0.0), AudioChunk(tone(0.02, 7), RATE)) for n in range(40)))
    ((start, end),) = spans(left, 7)
    assert round(end - start, 2) == 0.8


def test_the_avatar_is_heard_from_when_the_client_played_it() -> None:
    _, right = heard(
        (1.0, turn(1)),
        (1.1, sound(1, 2.0, 5)),
        *((1.5 + n / 10, playing(1, n / 10)) for n in range(20)),
        (3.5, TurnCompleteEvent(turn_id="t1")),
    )
    assert spans(right, 5) == [(1.5, 3.5)]


def test_a_hold_is_a_silence_in_the_midst() -> None:
    _, right = heard(
        (0.0, turn(1)),
        (0.0, sound(1, 2.0, 5)),
        (0.5, playing(1, 0.5)),
        (1.0, playing(1, 1.0, "blocked")),
        (4.0, playing(1, 1.0)),
        (5.0, playing(1, 2.0, "ended")),
    )
    assert spans(right, 5) == [(0.0, 1.0), (4.0, 5.0)]


def test_what_an_interruption_took_is_not_heard() -> None:
    steps = [
        (0.0, turn(1)),
        (0.0, sound(1, 3.0, 5)),
        (0.0, playing(1, 0.0)),
        (1.0, TurnInterruptedEvent(turn_id="t1", samples=RATE)),
    ]
    assert spans(heard(*steps)[1], 5) == [(0.0, 1.0)]
    flushed = (1.1, Flushed(turn=1, sample=RATE // 2))
    assert spans(heard(*steps, flushed)[1], 5) == [(0.0, 0.5)]


def test_answers_that_were_made_faster_than_time_stand_one_behind_the_other() -> None:
    _, right = heard((0.0, turn(1)), (0.1, sound(1, 2.0, 5)), (0.2, turn(2)), (0.3, sound(2, 1.0, 6)))
    assert (spans(right, 5), spans(right, 6)) == ([(0.1, 2.1)], [(2.1, 3.1)])


def test_a_lost_piece_leaves_the_rest_in_its_place() -> None:
    _, right = heard((0.0, turn(1)), (0.0, sound(1, 1.0, 5)), (0.0, sound(1, 1.0, 6, at=2.0)))
    assert (spans(right, 5), spans(right, 6)) == ([(0.0, 1.0)], [(2.0, 3.0)])


def test_other_rates_last_as_long() -> None:
    left, right = heard(
        (2.0, AudioChunk(tone(1.0, 3000, 16_000), 16_000)),
        (2.0, turn(1)),
        (2.0, sound(1, 1.0, 3000, rate_hz=16_000)),
    )
    for channel, start in ((left, 1.0), (right, 2.0)):
        on = np.flatnonzero(np.abs(channel) > 1500) / RATE
        assert (round(on[0], 1), round(on[-1], 1)) == (start, start + 1.0)


def test_nothing_makes_an_empty_file() -> None:
    assert [channel.size for channel in heard()] == [0, 0]
