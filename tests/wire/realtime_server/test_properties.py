import base64
import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wire.realtime_server.follower import Follower
from tests.wire.realtime_server.peer import Peer, loud, quiet
from tth.wire.realtime.server.buffer import InputBuffer
from tth.wire.realtime.server.conversation import Conversation
from tth.wire.realtime.server.items import Item, Part
from tth.wire.realtime.server.orders import Cancel, DeleteItem, Respond
from tth.wire.realtime.server.sound import SoundDecoder, SoundEncoder

ids = st.sampled_from(["@0", "@1", "@2", "@3", "a", "b", "root", "x" * 40])
"""``@n`` stands for the n-th newest item that there is."""
words = st.text(max_size=12)
sounds = st.sampled_from([quiet(40), loud(80), loud(300), quiet(600), b"", b"\x01"]).map(
    lambda pcm: base64.b64encode(pcm).decode()
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)
modalities = st.sampled_from([["audio"], ["text"]])
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function"), "name": st.sampled_from(["look", "go"])},
        optional={"description": words, "parameters": st.dictionaries(words, json_values, max_size=2)},
    ),
    max_size=2,
)
tool_choices = st.sampled_from(["auto", "none", "required", {"type": "function", "name": "look"}])
limits = st.sampled_from(["inf", 1, 2, 50])
formats = st.sampled_from(
    [{"type": "audio/pcm"}, {"type": "audio/pcm", "rate": 24_000}, {"type": "audio/pcmu"}, {"type": "audio/pcma"}]
)
voices = st.sampled_from(["ash", "marin", "onyx", {"id": "voice_1"}])
detections = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["server_vad", "semantic_vad"]),
        "threshold": st.floats(0, 1),
        "silence_duration_ms": st.sampled_from([0, 100, 500]),
        "eagerness": st.sampled_from(["low", "high"]),
        "idle_timeout_ms": st.sampled_from([None, 5_000]),
        "create_response": st.booleans(),
        "interrupt_response": st.booleans(),
    },
)
hears = st.fixed_dictionaries(
    {},
    optional={
        "format": formats,
        "turn_detection": detections,
        "transcription": st.sampled_from([None, {"model": "whisper-1"}, {"language": "de", "model": "m"}]),
        "noise_reduction": st.sampled_from([None, {"type": "near_field"}, {"strength": 0.5}]),
    },
)
speaks = st.fixed_dictionaries({}, optional={"format": formats, "voice": voices})
shared = {
    "instructions": words,
    "output_modalities": modalities,
    "tools": tools,
    "tool_choice": tool_choices,
    "max_output_tokens": limits,
    "reasoning": st.just({"effort": "low"}),
}
sessions = st.fixed_dictionaries(
    {"type": st.sampled_from(["realtime"] * 9 + ["transcription"])},
    optional={
        **shared,
        "audio": st.fixed_dictionaries({}, optional={"input": hears, "output": speaks}),
        "tracing": st.sampled_from([None, "auto", {"group_id": "g"}]),
        "truncation": st.sampled_from(
            [
                "auto",
                "disabled",
                {"type": "retention_ratio", "retention_ratio": 0.5, "token_limits": {"post_instructions": 9}},
            ]
        ),
    },
)
parts = st.sampled_from(["input_text", "output_text"]).flatmap(
    lambda kind: st.fixed_dictionaries({"type": st.just(kind), "text": words})
) | st.fixed_dictionaries({"type": st.just("input_audio"), "audio": sounds})
items = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("message"),
            "role": st.sampled_from(["user", "assistant", "system"]),
            "content": st.lists(parts, max_size=2),
        },
        optional={"id": ids},
    ),
    st.fixed_dictionaries(
        {"type": st.just("function_call"), "name": words, "arguments": words}, optional={"id": ids, "call_id": ids}
    ),
    st.fixed_dictionaries({"type": st.just("function_call_output"), "call_id": ids, "output": words}),
)
inputs = st.lists(items | st.fixed_dictionaries({"type": st.just("item_reference"), "id": ids}), max_size=2)
responses = st.fixed_dictionaries(
    {},
    optional={
        **shared,
        "conversation": st.sampled_from(["auto", "none"]),
        "input": inputs,
        "metadata": st.none() | st.dictionaries(words, words, max_size=2),
        "audio": st.fixed_dictionaries({}, optional={"output": speaks}),
    },
)


