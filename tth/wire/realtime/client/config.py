"""The session as a client asks for it, and what the server made of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tth.wire.realtime.client.dialect import Dialect

PCM = {"type": "audio/pcm", "rate": 24_000}
"""The one sound format that this client asks for, both ways: PCM16 little-endian, mono, 24 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """Everything that the first ``session.update`` says; ``None`` leaves the server's own, where not said otherwise.

    Attributes:
        instructions: What the model is told of who it is.
        voice: One of the model's voices.
        speed: 0.25 to 1.5.
        turn_detection: The GA object; ``None`` turns it off: the client says when an utterance is over.
        transcription: The GA object; ``None`` turns it off.
        noise_reduction: The GA object; ``None`` turns it off.
        tools: GA tool objects, functions and MCP servers alike.
        extra: Further GA keys of the session, as ``truncation`` or ``reasoning``, sent as they are.
        temperature: For beta servers only; GA has none.
    """

    instructions: str = ""
    voice: str | None = None
    speed: float | None = None
    turn_detection: Mapping[str, Any] | None = None
    transcription: Mapping[str, Any] | None = None
    noise_reduction: Mapping[str, Any] | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    max_output_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    temperature: float | None = None

    def session(self, dialect: Dialect) -> dict[str, Any]:
        """The ``session`` of the update, in the server's dialect."""
        return self._beta() if dialect is Dialect.BETA else self._ga()

    def _ga(self) -> dict[str, Any]:
        output = {"format": PCM, "voice": self.voice, "speed": self.speed}
        return {
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": self.instructions,
            "audio": {
                "input": {
                    "format": PCM,
                    "transcription": self.transcription,
                    "noise_reduction": self.noise_reduction,
                    "turn_detection": self.turn_detection,
                },
                "output": _given(output),
            },
            "tools": [*self.tools],
            **_given({"tool_choice": self.tool_choice, "max_output_tokens": self.max_output_tokens}),
            **self.extra,
        }

    def _beta(self) -> dict[str, Any]:
        return {
            "modalities": ["text", "audio"],
            "instructions": self.instructions,
            "input_audio_format": "pcm16",
            "output_audio_format": "pcm16",
            "input_audio_transcription": self.transcription,
            "turn_detection": self.turn_detection,
            "tools": [*self.tools],
            **_given(
                {
                    "voice": self.voice,
                    "speed": self.speed,
                    "input_audio_noise_reduction": self.noise_reduction,
                    "tool_choice": self.tool_choice,
                    "max_response_output_tokens": self.max_output_tokens,
                    "temperature": self.temperature,
                }
            ),
        }


def _given(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting of which the server made something else: ``key`` is dotted, as in ``audio.output.voice``."""

    key: str
    asked: Any
    got: Any


def differences(asked: Mapping[str, Any], echoed: Mapping[str, Any]) -> list[Difference]:
    """Where the effective session is not what was asked for.

    An ignored field is told by nothing else. What the server adds by itself is no difference, nor is a voice that comes
    back as an object, nor tools that come back with more in them.
    """
    return list(_compare("", asked, echoed))


def _compare(path: str, asked: Mapping[str, Any], echoed: Mapping[str, Any]) -> Iterator[Difference]:
    for key, value in asked.items():
        here = f"{path}.{key}" if path else key
        got = echoed.get(key)
        if key == "tools":
            names, known = _names(value), _names(got)
            if names - known:
                yield Difference(here, sorted(names), sorted(known))
        elif key == "voice" and isinstance(got, Mapping):
            if got.get("id") != value:
                yield Difference(here, value, got)
        elif isinstance(value, Mapping) and isinstance(got, Mapping):
            yield from _compare(here, value, got)
        elif not _same(value, got):
            yield Difference(here, value, got)


def _names(tools: Any) -> set[str]:
    if not isinstance(tools, list):
        return set()
    return {str(tool.get("name") or tool.get("server_label")) for tool in tools if isinstance(tool, Mapping)}


def _same(asked: Any, got: Any) -> bool:
    if isinstance(asked, list) and isinstance(got, list):
        return sorted(map(str, asked)) == sorted(map(str, got))
    if isinstance(asked, float | int) and isinstance(got, float | int):
        return abs(asked - got) < 1e-6
    return bool(asked == got)
