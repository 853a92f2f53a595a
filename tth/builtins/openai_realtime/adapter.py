"""``openai_realtime``: a voice behind the OpenAI Realtime protocol, at OpenAI or at a server that speaks like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tth.adapters.direct import DirectAccess, DirectWish
from tth.adapters.realtime import (
    PLAIN_REQUEST,
    Applied,
    Heard,
    Hearing,
    RealtimeCapabilities,
    RealtimeEvent,
    ResponseRequest,
    SessionChange,
    When,
)
from tth.adapters.shared import Shared
from tth.audio.pcm import mono
from tth.audio.resample import StreamResampler
from tth.builtins.openai_realtime.address import NAME, headers, key_for, socket_url
from tth.builtins.openai_realtime.connection import Connection, OpenSocket
from tth.builtins.openai_realtime.delivery import DELIVERY, instructed
from tth.builtins.openai_realtime.dialogue import Dialogue
from tth.builtins.openai_realtime.models import EMOTION_VOICES, Model, table, voice_of
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.builtins.openai_realtime.replay import recent
from tth.builtins.openai_realtime.replies import Replies
from tth.builtins.openai_realtime.session import config_of, hearing_of, tool_object
from tth.core.clock import LoopClock, Timer
from tth.core.controls import EmotionLabel, TurnControl, merge
from tth.core.conversation import Item, message
from tth.core.events import ExpiringSoonEvent, UserSpeechStartedEvent, UserTranscriptEvent, WarningEvent
from tth.core.media import MEDIA_RATE_HZ, AudioChunk
from tth.core.streams import Stream
from tth.core.tools import Tool
from tth.errors import AdapterError
from tth.transports.socket import open_socket
from tth.wire.realtime.client.config import SessionConfig
from tth.wire.realtime.client.dialect import Dialect

SLOWEST, FASTEST = 0.25, 1.5
"""Limits of the protocol's ``speed``."""