def _event(kind, optional=None, **fields):
    return st.fixed_dictionaries({"type": st.just(kind), **fields}, optional={"event_id": words, **(optional or {})})


kinds = [
    _event("session.update", session=sessions),
    _event("input_audio_buffer.append", audio=sounds),
    _event("input_audio_buffer.commit"),
    _event("input_audio_buffer.clear"),
    _event("conversation.item.create", {"previous_item_id": ids}, item=items),
    _event("conversation.item.create", item=items),
    _event("conversation.item.retrieve", item_id=ids),
    _event("conversation.item.delete", item_id=ids),
    _event(
        "conversation.item.truncate",
        item_id=ids,
        content_index=st.integers(0, 1),
        audio_end_ms=st.integers(0, 200),
    ),
    _event("response.create", {"response": responses}),
    _event("response.create"),
    _event("response.cancel"),
    _event("response.cancel", {"response_id": ids}),
]
client_events = st.sampled_from(kinds).flatmap(lambda kind: kind)


def _places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


@st.composite
def mutated(draw):
    """A client event with one thing in it lost, put in, or replaced by something else."""
    event = copy.deepcopy(draw(client_events))
    path = draw(st.sampled_from(list(_places(event))))
    if not path:
        return {**event, draw(words): draw(json_values)}
    place = event
    for step in path[:-1]:
        place = place[step]
    if draw(st.booleans()):
        place[path[-1]] = draw(json_values)
    else:
        del place[path[-1]]
    return event


rubbish = st.text(max_size=20) | st.binary(max_size=20) | json_values.map(json.dumps)
frames = st.sampled_from([client_events.map(json.dumps)] * 6 + [mutated().map(json.dumps)] * 2 + [rubbish]).flatmap(
    lambda kind: kind
)
mind_calls = st.one_of(
    st.tuples(st.just("response_text"), words),
    st.tuples(st.just("response_audio"), st.binary(max_size=3) | st.just(quiet(100)) | st.just(loud(900))),
    st.tuples(st.just("response_next_item")),
    st.tuples(st.just("tool_call_delta"), ids, st.just("look"), words),
    st.tuples(st.just("tool_call_done"), ids),
    st.tuples(st.just("response_done"), st.sampled_from(["completed", "incomplete", "failed"])),
)
host_calls = st.one_of(
    st.tuples(st.just("idle"), st.integers(0, 9_000)),
    st.tuples(st.just("transcript"), ids, words),
    st.tuples(st.just("transcript_delta"), ids, words),
    st.tuples(st.just("transcript_failed"), ids, words, words),
)


# One_of flattens what it is given; drawing the kind first keeps the kinds in proportion.
actions = st.sampled_from([frames] * 5 + [mind_calls] * 5 + [host_calls]).flatmap(lambda kind: kind)
runs = st.lists(st.tuples(actions, st.integers(0, 3)), min_size=10, max_size=50)


class Run:
    """An engine under arbitrary use, followed as a client and as a mind."""

    def __init__(self, **options) -> None:
        self.peer = Peer(**options)
        self.follower = Follower()
        self.asked: list[str] = ["resp_none"]

    def step(self, action, which) -> None:
        engine = self.peer.engine
        if isinstance(action, str):
            engine.receive(self._named(action))
        elif isinstance(action, bytes):
            engine.receive(action)
        elif action[0].startswith(("response_", "tool_")):
            getattr(engine, action[0])(self.asked[-1 - which % len(self.asked)], *action[1:])
        else:
            getattr(engine, action[0])(*map(self._named, action[1:]))
        self._follow()

    def _named(self, text):
        if isinstance(text, str):
            for index, item_id in enumerate(reversed(self.follower.items[-4:])):
                text = text.replace(f"@{index}", item_id)
        return text

    def _follow(self) -> None:
        for event in self.peer.events():
            if not self.peer.beta:
                self.follower.see(event)
        for order in self.peer.orders():
            if isinstance(order, Respond):
                self.asked.append(order.response_id)
            elif isinstance(order, DeleteItem):
                self.follower.forget(order.item_id)
            elif isinstance(order, Cancel) and not self.peer.beta:
                assert order.response_id in self.follower.done


