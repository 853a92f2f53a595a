"""The ``openai_stt`` adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from tth.adapters.shared import LateLease, Lease, Shared
from tth.adapters.stt import Transcript
from tth.builtins import openai_access
from tth.builtins.openai_stt.answer import NAME, text_of, texts_of
from tth.builtins.openai_stt.client import lease_client
from tth.builtins.openai_stt.options import OpenAISTTOptions
from tth.builtins.openai_stt.recording import MOST_S, TooLong, is_silent, recorded, wav
from tth.builtins.openai_stt.trouble import explained, refuses_stream
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.errors import AdapterError, MediaError


class OpenAISTT:
    """Sends each utterance, once it is over, to ``POST /audio/transcriptions`` at OpenAI or a compatible server.

    Where the server can, the text comes as it is written. What is silent is not sent, and has an empty text.

    Raises:
        AdapterUnavailable: The address is none, or there is no key and the server is not on this machine.
    """

    def __init__(self, options: OpenAISTTOptions | None, shared: Shared) -> None:
        self._options = options or OpenAISTTOptions()
        self._shared = shared
        self._url = openai_access.base_url(NAME, self._options.base_url)
        self._headers()
        self._lease: LateLease[Any] = LateLease(lambda: lease_client(self._shared, self._url, self._options.response_s))
        self._streams = self._options.stream is not False

    @classmethod
    async def warm_up(cls, options: OpenAISTTOptions | None, shared: Shared) -> Lease[Any]:
        """Import the client, which takes a second. Nothing is asked of the server.

        Raises:
            AdapterUnavailable: The address is none, or there is no key.
        """
        adapter = cls(options, shared)
        return await lease_client(shared, adapter._url, adapter._options.response_s)

    def _headers(self) -> dict[str, str]:
        options = self._options
        named = {"OpenAI-Organization": options.organization, "OpenAI-Project": options.project}
        return openai_access.headers(NAME, self._url, options.headers, named=named)

    async def transcribe(self, audio: AsyncIterator[AudioChunk]) -> Stream[Transcript]:
        """The text as the server writes it, then the final one. Closing the stream ends the request.

        Raises:
            AdapterError: The server cannot be reached, refuses, or falls silent; or the utterance is too long.
        """
        try:
            pcm = await recorded(audio)
        except MediaError as error:
            raise AdapterError(NAME, str(error), code="bad_audio") from error
        except TooLong as error:
            raise AdapterError(NAME, f"the utterance is longer than {MOST_S} s", code="too_long") from error
        text = ""
        if not is_silent(pcm):
            async with aclosing(self._texts(wav(pcm))) as texts:
                async for newest in texts:
                    if newest != text:
                        text = newest
                        yield Transcript(text)
        if not self._lease.closed:
            yield Transcript(text, final=True, end_of_turn=True)

    async def _texts(self, file: bytes) -> Stream[str]:
        """The text so far, each time that there is more of it."""
        client = await self._lease.value()
        if client is None:
            return
        from httpx2 import HTTPError
        from openai import OpenAIError

        try:
            async with aclosing(self._asked(client, file)) as texts:
                async for text in texts:
                    yield text
        except (OpenAIError, HTTPError) as error:
            raise explained(error, self._url, self._options.model) from error

    async def _asked(self, client: Any, file: bytes) -> Stream[str]:
        from openai import BadRequestError, UnprocessableEntityError

        try:
            async with aclosing(self._answer(client, file)) as texts:
                async for text in texts:
                    yield text
                return
        except (BadRequestError, UnprocessableEntityError) as error:
            if not (self._streams and self._options.stream == "auto" and refuses_stream(error)):
                raise
        self._streams = False  # and is not asked for it again
        async with aclosing(self._answer(client, file)) as texts:
            async for text in texts:
                yield text

    async def _answer(self, client: Any, file: bytes) -> Stream[str]:
        asked = client.audio.transcriptions.with_streaming_response.create(
            file=("speech.wav", file, "audio/wav"),
            model=self._options.model,
            extra_headers=_replacing_bearer(self._headers()),
            extra_query=self._options.query,
            **self._wishes(),
        )
        async with asked as answer:
            content_type = answer.headers.get("content-type", "")
            if "event-stream" not in content_type:
                yield text_of(await answer.read(), content_type)
                return
            async for text in texts_of(answer.iter_lines()):
                yield text

    def _wishes(self) -> dict[str, Any]:
        options = self._options
        given = {"language": options.language, "prompt": options.prompt, "temperature": options.temperature}
        wishes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        # response_format is left out: json is what every server takes for granted.
        return {**wishes, "stream": True} if self._streams else wishes

    async def close(self) -> None:
        """Give the client back; the last session's use closes its connections."""
        await self._lease.close()


def _replacing_bearer(headers: Mapping[str, str]) -> dict[str, Any]:
    """Headers that say all of who asks: the client's own bearer is taken out."""
    from openai import Omit

    return {"Authorization": Omit(), **headers}
