"""A message that is wrong is told what would be right."""

from __future__ import annotations

import pytest

from tth.errors import ProtocolError
from tth.wire.native import decode_message


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            '{"type":"user_txt","text":"x"}',
            "did you mean user_text? It may be control_update, flushed, hold, interrupt",
        ),
        ('{"type":"user_text","text":"x","contrl":{}}', "unknown field `contrl`; did you mean control? It may be"),
        (
            '{"type":"user_text","text":"x","control":{"emotion":{"label":"hapy"}}}',
            "did you mean happy? It may be angry",
        ),
        (
            '{"type":"user_text","text":"x","control":{"emotion":{"lable":"sad"}}}',
            "did you mean label? It may be arousal",
        ),
        ('{"type":"playhead","turn":1,"sample":1,"state":"play"}', "did you mean playing? It may be blocked, ended"),
        (
            '{"type":"user_text","text":"x","turn_id":"a b"}',
            "of letters, digits, '_', '.', ':' and '-' - at `$.turn_id`",
        ),
        ('{"type":3}', "it may be control_update"),
        ('{"type":"user_text"}', "missing required field `text`"),
    ],
)
def test_the_refusal_names_place_near_miss_and_choices(message, told):
    with pytest.raises(ProtocolError) as caught:
        decode_message(message)
    assert caught.value.code == "bad_message"
    assert told in caught.value.problem


def test_a_long_refusal_is_cut_in_the_middle_and_stays_on_one_line():
    with pytest.raises(ProtocolError) as caught:
        decode_message('{"type":"user_text","text":"x","%s\\n":1}' % ("a" * 5000))
    assert len(caught.value.problem) < 500
    assert caught.value.problem.isprintable()
