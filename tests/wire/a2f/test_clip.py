"""What a client sends for one clip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tth.wire.a2f.clip import END, ClipSettings, EmotionSettings, Feeling, audio, header
from tth.wire.a2f.messages_pb2 import AudioStream

FLOATS = st.floats(-100, 100, width=32)
MAPS = st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), FLOATS, max_size=4)


def read(message: bytes) -> AudioStream:
    return AudioStream.FromString(message)


def test_a_header_with_nothing_set_says_the_format_alone():
    said = read(header(ClipSettings(rate_hz=24_000))).audio_stream_header
    assert [field.name for field, _ in said.ListFields()] == ["audio_header"]
    sound = said.audio_header
    assert (sound.audio_format, sound.channel_count, sound.samples_per_second, sound.bits_per_sample) == (
        0,
        1,
        24_000,
        16,
    )


@given(MAPS, MAPS, MAPS, st.none() | st.booleans())
def test_a_header_says_what_is_set(face, multipliers, offsets, clamp):
    settings = ClipSettings(rate_hz=16_000, face=face, multipliers=multipliers, offsets=offsets, clamp=clamp)
    said = read(header(settings)).audio_stream_header
    assert dict(said.face_params.float_params) == face
    assert dict(said.blendshape_params.bs_weight_multipliers) == multipliers
    assert dict(said.blendshape_params.bs_weight_offsets) == offsets
    assert said.blendshape_params.HasField("enable_clamping_bs_weight") == (clamp is not None)
    assert said.HasField("blendshape_params") == bool(multipliers or offsets or clamp is not None)


def test_a_value_of_nought_or_false_is_set_and_not_left_out():
    emotion = EmotionSettings(emotion_strength=0.0, enable_preferred_emotion=False, live_transition_time=0.5)
    said = read(header(ClipSettings(rate_hz=16_000, emotion=emotion))).audio_stream_header
    mixing = said.emotion_post_processing_params
    assert mixing.HasField("emotion_strength")
    assert mixing.HasField("enable_preferred_emotion")
    assert not mixing.HasField("max_emotions")
    assert said.emotion_params.live_transition_time == 0.5


@given(st.binary(max_size=4000), st.lists(st.tuples(st.floats(0, 300), MAPS), max_size=3))
def test_sound_goes_with_the_emotions_that_begin_in_it(pcm, moods):
    said = read(audio(pcm, [Feeling(*mood) for mood in moods])).audio_with_emotion
    assert said.audio_buffer == pcm
    assert [(entry.time_code, dict(entry.emotion)) for entry in said.emotions] == moods


def test_the_end_is_a_message_of_its_own():
    assert read(END).WhichOneof("stream_part") == "end_of_audio"
