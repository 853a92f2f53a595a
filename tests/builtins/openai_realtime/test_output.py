"""When sound begins and ends, as the server says it: in whichever order it says so."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import SOUND, Peer
from tth.core.events import (
    AudioChunkEvent,
    AudioDoneEvent,
    OutputStartedEvent,
    OutputStoppedEvent,
    ResponseStartedEvent,
)


@pytest.mark.parametrize("name", ["response.output_audio.done", "response.audio.done"])
def test_an_item_s_sound_is_called_whole_in_either_dialect(name):
    peer = Peer()
    peer.begin("r1", peer.respond())
    peer.speak("r1", "i1", sound=SOUND)
    peer.heard()
    peer.say(name, response_id="r1", item_id="i1")
    assert peer.heard() == [AudioDoneEvent(response_id="r1", item_id="i1")]
    peer.speak("r1", "i1", sound=SOUND)
    assert len(peer.heard(AudioChunkEvent)) == 1


@pytest.mark.parametrize("first", ["created", "started", "delta"])
def test_a_response_begins_with_whatever_of_it_comes_first_and_nothing_is_lost(first):
    peer = Peer()
    request = peer.respond("mine")
    steps = {
        "created": lambda: peer.begin("r1", request),
        "started": lambda: peer.say("output_audio_buffer.started", response_id="r1"),
        "delta": lambda: peer.speak("r1", "i1", sound=SOUND),
    }
    for name in sorted(steps, key=lambda name: name != first):
        steps[name]()
    peer.say("output_audio_buffer.stopped", response_id="r1")
    events = peer.heard()
    (began,) = [event for event in events if isinstance(event, ResponseStartedEvent)]
    assert events[0] is began
    assert began.tag == "mine"
    assert len([event for event in events if isinstance(event, AudioChunkEvent)]) == 1
    assert OutputStartedEvent(response_id="r1") in events
    assert events[-1] == OutputStoppedEvent(response_id="r1")
