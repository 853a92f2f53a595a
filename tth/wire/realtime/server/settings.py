"""The session's settings: what they are, and how a client changes them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec

from tth.wire.realtime.server import fields
from tth.wire.realtime.server.errors import Refusal, invalid, missing, quoted, wrong_type
from tth.wire.realtime.server.models import Model, model_named
from tth.wire.realtime.server.options import DEFAULT_INSTRUCTIONS, EngineOptions
from tth.wire.realtime.server.schema import choice

_VAD_DEFAULTS: dict[str, dict[str, Any]] = {
    "server_vad": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    },
    "semantic_vad": {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    },
}
_PCM = {"type": "audio/pcm", "rate": 24_000}
_KIND = choice("realtime", "transcription")


def _input_defaults() -> dict[str, Any]:
    return {
        "format": dict(_PCM),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(_VAD_DEFAULTS["server_vad"]),
    }


def _defaults(options: EngineOptions, kind: str, session_id: str) -> dict[str, Any]:
    shared = {"type": kind, "id": session_id, "expires_at": options.expires_at, "include": None}
    if kind == "transcription":
        return {**shared, "object": "realtime.transcription_session", "audio": {"input": _input_defaults()}}
    settings = {
        **shared,
        "object": "realtime.session",
        "model": options.model,
        "output_modalities": ["audio"],
        "instructions": DEFAULT_INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "truncation": "auto",
        "tracing": None,
        "prompt": None,
        "audio": {
            "input": _input_defaults(),
            "output": {"format": dict(_PCM), "voice": options.voice, "speed": 1.0},
        },
    }
    if options.dialect == "beta":
        settings["temperature"] = 0.8
    return settings


class Settings:
    """The effective session of one connection.

    Attributes:
        model: What is known of the session's model.
        voice_locked: Whether the model has spoken, so that its voice cannot change any more.
    """

    def __init__(self, options: EngineOptions, session_id: str) -> None:
        self.model: Model = model_named(options.model)
        self.voice_locked = False
        self._options = options
        self._id = session_id
        beta = options.dialect == "beta"
        self._checks = {
            "realtime": fields.session_check(options.voices, self.model.output_tokens, beta=beta),
            "transcription": fields.transcription_check(),
        }
        self._now = _defaults(options, options.kind, session_id)

    def shown(self) -> dict[str, Any]:
        """The session object of ``session.created`` and ``session.updated``. Not to be changed."""
        return self._now

    def update(self, patch: Any) -> frozenset[str]:
        """Lay a patch over the session, all of it or nothing.

        Returns:
            Dotted paths of what is different now, as in ``audio.output.voice``.

        Raises:
            Refusal: A field of it is wrong.
        """
        if type(patch) is not dict:
            raise wrong_type("session", "an object", patch)
        strict = self._options.strict
        if "type" not in patch and strict:
            raise missing("session.type")
        kind = _KIND(patch.get("type", self.kind), "session.type", strict)
        now = self._now if kind == self.kind else _defaults(self._options, kind, self._id)
        clean = self._checks[kind](_with_vad_type(patch, now), "session", strict)
        merged = _merged(now, clean)
        if kind == "realtime":
            self._check_whole(merged, clean)
        before, self._now = self._now, merged
        return frozenset(_differences(before, merged))

    def _check_whole(self, merged: dict[str, Any], patch: dict[str, Any]) -> None:
        if merged["model"] != self._options.model:
            raise invalid("session.model", "the model of a session cannot change")
        if patch.get("reasoning") is not None and not self.model.reasoning:
            raise invalid("session.reasoning", f"{quoted(self._options.model)} does not support it")
        self.check_voice(merged["audio"]["output"]["voice"], "session.audio.output.voice")
        tracing = self._now.get("tracing")
        if tracing is not None and merged["tracing"] not in (None, tracing):
            raise invalid("session.tracing", "it cannot be changed once it is on")
        fields.check_tool_choice(merged["tool_choice"], merged["tools"], "session.tool_choice")
        size = len(merged["instructions"]) + len(msgspec.json.encode(merged["tools"]))
        if size > fields.INSTRUCTIONS_CHARS:
            raise invalid("session", "instructions and tools together are longer than 16384 tokens")

    def check_voice(self, voice: Any, path: str) -> None:
        """Refuse another voice than the one that has been heard.

        Raises:
            Refusal: The model has spoken, and with another voice.
        """
        if self.voice_locked and voice != self.voice:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refusal("cannot_update_voice", message, path)

    @property
    def kind(self) -> str:
        """``realtime`` or ``transcription``."""
        kind: str = self._now["type"]
        return kind

    @property
    def modality(self) -> str:
        """``audio`` or ``text``."""
        modality: str = self._now["output_modalities"][0]
        return modality

    @property
    def instructions(self) -> str:
        """What the model is told."""
        instructions: str = self._now.get("instructions", "")
        return instructions

    @property
    def tools(self) -> list[dict[str, Any]]:
        """Tools of the session."""
        tools: list[dict[str, Any]] = self._now.get("tools", [])
        return tools

    @property
    def tool_choice(self) -> Any:
        """How a tool is chosen."""
        return self._now["tool_choice"]

    @property
    def max_output_tokens(self) -> int | str:
        """Most of one response, or ``inf``."""
        most: int | str = self._now["max_output_tokens"]
        return most

    @property
    def truncation(self) -> Any:
        """What happens when the context is full."""
        return self._now.get("truncation", "auto")

    @property
    def voice(self) -> Any:
        """A name, or ``{"id": …}``; ``None`` in a session that transcribes only."""
        return self._now["audio"].get("output", {}).get("voice")

    @property
    def speed(self) -> float:
        """Pace of the voice; 1 is its own."""
        speed: float = self._now["audio"].get("output", {}).get("speed", 1.0)
        return speed

    @property
    def output_format(self) -> dict[str, Any]:
        """Format of the model's sound."""
        found: dict[str, Any] = self._now["audio"]["output"]["format"]
        return found

    @property
    def input_format(self) -> dict[str, Any]:
        """Format of the user's sound."""
        found: dict[str, Any] = self._now["audio"]["input"]["format"]
        return found

    @property
    def transcription(self) -> dict[str, Any] | None:
        """How the user's sound is transcribed, or ``None``."""
        found: dict[str, Any] | None = self._now["audio"]["input"]["transcription"]
        return found

    @property
    def turn_detection(self) -> dict[str, Any] | None:
        """How the user's turns are found, or ``None``."""
        found: dict[str, Any] | None = self._now["audio"]["input"]["turn_detection"]
        return found


