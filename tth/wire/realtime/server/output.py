"""One item that a response is making: what the mind gives becomes the item's events."""

from __future__ import annotations

from typing import Any

from tth.wire.realtime.server.items import Item, Part
from tth.wire.realtime.server.sound import SAMPLES_PER_MS, SoundEncoder, ms_of
from tth.wire.realtime.server.state import State
from tth.wire.realtime.server.usage import CHARS_PER_TOKEN, MODEL_MS_PER_TOKEN, Tokens, text_tokens


class Output:
    """What all kinds have in common.

    Args:
        state: The connection's.
        item: The item, in progress and empty.
        response_id: Its response.
        index: Its place in the response.
        in_conversation: Whether it becomes part of the conversation.
    """

    def __init__(self, state: State, item: Item, response_id: str, index: int, *, in_conversation: bool) -> None:
        self.item = item
        self._state = state
        self._where = {"response_id": response_id, "item_id": item.id, "output_index": index}
        self._send_item("response.output_item.added")
        if in_conversation:
            state.place(item)

    def made(self) -> Tokens:
        """What was made, whatever the client has cut of it since."""
        raise NotImplementedError

    def close(self, status: str) -> None:
        """End the item: its part, if it has one, and itself."""
        self.item.status = status
        self._send_item("response.output_item.done")
        self._state.settle(self.item)

    def _send_item(self, type: str) -> None:
        where = self._where
        self._state.send(
            type,
            response_id=where["response_id"],
            output_index=where["output_index"],
            item=self.item.shown(),
        )


class MessageOutput(Output):
    """An assistant's message of one part: text, or sound with its transcript."""

    def __init__(
        self,
        state: State,
        item: Item,
        response_id: str,
        index: int,
        *,
        in_conversation: bool,
        audio_format: dict[str, Any] | None,
    ) -> None:
        super().__init__(state, item, response_id, index, in_conversation=in_conversation)
        self._encoder = None if audio_format is None else SoundEncoder(audio_format)
        self._part = Part("output_text" if audio_format is None else "output_audio", "")
        playing = None if audio_format is None else state.playing
        self._playing = playing
        self._line = None if playing is None else playing.begin(response_id, item)
        self._said: list[str] = []
        self._chars = self._samples = 0
        self._rest = b""
        item.parts.append(self._part)
        self._at = {**self._where, "content_index": 0}
        state.send("response.content_part.added", **self._at, part=self._part_shown(""))

    def made(self) -> Tokens:
        """Words and sound that were sent."""
        audio = -(-ms_of(self._samples) // MODEL_MS_PER_TOKEN)
        return Tokens(text=-(-self._chars // CHARS_PER_TOKEN), audio=audio)

    def text(self, delta: str, room: int) -> bool:
        """Words of it; false where they do not fit into ``room`` tokens more, and were cut."""
        most = (self.made().text + room) * CHARS_PER_TOKEN - self._chars
        fits = len(delta) <= most
        delta = delta[:most]
        if delta:
            self._said.append(delta)
            self._chars += len(delta)
            self._part.add_text(delta)
            kind = "output_text" if self._encoder is None else "output_audio_transcript"
            self._state.send(f"response.{kind}.delta", **self._at, delta=delta)
        return fits

    def audio(self, pcm: bytes, room: int) -> bool:
        """Sound of it, likewise; a message of text has none."""
        if self._encoder is None:
            return True
        pcm = self._rest + pcm
        whole = len(pcm) & ~1
        self._rest = pcm[whole:]
        most = 2 * ((self.made().audio + room) * MODEL_MS_PER_TOKEN * SAMPLES_PER_MS - self._samples)
        fits = whole <= most and (self._playing is None or self._playing.has_room(whole // 2))
        pcm = pcm[: min(whole, most)]
        self._samples += len(pcm) // 2
        self._part.add_sound(pcm)
        self._give(self._encoder, pcm)
        return fits

    def _give(self, encoder: SoundEncoder, pcm: bytes) -> None:
        sound = pcm if self._line is not None else encoder.feed(pcm)
        if not sound:
            return
        self._state.settings.voice_locked = True
        if self._line is not None:
            self._line.put(pcm)
        else:
            self._state.send("response.output_audio.delta", **self._at, delta=sound)

    def close(self, status: str) -> None:
        """End the part and the item."""
        if self._line is not None:
            self._line.closed = True
        said, send = "".join(self._said), self._state.send
        if self._encoder is None:
            send("response.output_text.done", **self._at, text=said)
        else:
            send("response.output_audio.done", **self._at)
            send("response.output_audio_transcript.done", **self._at, transcript=said)
        send("response.content_part.done", **self._at, part=self._part_shown(said))
        super().close(status)

    def _part_shown(self, said: str) -> dict[str, str]:
        return {"type": "text", "text": said} if self._encoder is None else {"type": "audio", "transcript": said}


class CallOutput(Output):
    """A tool call, its arguments as they come."""

    def __init__(self, state: State, item: Item, response_id: str, index: int, *, in_conversation: bool) -> None:
        super().__init__(state, item, response_id, index, in_conversation=in_conversation)
        self._at = {**self._where, "call_id": item.call_id}

    def made(self) -> Tokens:
        """The name and the arguments."""
        return Tokens(text=text_tokens(self.item.name) + text_tokens(self.item.text))

    def arguments(self, delta: str, room: int) -> bool:
        """A piece of the arguments; false where it does not fit into ``room`` tokens more, and was cut."""
        most = (text_tokens(self.item.text) + max(0, room)) * CHARS_PER_TOKEN - len(self.item.text)
        fits = len(delta) <= most
        delta = delta[:most]
        if delta:
            self.item.text += delta
            self._state.send("response.function_call_arguments.delta", **self._at, delta=delta)
        return fits

    def close(self, status: str) -> None:
        """The arguments are complete, and the item is."""
        self._state.send(
            "response.function_call_arguments.done", **self._at, arguments=self.item.text, name=self.item.name
        )
        super().close(status)
