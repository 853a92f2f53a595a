"""The voice behind the OpenAI Realtime protocol."""

from __future__ import annotations

from tth.adapters.realtime import RealtimeAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_realtime(register: Register[RealtimeAdapter]) -> None:
    """Offer ``openai_realtime``."""
    register(
        "openai_realtime",
        "tth.builtins.openai_realtime.adapter:OpenAIRealtime",
        config="tth.builtins.openai_realtime.options:OpenAIRealtimeOptions",
        summary="Speech to speech over the OpenAI Realtime API, at OpenAI or a compatible server.",
    )
