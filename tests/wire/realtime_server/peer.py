"""A client and a mind in one, talking to an engine without a socket."""

from __future__ import annotations

import base64
import json
from itertools import count

import numpy as np

from tests.wire.realtime_server.strict import check
from tth.wire.realtime.server.engine import Engine
from tth.wire.realtime.server.options import EngineOptions
from tth.wire.realtime.server.orders import Respond

MS = 48
"""Bytes of PCM16 in a millisecond."""


class Peer:
    def __init__(self, *, opened=True, **options) -> None:
        numbers = count(1)
        self.beta = options.get("dialect") == "beta"
        self.engine = Engine(EngineOptions(**options), ids=lambda word: f"{word}_{next(numbers)}")
        self.all_orders = []
        if opened:
            self.engine.open()
            self.events()
            self.orders()

    def events(self):
        events = []
        for sent in self.engine.take_events():
            event = json.loads(sent.data)
            assert event["type"] == sent.type
            if not self.beta:
                check(event)
            events.append(event)
        return events

    def orders(self, kind=None):
        orders = self.engine.take_orders()
        self.all_orders += orders
        return [order for order in orders if kind is None or isinstance(order, kind)]

    def send(self, kind, **fields):
        self.engine.receive(json.dumps({"type": kind, **fields}))
        return self.events()

    def error(self, kind, **fields):
        """The one error that this gets."""
        events = self.send(kind, **fields)
        assert types(events) == ["error"]
        return events[0]["error"]

    def update(self, **session):
        return self.send("session.update", session={"type": "realtime", **session})

    def refused(self, **session):
        error = self.error("session.update", session={"type": "realtime", **session})
        return error["code"], error["param"]

    def hear(self, pcm):
        return self.send("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())

    def say(self, text, **item):
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}], **item}
        return self.send("conversation.item.create", item=item)

    def respond(self, **response):
        """Begin a response; gives its id."""
        events = self.send("response.create", response=response)
        assert types(events)[0] == "response.created", events
        self.orders()
        return events[0]["response"]["id"]

    def speak(self, response_id, text="Hello there.", ms=1_000):
        self.engine.response_text(response_id, text)
        self.engine.response_audio(response_id, bytes(ms * MS))
        return self.events()

    def answer(self, text="Hello there.", ms=1_000, **response):
        """A whole response; gives its events after ``response.created``, and the item's id."""
        response_id = self.respond(**response)
        events = self.speak(response_id, text, ms)
        self.engine.response_done(response_id)
        events += self.events()
        return events, events[0]["item"]["id"]

    def ordered(self) -> Respond:
        (order,) = self.orders(Respond)
        return order


def types(events):
    return [event["type"] for event in events]


def loud(ms):
    return (8_000 * np.sin(np.arange(ms * 24) / 10)).astype("<i2").tobytes()


def quiet(ms):
    return bytes(ms * MS)


def usage_of(events):
    return events[-1]["response"]["usage"]
