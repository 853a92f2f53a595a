import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.core.controls import CharacterControl, EmotionControl, EmotionLabel, TurnControl
from tth.core.events import Event, Family, SpeechMarkEvent, TextDeltaEvent, UserTextEvent, event_classes
from tth.core.media import SpeechMark
from tth.errors import ProtocolError
from tth.wire.native import (
    LAST,
    ClientMessage,
    ControlUpdate,
    Header,
    Kind,
    UserText,
    client_messages,
    decode_message,
    encode_event,
    pack,
    server_events,
    unpack,
    user_text_event,
)

headers = st.builds(
    Header,
    kind=st.sampled_from(Kind),
    flags=st.integers(0, 255),
    param=st.integers(0, 2**16 - 1),
    generation=st.integers(0, 2**32 - 1),
    turn=st.integers(0, 2**32 - 1),
    sample=st.integers(0, 2**64 - 1),
)


@given(headers, st.binary(max_size=64))
def test_a_frame_unpacks_to_what_was_packed(header, payload) -> None:
    frame = pack(header, payload)
    assert len(frame) == 20 + len(payload)
    assert unpack(frame) == (header, payload)


def test_a_frame_is_the_bytes_that_the_protocol_page_shows() -> None:
    header = Header(kind=Kind.AUDIO, flags=LAST, param=24_000, generation=3, turn=2, sample=48_000)
    assert pack(header, b"\x01\x00\xff\xff").hex(" ") == (
        "01 01 c0 5d 03 00 00 00 02 00 00 00 80 bb 00 00 00 00 00 00 01 00 ff ff"
    )


@pytest.mark.parametrize("frame", [b"", b"\x01" * 19, b"\x00" * 20, b"\x05" + b"\x00" * 30])
def test_a_frame_that_is_too_short_or_of_an_unknown_kind_is_refused(frame) -> None:
    with pytest.raises(ProtocolError, match="bad_frame"):
        unpack(frame)


def test_an_event_is_one_json_object_with_its_number_first() -> None:
    text = encode_event(TextDeltaEvent(token='a "b"', item_id="i", response_id="r", turn_id="t", generation=4), 17)
    assert text.startswith(b'{"seq":17,"type":"text_delta",')
    assert json.loads(text) == {
        "seq": 17,
        "type": "text_delta",
        "turn_id": "t",
        "generation": 4,
        "response_id": "r",
        "item_id": "i",
        "token": 'a "b"',
    }


def test_phoneme_marks_stay_with_the_server() -> None:
    word = SpeechMark(kind="word", value="Hi", start=0, end=10)
    sound = SpeechMark(kind="phoneme", value="h", start=0, end=5)
    assert [mark["value"] for mark in json.loads(encode_event(SpeechMarkEvent(marks=(sound, word)), 1))["marks"]] == [
        "Hi"
    ]
    assert encode_event(SpeechMarkEvent(marks=(sound,)), 1) is None


def test_a_control_is_taken_as_written_and_the_rest_stays_unset() -> None:
    message = decode_message(
        '{"type":"user_text","text":"hi","turn_id":"t","control":{"emotion":{"label":"sad"},"character":{"pitch_shift":1}}}'
    )
    assert isinstance(message, UserText)
    control = TurnControl(EmotionControl(EmotionLabel.SAD), CharacterControl(pitch_shift=1))
    assert user_text_event(message) == UserTextEvent(text="hi", control=control, turn_id="t")


def test_null_in_a_control_is_the_same_as_left_out() -> None:
    message = decode_message('{"type":"control_update","control":{"emotion":{"label":null,"intensity":null}}}')
    assert isinstance(message, ControlUpdate)
    assert message.control.control() == TurnControl()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = sorted({field for message in client_messages() for field in message.__struct_fields__})
near_messages = st.fixed_dictionaries(
    {"type": st.sampled_from([message.__struct_config__.tag for message in client_messages()])},
    optional={name: json_values for name in names},
)


@given(st.text() | json_values.map(json.dumps) | near_messages.map(json.dumps))
def test_whatever_comes_is_a_message_or_a_protocol_error_in_one_short_line(frame) -> None:
    try:
        told = ""
        assert isinstance(decode_message(frame), ClientMessage)
    except ProtocolError as error:
        told = error.problem
    assert told.isprintable()
    assert len(told) < 300


def test_clients_get_everything_but_what_comes_from_them_and_what_a_voice_says_to_its_session() -> None:
    class OfAPluginEvent(Event, frozen=True, kw_only=True, gc=False):
        """Somebody's own."""

    told = set(server_events())
    ours = {found for found in event_classes() if found.__module__ == "tth.core.events"}
    assert {found.__name__ for found in ours - told if found.family is not Family.INBOUND} == {
        "ResponseStartedEvent",
        "ExpiringSoonEvent",
        "AudioDoneEvent",
        "OutputStartedEvent",
        "OutputStoppedEvent",
    }
    assert OfAPluginEvent not in told
