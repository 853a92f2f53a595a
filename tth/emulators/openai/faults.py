"""What a server does wrong on purpose: a script of faults, seeded, the same every time."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tth.emulators.scripts import FaultScript

ACTIONS = (
    "drop", "delay_s", "omit", "repeat", "cut", "garbage", "late", "refuse", "fail", "items", "status", "expire_s",
)  # fmt: skip
"""What a fault may do; each does exactly one of these."""

REQUESTS = tuple(
    """session.update input_audio_buffer.append input_audio_buffer.commit input_audio_buffer.clear
    conversation.item.create conversation.item.retrieve conversation.item.truncate conversation.item.delete
    response.create response.cancel output_audio_buffer.clear""".split()
)
"""The client's events."""

EVENTS = tuple(
    """error session.created session.updated conversation.created conversation.item.added conversation.item.done
    conversation.item.created conversation.item.retrieved conversation.item.truncated conversation.item.deleted
    conversation.item.input_audio_transcription.delta conversation.item.input_audio_transcription.completed
    conversation.item.input_audio_transcription.failed input_audio_buffer.speech_started
    input_audio_buffer.speech_stopped input_audio_buffer.committed input_audio_buffer.cleared
    input_audio_buffer.timeout_triggered response.created response.done response.output_item.added
    response.output_item.done response.content_part.added response.content_part.done response.output_text.delta
    response.output_text.done response.output_audio_transcript.delta response.output_audio_transcript.done
    response.output_audio.delta response.output_audio.done response.text.delta response.text.done
    response.audio_transcript.delta response.audio_transcript.done response.audio.delta response.audio.done
    response.function_call_arguments.delta response.function_call_arguments.done rate_limits.updated
    transcript.text.delta transcript.text.done output_audio_buffer.started output_audio_buffer.stopped
    output_audio_buffer.cleared""".split()
)
"""The server's events, those of the beta dialect, of a streamed transcription and of a call among them."""

TRANSCRIPTION = "transcription"
"""A request of the transcription route."""

SECRET = "client_secret"
"""A request for a client secret."""

WHEN = ("connect", TRANSCRIPTION, SECRET, *REQUESTS, *EVENTS)

ON_REQUEST = ("refuse", "fail", "items")
ON_CONNECT = ("status", "expire_s", "delay_s")
ON_TRANSCRIPTION = ("status", "drop", "delay_s")
ON_SECRET = ("status", "delay_s")


class Fault(BaseModel):
    """One thing that goes wrong, and when.

    The first group of fields says when: all that are given must hold. The second says what, exactly one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: str | None = Field(
        None,
        description="An event's type, of the server's or of the client's; 'connect', 'transcription' or "
        "'client_secret'.",
    )
    nth: int | None = Field(None, ge=1, description="Only the n-th of that type on its connection.")
    event: int | None = Field(None, ge=1, description="The n-th event that the server sends on a connection.")
    connection: int | None = Field(None, ge=1, description="Only on the n-th connection to this server.")
    chance: float | None = Field(None, ge=0, le=1, description="With this probability each time.")
    times: int | None = Field(None, ge=1, description="At most so often in all.")

    drop: int | None = Field(None, description="Close with this code instead; 1006 breaks the connection off.")
    delay_s: float | None = Field(None, ge=0, description="Hold it and all that follows back: for long, and it stalls.")
    omit: Literal[True] | None = Field(None, description="Do not send it.")
    repeat: int | None = Field(None, ge=1, description="Send it so many times more.")
    cut: int | None = Field(None, ge=1, description="Send its sound in pieces of so many bytes, odd ones too.")
    garbage: str | None = Field(None, description="Send this text before it.")
    late: int | None = Field(None, ge=1, description="After it, send so many more pieces of the response it ended.")
    refuse: str | None = Field(None, description="Answer the client's event with an error of this code.")
    fail: str | None = Field(None, description="Let the response that is asked for fail with this code.")
    items: int | None = Field(None, ge=2, le=9, description="Let the response speak in so many items.")
    status: int | None = Field(
        None, ge=400, le=599, description="Refuse the handshake, or the request, with this HTTP status."
    )
    expire_s: float | None = Field(None, gt=0, description="Let the session expire after so long.")

    @model_validator(mode="after")
    def _one_action(self) -> Fault:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given)} together" if given else "nothing"
            raise ValueError(f"a fault does one thing, and this one does {what}; give one of {', '.join(ACTIONS)}")
        if self.on is None and self.event is None and self.chance is None:
            raise ValueError("nothing says when; give on, event or chance")
        if self.on == TRANSCRIPTION and given[0] not in ON_TRANSCRIPTION:
            raise ValueError(f"to a transcription only {', '.join(ON_TRANSCRIPTION)} can happen")
        if self.on == SECRET and given[0] not in ON_SECRET:
            raise ValueError(f"to the request for a secret only {', '.join(ON_SECRET)} can happen")
        if given[0] in ("status", "expire_s") and self.on not in ("connect", TRANSCRIPTION, SECRET):
            raise ValueError(f"{given[0]} happens when a client connects; write 'on: connect'")
        if self.on is not None and self.on not in WHEN:
            near = get_close_matches(self.on, WHEN, n=1)
            meant = f"; did you mean {near[0]}?" if near else "; docs/realtime.md and the API reference name them"
            raise ValueError(f"there is no event {self.on!r}{meant}")
        if self.on in REQUESTS and given[0] not in ON_REQUEST:
            raise ValueError(
                f"a client's event can be answered with {' or '.join(ON_REQUEST)}; {given[0]} is the server's"
            )
        if self.on in EVENTS and given[0] in ON_REQUEST:
            raise ValueError(
                f"{given[0]} happens on an event of the client, as response.create; {self.on} is the server's"
            )
        if given[0] in ("fail", "items") and self.on != "response.create":
            raise ValueError(f"{given[0]} happens to a response that is asked for; write 'on: response.create'")
        if self.on == "connect" and given[0] not in ON_CONNECT:
            raise ValueError(f"when a client connects, only {', '.join(ON_CONNECT)} can happen")
        return self

    @property
    def action(self) -> str:
        """Which of ``ACTIONS`` it does."""
        return next(name for name in ACTIONS if getattr(self, name) is not None)


class Faults(FaultScript[Fault]):
    """A whole script."""
