import base64

import pytest

from tests.wire.realtime_server.peer import MS, Peer, types, usage_of
from tth.wire.realtime.server.orders import AddItem, Cancel, Configure, DeleteItem, OutputItem, Respond, Truncate


@pytest.fixture
def peer():
    return Peer()


def test_the_first_event_is_the_session_in_full() -> None:
    peer = Peer(opened=False)
    peer.engine.open()
    first, second = peer.events()
    assert (first["type"], second["type"]) == ("session.created", "conversation.created")
    assert first["session"]["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert [type(order) for order in peer.orders()] == [Configure]


def test_a_text_turn_runs_in_the_order_of_the_protocol(peer) -> None:
    peer.update(output_modalities=["text"])
    assert types(peer.say("Hi", id="mine")) == ["conversation.item.added", "conversation.item.done"]
    (added,) = peer.orders(AddItem)
    assert (added.item.id, added.item.pieces[0].text, added.previous_item_id) == ("mine", "Hi", None)
    response_id = peer.respond()
    peer.engine.response_text(response_id, "Good ")
    peer.engine.response_text(response_id, "day")
    peer.engine.response_done(response_id)
    events = peer.events()
    assert types(events) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert events[1]["previous_item_id"] == "mine"
    assert events[5]["text"] == "Good day"
    response = events[-1]["response"]
    assert response["status"] == "completed"
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "Good day"}]


