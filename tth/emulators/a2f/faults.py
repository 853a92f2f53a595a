"""What the service does wrong on purpose: a script of faults, seeded, the same every time."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tth.emulators.scripts import FaultScript
from tth.wire.a2f.methods import FRAMES_A_SECOND

AT_HEADER = ("refuse", "late_header_s", "no_header", "names")
"""What happens before the first frame."""

AT_FRAME = ("error", "abort", "drop", "stall_s")
"""What happens once, before a frame is sent."""

FROM_FRAME = ("fps", "values", "weight", "time_codes")
"""What happens to frames, from one on."""

AT_END = ("no_status", "after")
"""What happens when the clip is over."""

ACTIONS = (*AT_HEADER, *AT_FRAME, *FROM_FRAME, *AT_END)
"""What a fault may do; each does exactly one of these."""

CODES = tuple(
    """CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED
    RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS
    UNAUTHENTICATED""".split()
)
"""Statuses of gRPC that a call may fail with."""


class Fault(BaseModel):
    """One thing that goes wrong, and when.

    The first group of fields says when: all that are given must hold. The second says what, exactly one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip: int | None = Field(None, ge=1, description="Only in the n-th clip of this server.")
    chance: float | None = Field(None, ge=0, le=1, description="With this probability in each clip.")
    times: int | None = Field(None, ge=1, description="In so many clips at most.")
    frame: int | None = Field(None, ge=0, description="Before this frame, or from it on; the first is 0.")
    at_s: float | None = Field(None, ge=0, description="The same, in seconds of the clip.")
    frames: int | None = Field(None, ge=1, description="To so many frames; without it, to all that follow.")

    refuse: str | None = Field(None, description="Refuse the clip with this status, as UNAVAILABLE.")
    late_header_s: float | None = Field(None, gt=0, description="Hold the header back, and all that follows it.")
    no_header: Literal[True] | None = Field(None, description="Leave the header out.")
    names: int | None = Field(None, ge=0, le=500, description="Name so many blendshapes, and give as many values.")
    error: str | None = Field(None, description="Say that the clip has failed, with this text, and end the call.")
    abort: str | None = Field(None, description="End the call with this status.")
    drop: Literal[True] | None = Field(None, description="Break the connection off, with all calls on it.")
    stall_s: float | Literal["forever"] | None = Field(None, description="Send nothing for so long, or 'forever'.")
    fps: float | None = Field(None, gt=0, description="Send no more than so many frames a second.")
    values: int | None = Field(None, ge=0, le=500, description="Give so many values, whatever the header names.")
    weight: float | Literal["nan", "inf", "-inf"] | None = Field(None, description="Give this as every value.")
    time_codes: Literal["repeated", "descending"] | None = Field(None, description="What becomes of the time codes.")
    no_status: Literal[True] | None = Field(None, description="Leave the final status out.")
    after: int | None = Field(None, ge=1, description="Send so many more frames after the final status.")

    @model_validator(mode="after")
    def _can_happen(self) -> Fault:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given)} together" if given else "nothing"
            raise ValueError(f"a fault does one thing, and this one does {what}; give one of {', '.join(ACTIONS)}")
        (action,) = given
        if self.frame is not None and self.at_s is not None:
            raise ValueError("frame and at_s say the same; give one of them")
        if (self.frame is not None or self.at_s is not None) and action in (*AT_HEADER, *AT_END):
            moment = "before the first frame" if action in AT_HEADER else "at the end"
            raise ValueError(f"{action} happens {moment}; leave frame and at_s out")
        if self.frames is not None and action not in FROM_FRAME:
            raise ValueError(f"frames says how many are touched, and {action} touches none; leave it out")
        for name in ("refuse", "abort"):
            if (code := getattr(self, name)) is not None and code not in CODES:
                near = get_close_matches(code.upper(), CODES, n=1)
                meant = f"did you mean {near[0]}?" if near else f"use one of {', '.join(CODES)}"
                raise ValueError(f"gRPC has no status {code!r} to fail with; {meant}")
        if isinstance(self.stall_s, float) and not (self.stall_s > 0 and math.isfinite(self.stall_s)):
            raise ValueError("stall_s is a number of seconds above 0, or forever")
        return self

    @property
    def action(self) -> str:
        """Which of ``ACTIONS`` it does."""
        return next(name for name in ACTIONS if getattr(self, name) is not None)

    @property
    def first(self) -> int:
        """The frame at which it begins."""
        if self.at_s is not None:
            return math.ceil(self.at_s * FRAMES_A_SECOND - 1e-6)
        return self.frame or 0

    def touches(self, frame: int) -> bool:
        """Whether something happens to that frame."""
        return self.first <= frame and (self.frames is None or frame < self.first + self.frames)


class Faults(FaultScript[Fault]):
    """A whole script."""