class OpenAIRealtime:
    """One connection, for one session; it never reconnects by itself.

    Args:
        options: The profile's.
        shared: Not used: a connection belongs to one session.
        opener: How a connection is opened; another carrier than a WebSocket may stand here.
        key: Instead of the one in the environment.
    """

    emotion_voices: ClassVar[Mapping[EmotionLabel, str]] = EMOTION_VOICES

    def __init__(
        self,
        options: OpenAIRealtimeOptions | None = None,
        shared: Shared | None = None,
        *,
        opener: OpenSocket = open_socket,
        key: str | None = None,
    ) -> None:
        self._options = options or OpenAIRealtimeOptions()
        self._key = key
        self._opener = opener
        self._model = {**table().models, **self._options.models}.get(self._options.model, Model())
        self._voices = self._model.voices or (table().voices if self._options.model in table().models else ())
        self._connection: Connection | None = None
        self._instructions = ""
        self._control = TurnControl()
        self._tools: Sequence[Tool] = ()
        self._voice: str | None = None
        self._speed = 1.0
        self._resampler: StreamResampler | None = None
        self._in_hz = 0
        self._uttering = False
        turn = self._options.turn_detection
        self._detection = None if turn is None else turn.model_dump(exclude_none=True)
        self._answers = turn is not None and turn.create_response
        self._expiry: Timer | None = None
        self._numbers = 0

    @classmethod
    def at(
        cls, base_url: str, *, key: str | None = None, opener: OpenSocket = open_socket, **options: Any
    ) -> OpenAIRealtime:
        """An adapter for the server at ``base_url``, without a profile.

        Args:
            base_url: Of the API, as in ``https://api.openai.com/v1``.
            key: Instead of the one in the environment.
            opener: How a connection is opened.
            options: As in a profile.

        Raises:
            pydantic.ValidationError: An option is wrong.
        """
        return cls(OpenAIRealtimeOptions(base_url=base_url, **options), opener=opener, key=key)

    @classmethod
    async def warm_up(cls, options: OpenAIRealtimeOptions, shared: Shared) -> None:
        """See that there is a key, so that its lack is told when the server starts.

        Raises:
            AdapterUnavailable: There is none, or the address is none.
        """
        key_for(options)

    @classmethod
    async def check_up(cls, options: OpenAIRealtimeOptions) -> list[str]:
        """Ask the provider whether key and model are good; what a person should know, for ``tth doctor``.

        Raises:
            AdapterError: They are not, or it cannot be asked.
        """
        from tth.builtins.openai_realtime.checkup import examine

        return [warning async for warning in examine(options)]

    @classmethod
    async def mint(cls, options: OpenAIRealtimeOptions, wish: DirectWish) -> DirectAccess:
        """Ask the provider for a secret with which a page reaches it directly; see ``tth.adapters.direct``.

        Raises:
            AdapterError: The provider cannot be reached, or refuses.
        """
        from tth.builtins.openai_realtime.direct import mint

        adapter = cls(options)
        words = {**DELIVERY, **options.delivery}
        adapter._instructions = instructed(wish.instructions, wish.control, words) or wish.instructions
        return await mint(options, adapter._begin(wish.voice, wish.control), adapter._voices)

    def _begin(self, voice: str | None, control: TurnControl) -> SessionConfig:
        """What the session is asked for, with voice and control from now on."""
        self._control = control
        self._voice = voice_of(voice, self._voices) or self._options.voice
        self._speed = self._speed_for(control)[0]
        return config_of(
            self._options,
            self._model,
            instructions=self._instructions,
            voice=self._voice,
            speed=self._speed,
            tools=self._tools,
        )

    @property
    def capabilities(self) -> RealtimeCapabilities:
        """What this voice can do."""
        turn = self._options.turn_detection
        return RealtimeCapabilities(
            voices=self._voices,
            audio_in=True,
            tools=True,
            speed=(SLOWEST, FASTEST),
            turns="server" if self._answers else "client",
            detects=turn is not None,
        )

    async def connect(
        self,
        system_instructions: str,
        voice: str | None = None,
        *,
        control: TurnControl | None = None,
        tools: Sequence[Tool] = (),
        items: Sequence[Item] = (),
    ) -> None:
        """Connect, and return once the server has confirmed the session. A second call does nothing.

        Raises:
            AdapterUnavailable: There is no key.
            AdapterError: The server cannot be reached, refused the session, or did not confirm it in time.
        """
        if self._connection is not None:
            return
        options = self._options
        self._instructions, self._tools = system_instructions, tools
        config = self._begin(voice, control or TurnControl())
        dialogue = Dialogue(
            config,
            Replies(self._model.prices),
            items=recent(items, options.replay_tokens),
            dialect=None if options.dialect == "auto" else Dialect(options.dialect),
        )
        url, sent = socket_url(options), headers(options, self._key)
        self._connection = Connection(dialogue, response_s=options.response_s)
        try:
            await self._connection.open(self._opener, url, sent, limit_s=options.confirm_s)
        except BaseException:
            await self.close()
            raise
        self._tell_of_beginning(voice)

    def _tell_of_beginning(self, wish: str | None) -> None:
        if wish is not None and self._voice != wish and voice_of(wish, self._voices) is None:
            self._warn("control_voice", f"{NAME} has no voice {wish!r}; it speaks with {self._voice or 'its own'}")
        if self._options.reasoning_effort and not self._model.reasoning and self._options.model in table().models:
            self._warn("reasoning_effort", f"{self._options.model} does not reason; reasoning_effort was left out")
        in_s = self._options.session_s - self._options.renew_before_s
        self._expiry = LoopClock().call_later(max(0.0, in_s), self._expire)

    def _expire(self) -> None:
        connection = self._connection
        if connection is not None and not connection.events.closed:
            connection.events.put_now(ExpiringSoonEvent(in_s=self._options.renew_before_s))

    async def configure(self, change: SessionChange) -> Applied:
        """Change the session. The voice is frozen once it has made a sound: then it changes at the next connection."""
        applied: dict[str, When] = {}
        asked: dict[str, Any] = {}
        if change.instructions is not None:
            self._instructions = asked["instructions"] = change.instructions
            applied["instructions"] = "now"
        if change.control is not None:
            self._control = change.control
            applied["control"] = "now"
        if change.tools is not None:
            self._tools = change.tools
            asked["tools"] = [*map(tool_object, change.tools), *self._options.mcp]
            applied["tools"] = "now"
        if change.hearing is not None:
            self._hear(change.hearing)
            applied["hearing"] = "now"
        if change.voice is not None:
            applied["voice"] = self._change_voice(change.voice, asked)
        if asked:
            dialogue = self._live.dialogue
            dialogue.change_session(asked)
            self._live.flush()
        return Applied(applied)

    def nearest_voice(self, name: str) -> str | None:
        """Of the model's voices the one nearest to ``name``; ``None`` where none is near."""
        near = voice_of(name, self._voices)
        return near if near in self._voices else None

    def _hear(self, hearing: Hearing) -> None:
        """Have the server find speech, or leave it to the caller; what is set already is not said again."""
        turn = self._options.turn_detection
        by_server = turn is not None and hearing.ends == "voice"
        wish = hearing_of(turn, hearing) if turn is not None and by_server else None
        if wish != self._detection:
            self._detection = wish
            self._live.dialogue.hear(wish)
            self._live.flush()
        self._answers = wish is not None and bool(wish.get("create_response"))

    def _change_voice(self, wish: str, asked: dict[str, Any]) -> When:
        voice = voice_of(wish, self._voices)
        if voice is None:
            return "never"
        if voice == self._voice:
            return "now"
        if self._live.dialogue.spoke:
            return "at_renewal"
        self._voice = voice
        asked["audio"] = {"output": {"voice": voice}}
        return "now"

    async def add_items(self, items: Sequence[Item], *, after: str | None = None) -> None:
        """Add to the conversation, at its end or behind the item ``after`` (``root``: at its front)."""
        connection = self._live
        connection.dialogue.add_items(items, after=after)
        connection.flush()

    async def delete_items(self, ids: Sequence[str]) -> None:
        """Take items out of the conversation; unknown ids are passed over."""
        connection = self._live
        connection.dialogue.delete_items(ids)
        connection.flush()

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Ask for a response; it is sent as soon as none runs."""
        connection = self._live
        control = merge(self._control, request.control or TurnControl())
        self._follow(control)
        instructions = self._instructions if request.instructions is None else request.instructions
        words = {**DELIVERY, **self._options.delivery}
        told = instructed(instructions, control, words) or request.instructions
        tools = None if request.tools is None else [*map(tool_object, request.tools)]
        connection.dialogue.respond(
            request.tag,
            aside=request.context is not None,
            modality=request.modality,
            instructions=told,
            tools=tools,
            tool_choice=request.tool_choice,
            context=request.context,
        )
        connection.flush()

    def _follow(self, control: TurnControl) -> None:
        """Do what can be done of a control besides the words of the request."""
        speed, exact = self._speed_for(control)
        if not exact:
            self._warn(
                "control_speech_rate", f"{NAME} speaks at {SLOWEST:g} to {FASTEST:g} times its pace; it took {speed:g}"
            )
        if control.pitch_shift:
            self._warn("control_pitch_shift", f"{NAME} cannot shift its pitch; pitch_shift was left out")
        if speed != self._speed:
            self._speed = speed
            self._live.dialogue.change_session({"audio": {"output": {"speed": speed}}})

    def _speed_for(self, control: TurnControl) -> tuple[float, bool]:
        wish = self._options.speed * control.speech_rate
        speed = min(FASTEST, max(SLOWEST, wish))
        return speed, speed == wish

    async def send_user_text(self, text: str) -> None:
        """Add a user's message and ask for the answer."""
        self._numbers += 1
        await self.add_items([message(f"tth_text_{self._numbers}", "user", text)])
        await self.respond()

    async def send_user_audio(self, chunk: AudioChunk) -> None:
        """Pass on what the microphone hears, as 24 kHz mono.

        Raises:
            MediaError: It is no sound.
        """
        connection = self._live
        if self._detection is None and not self._uttering:
            self._uttering = True
            connection.events.put_now(UserSpeechStartedEvent())
        pcm = chunk.data if chunk.channels == 1 else mono(chunk.data, chunk.channels)
        if chunk.sample_rate != self._in_hz:
            self._in_hz = chunk.sample_rate
            same = chunk.sample_rate == MEDIA_RATE_HZ
            self._resampler = None if same else StreamResampler(chunk.sample_rate, MEDIA_RATE_HZ)
        if self._resampler is not None:
            pcm = self._resampler.feed(pcm)
        if pcm:
            connection.dialogue.append_audio(pcm)
            connection.flush()

    async def end_user_audio(self, *, discard: bool = False) -> None:
        """The utterance is over: it becomes an item, or is forgotten; less than a tenth of a second is none."""
        connection = self._live
        if self._uttering and discard:
            connection.events.put_now(UserTranscriptEvent(item_id="", text=""))
        self._uttering = False
        if self._resampler is not None and (rest := self._resampler.flush()):
            connection.dialogue.append_audio(rest)
        self._resampler, self._in_hz = None, 0
        connection.dialogue.end_audio(discard=discard)
        connection.flush()

    async def cancel_response(self, response_id: str | None = None) -> None:
        """Stop a response; none running: nothing happens."""
        connection = self._connection
        if connection is None or connection.events.closed:
            return
        stopped = connection.dialogue.cancel(response_id)
        if stopped is not None:
            connection.forget(stopped)
        connection.flush()

    async def set_heard(self, heard: Sequence[Heard]) -> None:
        """Cut the model's memory of spoken items to what was played."""
        connection = self._live
        connection.dialogue.set_heard(heard)
        connection.flush()

    async def stream_events(self) -> Stream[RealtimeEvent]:
        """Everything that happens, to one reader; a lost connection yields one ``ErrorEvent`` and ends it."""
        if self._connection is None:
            return
        async for event in self._connection.events:
            yield event

    async def close(self) -> None:
        """End the connection. Idempotent."""
        if self._expiry is not None:
            self._expiry.cancel()
        if self._connection is not None:
            await self._connection.close()

    @property
    def _live(self) -> Connection:
        connection = self._connection
        if connection is None or connection.events.closed:
            problem = "it is not connected; connect first" if connection is None else "the connection is over"
            raise AdapterError(NAME, problem, code="not_connected", decision="retry")
        return connection

    def _warn(self, code: str, text: str) -> None:
        self._live.events.put_now(WarningEvent(code=code, message=text))
