"""The transcription route, as the official client and a bare form see it."""

from __future__ import annotations

import io
import wave
from dataclasses import replace

import httpx2
import openai
import pytest

from tests.builtins.moonshine.speech import noise, pcm
from tth.emulators.openai.faults import Fault, Faults
from tth.testing.emulated import QUICK, emulated_openai

FIXED = replace(QUICK, hears=("Good morning to you.", "And again."))


def wav(data=None, rate_hz=16_000, channels=1, width=2):
    file = io.BytesIO()
    with wave.open(file, "wb") as header:
        header.setnchannels(channels)
        header.setsampwidth(width)
        header.setframerate(rate_hz)
        header.writeframes(pcm(noise(1, 0.1)) if data is None else data)
    return file.getvalue()


def client(url, key="any"):
    return openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=10)


async def post(url, data=None, files=None, key="any", **more):
    async with httpx2.AsyncClient() as http:
        return await http.post(
            f"{url}/audio/transcriptions", data=data, files=files, headers={"Authorization": f"Bearer {key}"}, **more
        )


@pytest.mark.parametrize("rate_hz", [8000, 48_000])
async def test_the_official_client_gets_text_and_usage(rate_hz):
    async with emulated_openai(FIXED) as (url, _), client(url) as api:
        told = await api.audio.transcriptions.create(file=("a.wav", wav(rate_hz=rate_hz)), model="gpt-transcribe")
        assert told.text == "Good morning to you."
        assert told.usage.type == "tokens"
        assert told.usage.total_tokens == told.usage.input_tokens + told.usage.output_tokens
        again = await api.audio.transcriptions.create(file=("a.wav", wav()), model="gpt-transcribe")
        assert again.text == "And again."


async def test_text_and_verbose_json_are_what_the_official_client_expects():
    async with emulated_openai(FIXED) as (url, _), client(url) as api:
        file = ("a.wav", wav())
        text = await api.audio.transcriptions.create(file=file, model="whisper-1", response_format="text")
        assert text.strip() == "Good morning to you."
        verbose = await api.audio.transcriptions.create(file=file, model="whisper-1", response_format="verbose_json")
        assert (verbose.text, verbose.duration, verbose.language) == ("And again.", 1.0, "english")
        assert verbose.segments[0].end == 1.0


async def test_a_stream_has_a_delta_for_each_word_and_whisper_passes_over_the_wish():
    async with emulated_openai(FIXED) as (url, _), client(url) as api:
        stream = await api.audio.transcriptions.create(file=("a.wav", wav()), model="gpt-transcribe", stream=True)
        events = [event async for event in stream]
        *deltas, done = events
        assert "".join(event.delta for event in deltas) == done.text == "Good morning to you."
        assert len(deltas) == 4
        assert done.usage.input_tokens == 10
        answer = await post(url, {"model": "whisper-1", "stream": "true"}, {"file": ("a.wav", wav())})
        assert answer.json()["text"] == "And again."


