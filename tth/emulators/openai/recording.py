"""A request of the transcription route: its form, checked as OpenAI does, and the sound in it."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tth.core.media import AudioChunk

MOST_BYTES = 25 * 1024 * 1024
LEAST_S = 0.1

FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
_SPOKEN_FORMATS = ("json", "text", "verbose_json")
_KNOWN = frozenset(
    """file model language languages[] languages prompt response_format temperature stream timestamp_granularities[]
    timestamp_granularities include[] include chunking_strategy keywords[] keywords known_speaker_names[]
    known_speaker_references[]""".split()
)
_FILES = "['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']"


class Refused(Exception):
    """The request is refused, as OpenAI words it."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status


class _TooLarge(MultiPartException):
    """More than the route takes; of the parser's own class, so that it lets go of what it has read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is asked.

    Attributes:
        sound: What is to be written down.
        seconds: How long it lasts.
        form: ``json``, ``text`` or ``verbose_json``.
        streamed: Whether the text shall come as it is written.
        language: What the client says that it is.
    """

    sound: AudioChunk
    seconds: float
    form: str
    streamed: bool
    language: str


async def read_recording(headers: Headers, body: AsyncIterator[bytes], *, strict: bool) -> Recording:
    """The request that ``body`` is.

    Raises:
        Refused: It cannot be carried out.
    """
    form = await _form(headers, body)
    try:
        return await _recording(form, strict=strict)
    finally:
        await form.close()


async def _form(headers: Headers, body: AsyncIterator[bytes]) -> FormData:
    if not headers.get("content-type", "").startswith("multipart/form-data; boundary="):
        raise Refused("Could not parse multipart form: the request's content type is not multipart/form-data.")
    try:
        return await MultiPartParser(headers, _limited(body), max_files=4, max_fields=64).parse()
    except _TooLarge as error:
        raise Refused(error.message, status=413) from error
    except (MultiPartException, KeyError) as error:
        raise Refused(f"Could not parse multipart form: {getattr(error, 'message', 'it has no boundary')}") from error


async def _limited(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in body:
        size += len(piece)
        if size > MOST_BYTES:
            raise _TooLarge(f"413: Maximum content size limit ({MOST_BYTES}) exceeded ({size} bytes read)")
        yield piece


async def _recording(form: FormData, *, strict: bool) -> Recording:
    unknown = sorted(set(form) - _KNOWN)
    if strict and unknown:
        raise Refused(f"Unknown parameter: '{unknown[0]}'.", param=unknown[0], code="unknown_parameter")
    model = _required(form, "model")
    if not isinstance(model, str) or not model:
        raise Refused("you must provide a model parameter")
    file = _required(form, "file")
    if not isinstance(file, UploadFile):
        raise Refused("Invalid type for 'file': expected a file, but got a string instead.", param="file")
    response_format = _response_format(form, model, strict=strict)
    temperature = form.get("temperature", "0")
    if strict and not _is_temperature(temperature):
        raise Refused(f"Invalid value: '{temperature}'. Expected a number from 0 to 1.", param="temperature")
    sound = _sound(await file.read(), file.filename or "")
    seconds = len(sound.data) / 2 / sound.channels / sound.sample_rate
    if seconds < LEAST_S:
        problem = f"Audio file is too short. Minimum audio length is {LEAST_S} seconds."
        raise Refused(problem, param="file", code="audio_too_short")
    return Recording(
        sound=sound,
        seconds=seconds,
        form=response_format,
        # whisper-1 passes over the wish.
        streamed=form.get("stream") in ("true", "True", "1") and model != "whisper-1",
        language=str(form.get("language") or "en"),
    )


def _required(form: FormData, name: str) -> UploadFile | str:
    value = form.get(name)
    if value is None:
        raise Refused(f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter")
    return value


def _response_format(form: FormData, model: str, *, strict: bool) -> str:
    wanted = str(form.get("response_format") or "json")
    if wanted not in FORMATS:
        known = ", ".join(f"'{name}'" for name in FORMATS)
        problem = f"Invalid value: '{wanted}'. Supported values are: {known}."
        raise Refused(problem, param="response_format", code="invalid_value")
    takes = ("json", "text") if strict and model.startswith("gpt-") else _SPOKEN_FORMATS
    if wanted not in takes:
        problem = f"response_format '{wanted}' is not compatible with model '{model}'. Use 'json' or 'text' instead."
        raise Refused(problem, param="response_format", code="unsupported_value")
    return wanted


def _is_temperature(value: UploadFile | str) -> bool:
    try:
        return 0 <= float(str(value)) <= 1
    except ValueError:
        return False


def _sound(file: bytes, name: str) -> AudioChunk:
    if "." not in name or f"'{name.rpartition('.')[2].lower()}'" not in _FILES:
        raise Refused(f"Invalid file format. Supported formats: {_FILES}")
    try:
        with wave.open(io.BytesIO(file)) as header:
            if header.getsampwidth() == 2 and header.getnchannels() in (1, 2):
                rate_hz, channels = header.getframerate(), header.getnchannels()
                return AudioChunk(header.readframes(header.getnframes()), rate_hz, channels)
    except (wave.Error, EOFError):
        pass
    problem = "Audio file might be corrupted or unsupported; the emulator reads 16-bit WAV files."
    raise Refused(problem, param="file", code="invalid_value")