@pytest.mark.parametrize(
    "options", [{}, {"strict": False}, {"model": "gpt-realtime-1.5"}, {"dialect": "beta"}], ids=str
)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_use_breaks_the_order_of_events_or_raises(options, data) -> None:
    run = Run(**options)
    for action, which in data.draw(runs):
        run.step(action, which)
    if not run.peer.beta:
        _check_items(run)


def _check_items(run) -> None:
    """Every item that was told can be retrieved, and none that was not."""
    for item_id in [*run.follower.items, "none"]:
        (event,) = run.peer.send("conversation.item.retrieve", item_id=item_id)
        assert event["type"] == ("conversation.item.retrieved" if item_id != "none" else "error")


@settings(max_examples=100, deadline=None)
@given(st.lists(mind_calls, max_size=15), st.integers(0, 15))
def test_after_a_cancel_nothing_of_the_response_comes(calls, at) -> None:
    run = Run()
    run.step('{"type": "response.create"}', 0)
    response_id = run.asked[-1]
    for index, call in enumerate(calls):
        if index == at:
            run.step('{"type": "response.cancel"}', 0)
        run.step(call, 1)
    run.step('{"type": "response.cancel"}', 0)
    assert response_id in run.follower.done


@given(st.lists(st.binary(max_size=50)), st.sampled_from(["audio/pcm", "audio/pcmu", "audio/pcma"]))
def test_sound_is_the_same_however_it_is_cut(chunks, law) -> None:
    whole = b"".join(chunks)
    decoder = SoundDecoder({"type": law})
    pieces = [decoder.feed(chunk) for chunk in chunks]
    assert b"".join(pieces) == SoundDecoder({"type": law}).feed(whole)
    encoder = SoundEncoder({"type": law})
    assert b"".join(map(encoder.feed, pieces)) == SoundEncoder({"type": law}).feed(b"".join(pieces))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50), st.integers(0, 50))))
def test_a_buffer_gives_the_samples_of_the_stream(steps) -> None:
    buffer, stream = InputBuffer(), b""
    for adds, first, second in steps:
        if adds:
            pcm = bytes([first, second]) * first
            buffer.append(pcm)
            stream += pcm
            continue
        kept, (begin, end) = buffer.start, sorted((first, second))
        assert buffer.take(begin, end) == stream[2 * max(begin, kept) : 2 * max(end, kept)]
        assert buffer.written == len(stream) // 2


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(0, 30)), max_size=30))
def test_a_conversation_knows_its_order_and_its_size(steps) -> None:
    conversation, order = Conversation(), []
    for item_id, after, size in steps:
        if item_id in order:
            conversation.remove(conversation.get(item_id))
            order.remove(item_id)
            continue
        conversation.add(
            Item(id=item_id, role="user", parts=[Part("input_text", "x" * size)]), after=conversation.get(after)
        )
        order.insert(order.index(after) + 1 if after in order else len(order), item_id)
        assert [item.id for item in conversation] == order
        assert conversation.tokens == sum(item.tokens().total for item in conversation)


def test_a_conversation_is_bounded_in_sound_and_in_number() -> None:
    conversation = Conversation()
    for index in range(5_000):
        sound = Part("input_audio", None, bytearray(100_000), 50_000)
        conversation.add(Item(id=str(index), role="user", parts=[sound]))
        conversation.drop_oldest(10**9, 10**9)
    assert len(conversation) == 4_096
    assert sum(len(item.parts[0].pcm) for item in conversation) <= 64 * 2**20
    assert len(conversation.get("4999").parts[0].pcm) == 100_000