REFUSED = {
    "no file": ({"model": "m"}, None, "file", "missing_required_parameter", "Missing required parameter: 'file'."),
    "a file that is text": ({"model": "m", "file": "x"}, None, "file", None, "expected a file"),
    "no model": ({}, wav(), "model", "missing_required_parameter", "Missing required parameter: 'model'."),
    "an empty model": ({"model": ""}, wav(), None, None, "you must provide a model parameter"),
    "nothing in it": ({"model": "m"}, b"", "file", "invalid_value", "corrupted or unsupported"),
    "no WAV": ({"model": "m"}, b"RIFF and no more", "file", "invalid_value", "corrupted or unsupported"),
    "8 bits": ({"model": "m"}, wav(bytes(9000), width=1), "file", "invalid_value", "corrupted or unsupported"),
    "too short": ({"model": "m"}, wav(bytes(3000)), "file", "audio_too_short", "Minimum audio length is 0.1 seconds"),
    "a format": ({"model": "m", "response_format": "xml"}, wav(), "response_format", "invalid_value", "'json', 'text'"),
    "subtitles": (
        {"model": "m", "response_format": "srt"},
        wav(),
        "response_format",
        "unsupported_value",
        "Use 'json'",
    ),
    "verbose": (
        {"model": "gpt-transcribe", "response_format": "verbose_json"},
        wav(),
        "response_format",
        "unsupported_value",
        "not compatible with model",
    ),
    "temperature": ({"model": "m", "temperature": "hot"}, wav(), "temperature", None, "a number from 0 to 1"),
    "unknown": ({"model": "m", "volume": "11"}, wav(), "volume", "unknown_parameter", "Unknown parameter: 'volume'."),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_is_refused_as_openai_words_it(case):
    form, file, param, code, told = case
    files = {"file": ("a.wav", file)} if file is not None else {"other": ("", b"")}
    async with emulated_openai(replace(FIXED, strict="other" not in files)) as (url, _):
        answer = await post(url, form, files)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert told in error["message"]


async def test_a_file_of_no_audio_format_and_a_body_that_is_no_form_are_refused():
    async with emulated_openai(FIXED) as (url, _):
        answer = await post(url, {"model": "m"}, {"file": ("notes.txt", wav())})
        assert answer.status_code == 400
        assert "Invalid file format. Supported formats: ['flac'" in answer.json()["error"]["message"]
        for body in ({"json": {"model": "m"}}, {"content": b"--x"}):
            answer = await post(url, **body)
            assert answer.status_code == 400
            assert "Could not parse multipart form" in answer.json()["error"]["message"]
        answer = await post(url, content=b"nonsense", key="any")
        assert answer.status_code == 400


async def test_more_than_25_mb_are_refused_without_being_kept():
    async with emulated_openai(FIXED) as (url, _):
        answer = await post(url, {"model": "m"}, {"file": ("a.wav", bytes(27_000_000))})
    assert answer.status_code == 413
    assert "Maximum content size limit (26214400) exceeded" in answer.json()["error"]["message"]


async def test_a_key_must_be_there_and_right():
    async with emulated_openai(replace(FIXED, key="right")) as (url, _):
        assert (await post(url, key="wrong")).json()["error"]["code"] == "invalid_api_key"
        assert (await post(url, key="wrong")).status_code == 401
        assert (await post(url, {"model": "m"}, {"file": ("a.wav", wav())}, key="right")).status_code == 200


async def test_without_ears_there_is_no_such_route_and_a_session_is_told_so():
    async with emulated_openai(replace(FIXED, ears="none")) as (url, _):
        assert (await post(url, {"model": "m"}, {"file": ("a.wav", wav())})).status_code == 404


async def test_requests_fail_by_script():
    faults = (
        Fault(on="transcription", nth=1, status=429),
        Fault(on="transcription", nth=2, drop=1006),
        Fault(on="transcription", nth=3, delay_s=0.01),
        Fault(on="transcript.text.delta", nth=2, drop=1006, times=1),
    )
    async with emulated_openai(replace(FIXED, faults=Faults(faults=faults))) as (url, _):
        ask = ({"model": "m", "stream": "true"}, {"file": ("a.wav", wav())})
        limited = await post(url, *ask)
        assert (limited.status_code, limited.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        with pytest.raises(httpx2.TransportError):
            await post(url, *ask)
        with pytest.raises(httpx2.TransportError):
            await post(url, *ask)
        assert "transcript.text.done" in (await post(url, *ask)).text


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"on": "transcription", "omit": True}, "to a transcription only status, drop, delay_s can happen"),
        ({"on": "response.done", "status": 500}, "happens when a client connects"),
    ],
)
def test_a_fault_that_cannot_be_is_told(fault, told):
    with pytest.raises(ValueError, match=told):
        Fault.model_validate(fault)


async def test_breaking_off_leaves_no_word_in_the_log(caplog):
    faults = (Fault(on="transcription", drop=1006),)
    async with emulated_openai(replace(FIXED, faults=Faults(faults=faults))) as (url, _):
        with pytest.raises(httpx2.TransportError):
            await post(url, {"model": "m"}, {"file": ("a.wav", wav())})
    assert not caplog.records