def test_a_spoken_turn_ends_sound_and_transcript_before_its_part(peer) -> None:
    events, item_id = peer.answer()
    assert types(events)[3:] == [
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert len(base64.b64decode(events[4]["delta"])) == 1_000 * MS
    assert "audio" not in events[-1]["response"]["output"][0]["content"][0]
    (retrieved,) = peer.send("conversation.item.retrieve", item_id=item_id)
    assert len(base64.b64decode(retrieved["item"]["content"][0]["audio"])) == 1_000 * MS


def test_instructions_of_null_are_those_of_the_session(peer) -> None:
    peer.update(instructions="Be brief.")
    peer.send("response.create", response={"instructions": None})
    assert peer.ordered().instructions == "Be brief."


def test_a_response_may_hold_several_messages_and_calls(peer) -> None:
    response_id = peer.respond()
    peer.speak(response_id, "First")
    peer.engine.response_next_item(response_id)
    peer.speak(response_id, "Second")
    peer.engine.tool_call_delta(response_id, "call_a", "look", '{"a":')
    peer.engine.tool_call_delta(response_id, "call_b", "look", "{}")
    peer.engine.tool_call_delta(response_id, "call_a", "look", "1}")
    peer.engine.tool_call_done(response_id, "call_a")
    peer.engine.response_done(response_id)
    events = peer.events()
    output = events[-1]["response"]["output"]
    assert [item["type"] for item in output] == ["message", "message", "function_call", "function_call"]
    assert output[2]["arguments"] == '{"a":1}'
    assert [order.call_id for order in peer.orders(OutputItem)] == ["", "", "call_a", "call_b"]
    done = [event for event in events if event["type"] == "response.function_call_arguments.done"]
    assert [event["name"] for event in done] == ["look", "look"]


def test_the_output_of_an_unknown_call_is_refused_and_of_a_known_one_taken(peer) -> None:
    output = {"type": "function_call_output", "call_id": "call_a", "output": "1"}
    assert peer.error("conversation.item.create", item=output)["param"] == "item.call_id"
    call = {"type": "function_call", "call_id": "call_a", "name": "look", "arguments": "{}"}
    peer.send("conversation.item.create", item=call)
    assert types(peer.send("conversation.item.create", item=output))[-1] == "conversation.item.done"


def test_only_one_response_writes_to_the_conversation(peer) -> None:
    peer.respond()
    error = peer.error("response.create", event_id="mine")
    assert (error["code"], error["event_id"]) == ("conversation_already_has_active_response", "mine")


def test_responses_out_of_band_run_beside_it_and_leave_no_trace(peer) -> None:
    peer.say("Hi", id="hi")
    main = peer.respond()
    given = [{"type": "item_reference", "id": "hi"}, {"type": "message", "role": "system", "content": []}]
    events = peer.send(
        "response.create",
        response={"conversation": "none", "input": given, "metadata": {"topic": "x"}, "output_modalities": ["text"]},
    )
    assert events[0]["response"]["metadata"] == {"topic": "x"}
    assert events[0]["response"]["conversation_id"] is None
    order = peer.ordered()
    assert (order.out_of_band, order.input[0].id) == (True, "hi")
    peer.engine.response_text(order.response_id, "Aside")
    peer.engine.response_done(order.response_id)
    assert not any(kind.startswith("conversation.") for kind in types(peer.events()))
    peer.speak(main)
    peer.engine.response_done(main)
    assert peer.events()[-1]["response"]["status"] == "completed"


def test_a_reference_to_no_item_is_refused(peer) -> None:
    error = peer.error("response.create", response={"input": [{"type": "item_reference", "id": "none"}]})
    assert error["param"] == "response.input[0].id"


def test_a_cancelled_response_closes_its_parts_and_nothing_of_it_follows(peer) -> None:
    response_id = peer.respond()
    peer.speak(response_id)
    events = peer.send("response.cancel", response_id=response_id)
    assert types(events)[-1] == "response.done"
    assert events[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert events[-1]["response"]["output"][0]["status"] == "incomplete"
    assert usage_of(events)["output_tokens"] > 0
    assert [order.response_id for order in peer.orders(Cancel)] == [response_id]
    peer.engine.response_next_item(response_id)
    peer.engine.tool_call_delta(response_id, "call", "f", "{}")
    peer.engine.tool_call_done(response_id, "call")
    peer.engine.response_done(response_id)
    assert peer.speak(response_id) == []


def test_cancelling_nothing_is_refused(peer) -> None:
    assert peer.error("response.cancel")["code"] == "response_cancel_not_active"
    assert peer.error("response.cancel", response_id="resp_x")["code"] == "response_cancel_not_active"


def test_a_failed_response_says_why(peer) -> None:
    response_id = peer.respond()
    peer.engine.response_done(response_id, "failed", error=("server_error", "boom", "It broke."))
    (done,) = peer.events()
    assert done["response"]["status_details"]["error"]["code"] == "boom"


def test_a_response_ends_where_its_tokens_do(peer) -> None:
    response_id = peer.respond(max_output_tokens=2, output_modalities=["text"])
    peer.engine.response_text(response_id, "abcdefghijkl")
    events = peer.events()
    assert events[-1]["response"]["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "abcdefgh"
    assert usage_of(events)["output_tokens"] == 2
    assert peer.orders(Cancel)


def test_sound_and_calls_are_cut_at_the_limit_as_well(peer) -> None:
    spoken = peer.respond(max_output_tokens=3)
    peer.engine.response_audio(spoken, bytes(1_000 * MS))
    events = peer.events()
    assert len(base64.b64decode(events[3]["delta"])) == 150 * MS
    assert usage_of(events)["output_token_details"] == {"text_tokens": 0, "audio_tokens": 3}
    calling = peer.respond(max_output_tokens=2)
    peer.engine.tool_call_delta(calling, "call", "f", '{"long": "argument"}')
    assert peer.events()[-1]["response"]["output"][0]["arguments"] == '{"lo'


def test_usage_counts_what_was_read_and_what_of_it_was_read_before(peer) -> None:
    peer.update(instructions="1234" * 10)
    peer.say("12345678")
    events, _ = peer.answer("abcd", ms=100)
    usage = usage_of(events)
    assert usage["input_token_details"]["text_tokens"] == 12
    assert usage["input_token_details"]["cached_tokens"] == 0
    assert usage["output_token_details"] == {"text_tokens": 1, "audio_tokens": 2}
    usage = usage_of(peer.answer("abcd", ms=100)[0])
    assert usage["input_token_details"]["cached_tokens_details"]["text_tokens"] == 12
    assert usage["input_tokens"] == 12 + 3
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_truncating_drops_sound_and_transcript(peer) -> None:
    _, item_id = peer.answer()
    events = peer.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=400)
    assert types(events) == ["conversation.item.truncated"]
    assert peer.orders(Truncate)[0].audio_end_ms == 400
    (retrieved,) = peer.send("conversation.item.retrieve", item_id=item_id)
    part = retrieved["item"]["content"][0]
    assert (part["transcript"], len(base64.b64decode(part["audio"]))) == ("", 400 * MS)


def test_an_item_in_progress_can_be_truncated_before_its_response_is_cancelled(peer) -> None:
    response_id = peer.respond()
    item_id = peer.speak(response_id)[0]["item"]["id"]
    peer.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=100)
    assert types(peer.speak(response_id, "More")) == [
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
    ]
    events = peer.send("response.cancel")
    assert events[-1]["response"]["output"][0]["content"][0]["transcript"] == ""
    (retrieved,) = peer.send("conversation.item.retrieve", item_id=item_id)
    assert len(base64.b64decode(retrieved["item"]["content"][0]["audio"])) == 100 * MS


def test_truncating_past_the_sound_or_what_has_none_is_refused(peer) -> None:
    _, item_id = peer.answer()
    where = {"item_id": item_id, "content_index": 0}
    message = peer.error("conversation.item.truncate", **where, audio_end_ms=1_001)["message"]
    assert message == "Audio content of 1000ms is already shorter than 1001ms"
    peer.say("", id="told", role="assistant", content=[{"type": "output_text", "text": "Once"}])
    error = peer.error("conversation.item.truncate", item_id="told", content_index=0, audio_end_ms=0)
    assert error["code"] == "unsupported_content_type"


def test_items_are_inserted_deleted_and_kept_apart_by_id(peer) -> None:
    peer.say("one", id="a")
    text = [{"type": "input_text", "text": "x"}]
    item = {"type": "message", "role": "user", "content": text}
    front = peer.send("conversation.item.create", item={**item, "id": "b"}, previous_item_id="root")
    behind = peer.send("conversation.item.create", item={**item, "id": "c"}, previous_item_id="b")
    assert (front[0]["previous_item_id"], behind[0]["previous_item_id"]) == (None, "b")
    assert peer.error("conversation.item.create", item={**item, "id": "a"})["code"] == "item_create_duplicate_item_id"
    error = peer.error("conversation.item.create", item=item, previous_item_id="none")
    assert error["code"] == "item_create_invalid_item_id"
    peer.orders()
    assert types(peer.send("conversation.item.delete", item_id="b")) == ["conversation.item.deleted"]
    assert peer.orders() == [DeleteItem(item_id="b")]
    assert peer.error("conversation.item.delete", item_id="b")["code"] == "item_delete_invalid_item_id"
    assert peer.error("conversation.item.retrieve", item_id="b")["code"] == "item_retrieve_invalid_item_id"


def test_an_item_deleted_while_in_progress_is_not_told_as_done(peer) -> None:
    response_id = peer.respond()
    item_id = peer.speak(response_id)[0]["item"]["id"]
    peer.send("conversation.item.delete", item_id=item_id)
    peer.engine.response_done(response_id)
    assert "conversation.item.done" not in types(peer.events())


def test_the_sound_of_an_assistant_is_not_taken_from_a_client(peer) -> None:
    content = [{"type": "output_audio", "audio": ""}]
    error = peer.error("conversation.item.create", item={"type": "message", "role": "assistant", "content": content})
    assert error["param"] == "item.content[0].type"


def test_pictures_and_sound_of_the_user_are_taken(peer) -> None:
    sound = base64.b64encode(bytes(200 * MS)).decode()
    content = [
        {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
        {"type": "input_audio", "audio": sound},
    ]
    peer.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
    assert [piece.kind for piece in peer.orders(AddItem)[0].item.pieces] == ["image", "audio"]
    details = usage_of(peer.answer()[0])["input_token_details"]
    assert (details["audio_tokens"], details["image_tokens"]) == (2, 765)


def test_when_the_context_is_full_the_oldest_items_go() -> None:
    peer = Peer(model="gpt-4o-mini-realtime-preview")
    for index in range(8):
        peer.say("x" * 7_000, id=f"item{index}")
    gone = [order.item_id for order in peer.orders(DeleteItem)]
    assert gone == ["item0", "item1"]


def test_a_context_that_may_not_be_cut_takes_no_more() -> None:
    peer = Peer(model="gpt-4o-mini-realtime-preview")
    peer.update(truncation="disabled")
    peer.say("x" * 40_000)
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x" * 40_000}]}
    assert peer.error("conversation.item.create", item=item)["code"] == "context_length_exceeded"


def test_an_expired_session_says_so_and_hears_nothing_more(peer) -> None:
    peer.engine.expire()
    (error,) = peer.events()
    assert error["error"]["code"] == "session_expired"
    assert peer.engine.expired
    assert peer.say("Hi") == []


def test_a_forced_tool_is_passed_on_and_one_that_is_not_there_refused(peer) -> None:
    tools = [{"type": "function", "name": "look", "description": "Look.", "parameters": {"type": "object"}}]
    choice = {"type": "function", "name": "look"}
    peer.send("response.create", response={"tools": tools, "tool_choice": choice})
    order = peer.ordered()
    assert (order.tools[0]["name"], order.tool_choice) == ("look", choice)
    peer.send("response.cancel")
    assert peer.error("response.create", response={"tool_choice": choice})["param"] == "response.tool_choice"


def test_metadata_has_its_limits(peer) -> None:
    for metadata in ({"k" * 65: ""}, {"k": "v" * 513}, {str(n): "" for n in range(17)}, {"k": 1}):
        assert peer.error("response.create", response={"metadata": metadata})["param"].startswith("response.metadata")
    assert not peer.orders(Respond)
