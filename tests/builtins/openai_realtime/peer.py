"""A dialogue with a server whose every word the test writes."""

from __future__ import annotations

import json
from base64 import b64encode

from tth.builtins.openai_realtime.dialogue import Dialogue
from tth.builtins.openai_realtime.replies import Replies
from tth.wire.realtime.client.config import SessionConfig

CONFIG = SessionConfig(instructions="Be brief.", voice="alloy", turn_detection={"type": "server_vad"})
SOUND = b"\x01\x10" * 2400
"""100 ms."""


class Peer:
    def __init__(self, config=CONFIG, *, prices=None, items=(), opened=True):
        self.dialogue = Dialogue(config, Replies(prices), items=items)
        self._number = 0
        if opened:
            self.open()

    def open(self):
        self.say("session.created", session={"type": "realtime", "id": "sess_1"})
        (update,) = self.sent()
        self.say("session.updated", session=update["session"])

    def say(self, kind, **fields):
        self._number += 1
        self.dialogue.receive(json.dumps({"type": kind, "event_id": f"s{self._number}", **fields}))

    def sent(self, *kinds):
        """What was sent since the last look."""
        frames = [json.loads(frame) for frame in self.dialogue.frames]
        self.dialogue.frames.clear()
        return [frame for frame in frames if not kinds or frame["type"] in kinds]

    def heard(self, *kinds):
        """What the reader is told since the last look."""
        events = [*self.dialogue.events]
        self.dialogue.events.clear()
        return [event for event in events if not kinds or isinstance(event, kinds)]

    def respond(self, tag="t", **wishes):
        """Ask for a response; the frame, where it was sent at once."""
        self.dialogue.respond(tag, aside="context" in wishes, **{"modality": "audio", **wishes})
        frames = self.sent("response.create")
        return frames[0] if frames else None

    def begin(self, response_id, request=None):
        metadata = request["response"]["metadata"] if request else None
        self.say("response.created", response={"id": response_id, "status": "in_progress", "metadata": metadata})

    def speak(self, response_id, item_id, words="", sound=b""):
        where = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
        if words:
            self.say("response.output_audio_transcript.delta", delta=words, **where)
        if sound:
            self.say("response.output_audio.delta", delta=b64encode(sound).decode(), **where)

    def finish(self, response_id, status="completed", **more):
        self.say("response.done", response={"id": response_id, "status": status, **more})

    def refuse(self, frame, code, **more):
        error = {"type": "invalid_request_error", "code": code, "message": "no", "event_id": frame["event_id"], **more}
        self.say("error", error=error)
