"""What goes out of one clip, whatever comes in."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builtins.a2f.sound import noise
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.pace import SLOW_S, Pace
from tth.builtins.a2f.settings import measures_of
from tth.builtins.a2f.upload import Measures, Mood, Upload
from tth.core.media import MEDIA_RATE_HZ
from tth.wire.a2f.messages_pb2 import AudioStream
from tth.wire.a2f.methods import MIN_PACE


def measures(**options: object) -> Measures:
    return measures_of(A2FOptions(**options))


def everything(upload: Upload) -> list[AudioStream]:
    return [AudioStream.FromString(message) for message in iter(upload.take, None)]


FORMATS = st.fixed_dictionaries(
    {"rate_hz": st.sampled_from([16_000, 24_000]), "packet_ms": st.sampled_from([10, 20, 35, 100, 500])}
)


@given(FORMATS, st.lists(st.tuples(st.integers(0, 80), st.booleans()), max_size=12), st.integers(0, 700))
def test_every_byte_goes_out_in_order_in_whole_packets_and_the_tail_behind_it(formats, feeds, tail_ms):
    told = measures(tail_ms=tail_ms, **formats)
    upload, messages, sent = Upload(told, 0, {}, 0.0), [], b""
    for number, (packets, taking) in enumerate(feeds):
        pcm = noise(packets * told.packet_bytes, number)
        sent += pcm
        upload.add(pcm, number)
        if taking:
            messages += everything(upload)
    last = noise(34)
    upload.add(last, 99)
    upload.finish()
    messages += everything(upload)
    assert messages[0].WhichOneof("stream_part") == "audio_stream_header"
    assert messages[-1].WhichOneof("stream_part") == "end_of_audio"
    pieces = [message.audio_with_emotion.audio_buffer for message in messages[1:-1]]
    assert all(message.WhichOneof("stream_part") == "audio_with_emotion" for message in messages[1:-1])
    assert b"".join(pieces) == sent + last + bytes(told.tail_packets * told.packet_bytes)
    assert told.seconds(told.tail_packets * told.packet_bytes) >= tail_ms / 1000
    assert all(len(piece) % told.packet_bytes == 0 for piece in pieces[:-1])
    assert all(told.seconds(len(piece)) <= 1 for piece in pieces)
    assert upload.finished
    assert upload.take() is None


@given(
    st.lists(st.tuples(st.integers(0, 5 * MEDIA_RATE_HZ), st.integers(1, 100)), max_size=8),
    st.lists(st.integers(1, 60), max_size=8),
)
def test_each_mood_is_told_once_in_order_and_never_for_sound_that_was_sent(marks, feeds):
    start = 7 * MEDIA_RATE_HZ
    upload = Upload(measures(), start, {"joy": 1.0}, 0.0)
    moods, told, sent = iter(marks), [], 0
    for packets in [*feeds, 10]:
        for at, strength in itertools.islice(moods, 1):
            upload.feel(Mood(start + at, {"anger": strength / 100}))
        upload.add(bytes(640 * packets), 0.0)
        for message in everything(upload):
            entries = message.audio_with_emotion.emotions
            assert all(entry.time_code >= sent / 32_000 for entry in entries)
            sent += len(message.audio_with_emotion.audio_buffer)
            assert all(entry.time_code < sent / 32_000 for entry in entries)
            told += [(entry.time_code, dict(entry.emotion)) for entry in entries]
    upload.finish()
    told += [(e.time_code, dict(e.emotion)) for m in everything(upload) for e in m.audio_with_emotion.emotions]
    assert told[0] == (0.0, {"joy": 1.0})
    assert told[-1][1] == {}
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert sum("anger" in mood for _, mood in told) <= len(marks)


def test_the_voice_alone_decides_where_no_emotion_is_to_be_asked_for():
    upload = Upload(measures(emotions="voice"), 0, {"joy": 1.0}, 0.0)
    upload.feel(Mood(0, {"anger": 1.0}))
    upload.add(bytes(640), 0.0)
    upload.finish()
    header, *parts = everything(upload)
    assert not any(part.audio_with_emotion.emotions for part in parts)
    assert header.audio_stream_header.emotion_post_processing_params.enable_preferred_emotion is False


def test_an_abandoned_clip_sends_its_end_and_nothing_else():
    upload = Upload(measures(), 0, {}, 0.0)
    everything(upload)
    upload.add(bytes(64_000), 0.0)
    upload.abandon()
    assert [message.WhichOneof("stream_part") for message in everything(upload)] == ["end_of_audio"]


@given(st.floats(0.05, 0.96), st.floats(0.02, 0.3))
def test_whoever_stays_below_the_services_pace_is_ended_in_time(pace, lump_s):
    clock = Pace(0.0, 5.0)
    now = 0.0
    while now < clock.ends_at:
        clock.sent(now, lump_s)
        now += lump_s / pace
    assert clock.ends_at <= SLOW_S + lump_s / pace + 0.001


@given(st.floats(MIN_PACE + 0.001, 3.0), st.lists(st.floats(0.02, 1.5), min_size=100, max_size=100))
def test_whoever_keeps_the_services_pace_is_not_ended(pace, waits):
    clock, now = Pace(0.0, 2.0), 0.0
    for wait_s in waits:
        now += wait_s
        assert now < clock.ends_at
        clock.sent(now, wait_s * pace)


def test_an_idle_clip_is_ended():
    clock = Pace(0.0, 2.0)
    assert clock.ends_at == 2.0
    clock.sent(1.0, 10.0)
    assert clock.ends_at == pytest.approx(3.0)
