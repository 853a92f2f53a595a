"""Server events checked against the official client's classes: strictly, and with no field they do not know."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter

SESSION_IDENTITY = {"id", "object", "expires_at"}
"""What servers tell of a session though the class of the setting does not have it."""


@cache
def classes():
    union = get_args(RealtimeServerEvent)[0]
    return {get_args(each.model_fields["type"].annotation)[0]: each for each in get_args(union)}


@cache
def adapter(kind):
    return TypeAdapter(classes()[kind])


def check(event: dict[str, Any]) -> None:
    checked = adapter(event["type"]).validate_python(event, strict=True)
    assert checked.event_id
    assert not list(unknown(checked, event["type"]))


def unknown(value, path):
    if isinstance(value, BaseModel):
        known = SESSION_IDENTITY if path.endswith(".session") else set()
        yield from (f"{path}.{name}" for name in set(value.model_extra or {}) - known)
        for name in type(value).model_fields:
            yield from unknown(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for entry in value:
            yield from unknown(entry, path)
