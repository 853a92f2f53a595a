"""Frames of servers of both dialects, and of servers that are wrong."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.errors import ProtocolError
from tth.wire.realtime.client import incoming as said
from tth.wire.realtime.client.reading import read_event

PCM = bytes(range(256)) * 4


def frame(kind, **fields):
    return json.dumps({"type": kind, "event_id": "e1", **fields})


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("response.output_audio.delta", "delta"),
        ("response.audio.delta", "delta"),
        ("response.output_audio.delta", "audio"),
        ("response.audio.delta", "chunk"),
        ("some.servers.own.audio.delta", "delta"),
    ],
)
def test_sound_is_read_whatever_it_is_called(kind, field):
    event = read_event(frame(kind, response_id="r", item_id="i", content_index=0, **{field: b64encode(PCM).decode()}))
    assert isinstance(event, said.AudioDelta)
    assert (event.pcm, event.response_id, event.item_id, event.sample_rate) == (PCM, "r", "i", None)


def test_sound_is_read_where_its_type_stands_last_and_keeps_its_own_rate():
    text = json.dumps({"delta": b64encode(PCM).decode(), "sample_rate": 16000, "type": "response.audio.delta"})
    event = read_event(text.encode())
    assert isinstance(event, said.AudioDelta)
    assert (event.pcm, event.sample_rate) == (PCM, 16000)


@pytest.mark.parametrize(
    ("beta", "ga", "kind"),
    [
        ("conversation.item.created", "conversation.item.added", said.ItemSaid),
        ("response.text.delta", "response.output_text.delta", said.TextDelta),
        ("response.text.done", "response.output_text.done", said.TextDone),
        ("response.audio_transcript.delta", "response.output_audio_transcript.delta", said.TextDelta),
        ("response.audio_transcript.done", "response.output_audio_transcript.done", said.TextDone),
    ],
)
def test_beta_names_are_read_as_their_ga_names(beta, ga, kind):
    event = read_event(frame(beta))
    assert isinstance(event, kind)
    assert event.type == ga


def test_words_that_name_the_sound_event_are_still_words():
    event = read_event(frame("response.output_text.delta", delta='say "response.output_audio.delta" please'))
    assert isinstance(event, said.TextDelta)


@pytest.mark.parametrize("kind", sorted(said.KINDS))
def test_no_field_is_required_and_none_may_be_null(kind):
    fields = [name for name in said.KINDS[kind].__struct_fields__ if name not in ("type", "event_id")]
    assert isinstance(read_event(frame(kind)), said.KINDS[kind])
    nullable = {name: None for name in fields if name not in ("session", "item", "response", "error")}
    assert isinstance(read_event(frame(kind, **nullable)), said.KINDS[kind])


@pytest.mark.parametrize("text", ['{"type":"rate_limits.updated"}', '{"type":"response.mcp_call.failed"}', "{}"])
def test_events_of_no_use_here_are_passed_over(text):
    assert read_event(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "3",
        "null",
        '{"type":3}',
        '{"type":"response.output_audio.delta","delta":"not base64!"}',
        '{"type":"response.output_audio.delta","delta":7}',
        '{"type":"response.done","response":[]}',
        '{"type":"response.created","response":{"id":7}}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_nonsense_is_told_as_such(text):
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_event(text)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_whatever_comes_is_an_event_or_nothing_or_told(data):
    try:
        event = read_event(data)
    except ProtocolError:
        return
    assert event is None or isinstance(event, said.Incoming)
