"""A mind that needs no network and no model: it answers from a written dialogue."""

from __future__ import annotations

from tth.adapters.llm import LLMAdapter
from tth.hookspecs import Register, hookimpl


@hookimpl
def register_llm(register: Register[LLMAdapter]) -> None:
    """Offer ``scripted``."""
    register(
        "scripted",
        "tth.builtins.scripted.mind:ScriptedMind",
        config="tth.builtins.scripted.options:ScriptedOptions",
        summary="A written dialogue with small talk, riddles and sums; needs no model and no network, and says so.",
    )
