"""The model's side: which responses run, and what each was asked for."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from tth.wire.realtime.server import fields
from tth.wire.realtime.server.errors import Refusal, invalid, missing, quoted, wrong_type
from tth.wire.realtime.server.item_reader import read_item
from tth.wire.realtime.server.items import Item, instructions_text
from tth.wire.realtime.server.orders import Cancel, Respond
from tth.wire.realtime.server.response import DoneStatus, Response
from tth.wire.realtime.server.state import State
from tth.wire.realtime.server.usage import Tokens, text_tokens

MOST_RUNNING = 64
"""Responses at one time: one in the conversation, the others out of band."""

_MOST_SEEN = 64


class Talking:
    """The responses of one connection."""

    def __init__(self, state: State) -> None:
        self._state = state
        options = state.options
        self._check = fields.response_check(
            options.voices, state.settings.model.output_tokens, beta=options.dialect == "beta"
        )
        self._running: dict[str, Response] = {}
        self._active: Response | None = None
        # Hashes of instructions that an earlier response has read.
        self._seen: OrderedDict[int, None] = OrderedDict()

    @property
    def active(self) -> bool:
        """Whether a response is writing to the conversation."""
        return self._active is not None

    def running(self, response_id: str) -> Response | None:
        """The response of that id, if it is not done."""
        return self._running.get(response_id)

    def create(self, body: dict[str, Any]) -> None:
        """Begin a response; ``body`` is the client's ``response``, unchecked, or empty.

        Raises:
            Refusal: A field is wrong, or there may be no more responses now.
        """
        state, settings = self._state, self._state.settings
        if settings.kind == "transcription":
            raise invalid("type", "a session that transcribes only makes no responses")
        wish = self._check(body, "response", state.options.strict)
        out_of_band = wish.get("conversation") == "none"
        self._check_free(out_of_band=out_of_band)
        output = wish.get("audio", {}).get("output", {})
        voice = output.get("voice", settings.voice)
        settings.check_voice(voice, "response.audio.output.voice")
        if "reasoning" in wish and not settings.model.reasoning:
            raise invalid("response.reasoning", f"{quoted(state.options.model)} does not support it")
        tools = wish.get("tools", settings.tools)
        choice = wish.get("tool_choice", settings.tool_choice)
        fields.check_tool_choice(choice, tools, "response.tool_choice")
        instructions = wish.get("instructions", settings.instructions)
        given = self._input(wish["input"]) if "input" in wish else None
        self._check_context(given)
        most = wish.get("max_output_tokens", settings.max_output_tokens)
        order = Respond(
            response_id=state.ids("resp"),
            out_of_band=out_of_band,
            input=None if given is None else tuple(item.told() for item in given),
            instructions=instructions,
            modality=wish.get("output_modalities", [settings.modality])[0],
            voice=voice_name(voice),
            speed=settings.speed,
            tools=tuple(tools),
            tool_choice=choice,
            max_output_tokens=None if most == "inf" else most,
            metadata=wish.get("metadata") or {},
        )
        read, cached = self._reading(list(state.conversation) if given is None else given, instructions, tools)
        self._begin(order, output.get("format", settings.output_format), read, cached)

    def cancel(self, response_id: str | None, reason: str = "client_cancelled") -> None:
        """End a response, the one in the conversation where none is named.

        Raises:
            Refusal: It does not run.
        """
        response = self._active if response_id is None else self._running.get(response_id)
        if response is None:
            raise Refusal("response_cancel_not_active", "Cancellation failed: no active response found")
        self._state.orders.append(Cancel(response_id=response.id))
        self.finish(response, "cancelled", reason)

    def finish(
        self, response: Response, status: DoneStatus, reason: str | None = None, error: dict[str, str] | None = None
    ) -> None:
        """A response is done; nothing of it follows."""
        del self._running[response.id]
        if self._active is response:
            self._active = None
        response.end(status, reason, error)

    def _over_limit(self, response: Response, status: DoneStatus, reason: str) -> None:
        self._state.orders.append(Cancel(response_id=response.id))
        self.finish(response, status, reason)

    def _check_free(self, *, out_of_band: bool) -> None:
        if not out_of_band and self._active is not None:
            message = (
                f"Conversation already has an active response in progress: {self._active.id}. "
                "Wait until the response is finished before creating a new one."
            )
            raise Refusal("conversation_already_has_active_response", message)
        if len(self._running) >= MOST_RUNNING:
            message = f"There are {MOST_RUNNING} responses in progress; wait until one is finished."
            raise Refusal("rate_limit_exceeded", message, kind="rate_limit_exceeded")

    def _check_context(self, given: list[Item] | None) -> None:
        tokens = self._state.conversation.tokens
        if given is not None:
            tokens = sum(item.tokens().total for item in given)
        elif self._state.settings.truncation != "disabled":
            return
        settings = self._state.settings
        most = settings.model.context_tokens - settings.model.output_tokens
        if tokens > most:
            message = f"The input is {tokens} tokens long; the model reads at most {most}."
            raise Refusal("context_length_exceeded", message)

    def _input(self, entries: list[Any]) -> list[Item]:
        state = self._state
        found = []
        for index, entry in enumerate(entries):
            path = f"response.input[{index}]"
            if type(entry) is dict and entry.get("type") == "item_reference":
                found.append(self._referenced(entry, path))
                continue
            new_id = state.new_item_id()
            audio = state.settings.input_format
            found.append(read_item(entry, path, strict=state.options.strict, new_id=new_id, audio=audio))
        return found

    def _referenced(self, entry: dict[str, Any], path: str) -> Item:
        if "id" not in entry:
            raise missing(f"{path}.id")
        item_id = entry["id"]
        if type(item_id) is not str:
            raise wrong_type(f"{path}.id", "a string", item_id)
        item = self._state.conversation.get(item_id)
        if item is None:
            raise invalid(f"{path}.id", f"there is no item {quoted(item_id)} in the conversation")
        return item

    def _reading(self, items: list[Item], instructions: str, tools: list[dict[str, Any]]) -> tuple[Tokens, Tokens]:
        text = instructions_text(instructions, tools)
        read = Tokens(text=text_tokens(text))
        cached = read if hash(text) in self._seen else Tokens()
        self._seen[hash(text)] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        for item in items:
            now = item.tokens()
            read += now
            cached += now.common(item.read)
            item.read = now
        return read, cached

    def _begin(self, order: Respond, audio_format: dict[str, Any], read: Tokens, cached: Tokens) -> None:
        state = self._state
        own_most = state.settings.model.output_tokens
        response = Response(
            state,
            order,
            audio_format=audio_format,
            read=read,
            cached=cached,
            most_tokens=own_most if order.max_output_tokens is None else order.max_output_tokens,
            finish=self._over_limit,
        )
        self._running[response.id] = response
        if not order.out_of_band:
            self._active = response
        state.orders.append(order)
        options = state.options
        self.send_rate_limits(
            ("requests", options.requests_per_minute, options.requests_per_minute - 1, 0.0),
            ("tokens", options.tokens_per_minute, max(0, options.tokens_per_minute - read.total), 0.0),
        )

    def send_rate_limits(self, *limits: tuple[str, int, int, float]) -> None:
        """Tell name, limit, remaining and seconds to the reset of each."""
        names = ("name", "limit", "remaining", "reset_seconds")
        shown = [dict(zip(names, limit, strict=True)) for limit in limits]
        self._state.send("rate_limits.updated", rate_limits=shown)


def voice_name(voice: Any) -> str:
    """A voice's name, or the id of one's own."""
    return voice["id"] if isinstance(voice, dict) else voice or ""