def _with_vad_type(patch: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The patch, its turn detection of the type that is on where it names none."""
    audio = patch.get("audio")
    given = audio.get("input") if type(audio) is dict else None
    vad = given.get("turn_detection") if type(given) is dict else None
    on = now["audio"]["input"]["turn_detection"]
    if type(vad) is not dict or "type" in vad or on is None:
        return patch
    assert type(audio) is dict
    assert type(given) is dict
    return {**patch, "audio": {**audio, "input": {**given, "turn_detection": {"type": on["type"], **vad}}}}


def _merged(now: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = {**deepcopy(now), **{name: value for name, value in patch.items() if name != "audio"}}
    given = patch.get("audio", {})
    merged["audio"].get("output", {}).update(given.get("output", {}))
    hears = merged["audio"]["input"]
    for name, value in given.get("input", {}).items():
        if name == "format" or value is None:
            hears[name] = value
        elif name == "turn_detection":
            same = hears[name] is not None and hears[name]["type"] == value["type"]
            hears[name] = {**(hears[name] if same else _VAD_DEFAULTS[value["type"]]), **value}
        else:
            hears[name] = {**(hears[name] or {}), **value}
    return merged


def _differences(before: dict[str, Any], after: dict[str, Any], path: str = "") -> list[str]:
    found = []
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in ("audio", "input", "output") and isinstance(old, dict) and isinstance(new, dict):
            found += _differences(old, new, f"{path}{name}.")
        else:
            found.append(path + name)
    return found
