"""How a connection begins: one update, confirmed, then the conversation so far."""

from __future__ import annotations

import pytest

from tests.builtins.openai_realtime.peer import Peer
from tth.builtins.openai_realtime.dialogue import wire_id
from tth.core.conversation import message, tool_call, tool_result
from tth.core.events import (
    TurnCompleteEvent,
    WarningEvent,
)


def test_the_first_word_is_one_session_update_and_nothing_else_until_it_is_confirmed():
    peer = Peer(opened=False, items=[message("u1", "user", "hello")])
    assert peer.sent() == []
    peer.say("session.created", session={"type": "realtime"})
    peer.dialogue.respond("t", aside=False, modality="audio")
    (update,) = peer.sent()
    assert update["type"] == "session.update"
    assert update["session"]["instructions"] == "Be brief."
    assert not peer.dialogue.ready
    peer.say("session.updated", session=update["session"])
    assert peer.dialogue.ready
    assert [frame["type"] for frame in peer.sent()] == ["conversation.item.create", "response.create"]


def test_a_server_of_the_beta_dialect_is_spoken_to_in_its_own_words():
    peer = Peer(opened=False, items=[message("a1", "assistant", "I said so.")])
    peer.say("session.created", session={"modalities": ["text", "audio"], "voice": "alloy"})
    (update,) = peer.sent()
    assert update["session"]["modalities"] == ["text", "audio"]
    peer.say("session.updated", session=update["session"])
    (item,) = peer.sent("conversation.item.create")
    assert item["item"]["content"] == [{"type": "text", "text": "I said so."}]
    assert peer.respond()["response"]["modalities"] == ["text", "audio"]


def test_a_refused_session_fails_and_never_becomes_ready():
    peer = Peer(opened=False)
    peer.say("session.created", session={"type": "realtime"})
    peer.refuse(*peer.sent(), "unknown_parameter", param="session.voice")
    assert not peer.dialogue.ready
    assert peer.dialogue.failure.code == "unknown_parameter"
    assert "session.voice" in str(peer.dialogue.failure)


def test_a_dead_dialect_is_fatal():
    peer = Peer(opened=False)
    peer.say("error", error={"type": "invalid_request_error", "code": "beta_api_shape_disabled", "message": "gone"})
    assert peer.dialogue.failure.decision == "fatal"


def test_what_the_server_ignored_is_told():
    peer = Peer(opened=False)
    peer.say("session.created", session={"type": "realtime"})
    (update,) = peer.sent()
    update["session"]["audio"]["output"]["voice"] = "verse"
    peer.say("session.updated", session=update["session"])
    (warning,) = peer.heard(WarningEvent)
    assert "audio.output.voice" in warning.message
    assert "'alloy'" in warning.message
    assert "'verse'" in warning.message


def test_a_conversation_is_replayed_with_its_ids_words_and_tools():
    items = [
        message("u1", "user", "what time is it?"),
        tool_call("c1", "call_1", "clock", "{}"),
        tool_result("o1", "call_1", "noon"),
        message("a1", "assistant", "It is noon."),
    ]
    frames = Peer(items=items).sent("conversation.item.create")
    assert [frame["item"]["id"] for frame in frames] == ["u1", "c1", "o1", "a1"]
    user, call, result, answer = (frame["item"] for frame in frames)
    assert user["content"] == [{"type": "input_text", "text": "what time is it?"}]
    assert (call["type"], call["call_id"], call["name"], call["arguments"]) == (
        "function_call",
        "call_1",
        "clock",
        "{}",
    )
    assert (result["type"], result["call_id"], result["output"]) == ("function_call_output", "call_1", "noon")
    assert answer["content"] == [{"type": "output_text", "text": "It is noon."}]


@pytest.mark.parametrize("item_id", ["x" * 33, "a b", "ümlaut", ""])
def test_an_id_that_no_server_takes_is_replaced_by_one_that_all_do(item_id):
    assert 0 < len(wire_id(item_id)) <= 32
    assert wire_id(item_id) == wire_id(item_id)
    assert wire_id(item_id).isascii()


def test_the_newest_words_of_a_conversation_that_are_not_taken_are_not_answered_with_older_ones():
    items = [message("u1", "user", "one"), message("a1", "assistant", "1"), message("u2", "user", "two")]
    peer = Peer(items=items)
    old, _, new = peer.sent("conversation.item.create")
    assert peer.respond("mine") is not None
    peer.refuse(old, "invalid_value")
    assert peer.heard(TurnCompleteEvent) == []
    peer.refuse(new, "invalid_value")
    (end,) = peer.heard(TurnCompleteEvent)
    assert end.status == "failed"
