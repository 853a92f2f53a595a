"""What a server refuses, and what becomes of it."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import Peer
from tth.builtins.openai_realtime.requests import TRIES
from tth.core.events import (
    ErrorEvent,
    ResponseStartedEvent,
    TurnCompleteEvent,
    WarningEvent,
)


def test_a_refused_request_ends_as_a_failed_response_at_once():
    peer = Peer()
    peer.refuse(peer.respond("mine"), "invalid_value", param="response.instructions")
    started, end = peer.heard()
    assert started.tag == "mine"
    assert (end.status, end.response_id) == ("failed", started.response_id)
    assert "response.instructions" in end.reason
    assert peer.respond("next") is not None, "nothing waits for what will never come"


def test_a_busy_server_is_asked_again_in_a_while_and_not_for_ever():
    peer = Peer()
    frame = peer.respond("mine")
    for _ in range(TRIES - 1):
        peer.refuse(frame, "rate_limit_exceeded")
        assert peer.dialogue.later
        assert peer.sent("response.create") == []
        peer.dialogue.resume()
        (frame,) = peer.sent("response.create")
    peer.refuse(frame, "rate_limit_exceeded")
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"


def test_a_refusal_because_another_runs_is_asked_again_when_that_one_ends():
    peer = Peer()
    frame = peer.respond("mine")
    peer.say("input_audio_buffer.speech_stopped", item_id="u9")
    peer.begin("own")
    peer.refuse(frame, "conversation_already_has_active_response")
    assert peer.sent("response.create") == []
    peer.finish("own")
    (again,) = peer.sent("response.create")
    peer.begin("r1", again)
    peer.finish("r1")
    assert [event.tag for event in peer.heard(ResponseStartedEvent)] == ["", "mine"]


def test_an_error_that_repeats_no_id_is_about_the_one_thing_waited_for():
    peer = Peer()
    peer.respond("mine")
    peer.say("error", error={"type": "invalid_request_error", "code": "invalid_value", "message": "no"})
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"


@pytest.mark.parametrize("code", ["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"])
@pytest.mark.parametrize("where", ["error", "response"])
def test_an_empty_account_is_told_once_and_nothing_is_asked_again(code, where):
    peer = Peer()
    frame = peer.respond("mine")
    if where == "error":
        peer.refuse(frame, code)
    else:
        peer.begin("r1", frame)
        error = {"type": "insufficient_quota", "code": code, "message": "pay"}
        peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    (error,) = peer.heard(ErrorEvent)
    assert (error.code, error.decision) == (code, "fatal")
    assert not peer.dialogue.later
    assert peer.sent() == []


def test_a_response_that_fails_before_its_first_word_is_asked_for_again_unseen():
    peer = Peer()
    frame = peer.respond("mine")
    peer.begin("r1", frame)
    error = {"type": "server_error", "code": "server_error", "message": "oops"}
    peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    assert peer.heard() == []
    peer.dialogue.resume()
    (again,) = peer.sent("response.create")
    peer.begin("r2", again)
    peer.speak("r2", "i2", "Here.")
    peer.finish("r2")
    assert [event.status for event in peer.heard(TurnCompleteEvent)] == ["completed"]


def test_a_response_that_fails_after_its_first_word_has_failed():
    peer = Peer()
    peer.begin("r1", peer.respond("mine"))
    peer.speak("r1", "i1", "He")
    error = {"type": "server_error", "code": "server_error", "message": "oops"}
    peer.finish("r1", "failed", status_details={"type": "failed", "error": error})
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"
    assert "oops" in end.reason


def test_an_expired_session_asks_for_a_new_connection():
    peer = Peer()
    peer.say("error", error={"type": "invalid_request_error", "code": "session_expired", "message": "60 minutes"})
    (error,) = peer.heard(ErrorEvent)
    assert error.decision == "retry"


def test_nonsense_is_told_and_the_dialogue_goes_on():
    peer = Peer()
    peer.dialogue.receive("no json at all")
    peer.dialogue.receive('{"type":"response.created","response":7}')
    assert [event.code for event in peer.heard(WarningEvent)] == ["bad_event", "bad_event"]
    peer.begin("r1", peer.respond())
    peer.finish("r1")
    assert [event.status for event in peer.heard(TurnCompleteEvent)] == ["completed"]
