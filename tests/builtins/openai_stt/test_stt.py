"""The recogniser before the referee, at the emulator and at servers with ways of their own."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from tests.builtins.moonshine.speech import RATE_HZ, chunks, noise, quiet
from tth.adapters.shared import Shared
from tth.builtins.openai_stt.options import OpenAISTTOptions
from tth.builtins.openai_stt.stt import OpenAISTT
from tth.core.media import AudioChunk
from tth.emulators.openai.faults import Fault, Faults
from tth.errors import AdapterError, AdapterUnavailable
from tth.testing.conformance import STTConformance
from tth.testing.emulated import QUICK, emulated_openai

SOUND = chunks(noise(0.5, 0.1), ms=100)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    for name in ("OPENAI_API_KEY_FILE", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


class TestOpenAISTT(STTConformance):
    @pytest.fixture(autouse=True)
    async def _served(self):
        async with emulated_openai(replace(QUICK, hears=("Good morning.",))) as (url, _):
            self.url = url
            yield

    def make(self, shared):
        return OpenAISTT(OpenAISTTOptions(base_url=self.url), shared)


async def source(pieces):
    for piece in pieces:
        yield piece


async def heard(url, pieces=SOUND, **options):
    recogniser = OpenAISTT(OpenAISTTOptions(base_url=url, **options), Shared())
    try:
        return [transcript async for transcript in recogniser.transcribe(source(pieces))]
    finally:
        await recogniser.close()


@asynccontextmanager
async def server(answer):
    """A server whose transcription route is ``answer(form)``; gives its address and the forms that came."""
    import uvicorn

    from tth.transports.listening import listen

    forms = []

    async def transcriptions(request):
        async with request.form() as form:
            told = {name: value for name, value in form.items() if isinstance(value, str)}
            file = form["file"]
            sent = (file.filename, file.content_type, await file.read())
        forms.append({**told, "file": sent, "headers": request.headers})
        return answer(told)

    listening = listen("127.0.0.1", 0)
    app = Starlette(routes=[Route("/v1/audio/transcriptions", transcriptions, methods=["POST"])])
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(running._serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1", forms
        finally:
            running.should_exit = True
            await asyncio.wait({task})


def events(*told, end="\n"):
    async def lines():
        for each in told:
            text = each if isinstance(each, str) else f"data: {json.dumps(each)}"
            yield f"{text}{end}{end}"

    return StreamingResponse(lines(), media_type="text/event-stream")


async def test_the_text_comes_word_by_word_and_then_for_good():
    async with emulated_openai(replace(QUICK, hears=("Good morning to you.",))) as (url, _):
        found = await heard(url)
    texts = [transcript.text for transcript in found]
    assert texts == ["Good", "Good morning", "Good morning to", *["Good morning to you."] * 2]
    assert found[-1].final
    assert found[-1].end_of_turn


async def test_a_wav_of_16_khz_and_what_the_options_say_is_sent_and_nothing_more():
    async with server(lambda form: JSONResponse({"text": "Hi."})) as (url, forms):
        stereo = [AudioChunk(bytes(9601) + b"\x40" * 9599, 24_000, 2), AudioChunk(b"\x20" * 8000, 8000)]
        await heard(url, stereo, model="m", language="en", prompt="Names: Ada", headers={"X-Team": "a"}, stream=False)
        await heard(url, stereo, headers={"api-key": "azure"}, organization="org", temperature=0.5)
    name, kind, file = forms[0].pop("file")
    assert (name, kind, file[:4], file[8:12]) == ("speech.wav", "audio/wav", b"RIFF", b"WAVE")
    assert int.from_bytes(file[24:28], "little") == RATE_HZ
    assert len(file) - 44 == pytest.approx(2 * RATE_HZ * (0.2 + 0.5), rel=0.02)
    headers = forms[0].pop("headers")
    assert (headers["authorization"], headers["x-team"]) == ("Bearer a-key", "a")
    assert forms[0] == {"model": "m", "language": "en", "prompt": "Names: Ada"}
    assert forms[1]["stream"] == "true"
    headers = forms[1]["headers"]
    assert "authorization" not in headers
    assert (headers["api-key"], headers["openai-organization"]) == ("azure", "org")


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (lambda form: JSONResponse({"text": " Hi there. "}), ["Hi there."]),
        (lambda form: PlainTextResponse("Hi there.\n"), ["Hi there."]),
        (lambda form: PlainTextResponse('{"text": "Hi there."}'), ["Hi there."]),
        (lambda form: events({"text": "Hi"}, {"text": " there."}), ["Hi", "Hi there."]),
        (lambda form: events(": hello", {"text": "Hi"}, "data: [DONE]", end="\r\n"), ["Hi"]),
        (lambda form: events({"choices": [{"delta": {"content": "Hi"}}]}, {"choices": []}), ["Hi"]),
        (lambda form: events({"type": "transcript.text.done", "text": "Hi."}), ["Hi."]),
        (lambda form: events("event: x", "data: nonsense", {"type": "unknown", "text": "no"}), []),
    ],
    ids="json text mislabelled segments crlf chat done-only unknown".split(),
)
async def test_servers_that_answer_in_their_own_way_are_understood(answer, texts):
    async with server(answer) as (url, _):
        found = await heard(url)
    assert [transcript.text for transcript in found] == [*texts, *(texts[-1:] or [""])]
    assert found[-1].final


async def test_a_server_that_refuses_to_stream_is_asked_without_and_not_again():
    def answer(form):
        if "stream" in form:
            return JSONResponse({"error": {"message": "no such thing", "param": "stream"}}, status_code=400)
        return JSONResponse({"text": "Hi."})

    async with server(answer) as (url, forms):
        recogniser = OpenAISTT(OpenAISTTOptions(base_url=url), Shared())
        for _ in range(2):
            found = [transcript.text async for transcript in recogniser.transcribe(source(SOUND))]
            assert found == ["Hi.", "Hi."]
        await recogniser.close()
        assert ["stream" in form for form in forms] == [True, False, False]
        with pytest.raises(AdapterError, match="no such thing"):
            await heard(url, stream=True)


async def test_silence_is_not_sent():
    async with server(lambda form: JSONResponse({"text": "you"})) as (url, forms):
        for sound in ([], chunks(quiet(1)), chunks(noise(0.05, 0.1)), chunks(noise(1, 0.0005))):
            assert [transcript.text for transcript in await heard(url, sound)] == [""]
    assert forms == []


def refusing(status, message="so it is", code=None):
    error = {"message": message, "type": "invalid_request_error", "code": code}
    return lambda form: JSONResponse({"error": error}, status_code=status)


@pytest.mark.parametrize(
    ("answer", "told", "code", "decision"),
    [
        (refusing(401), "does not take this key; see OPENAI_API_KEY", "invalid_api_key", "fatal"),
        (refusing(404, "no model", "model_not_found"), "has no model 'gpt-transcribe'", "model_not_found", "fatal"),
        (refusing(413), "too long for", "too_long", "fatal"),
        (refusing(429, "you are broke", "insufficient_quota"), "the account is empty", "insufficient_quota", "fatal"),
        (refusing(429, "slowly", "rate_limit_exceeded"), "too much is asked", "rate_limit_exceeded", "retry"),
        (refusing(503), "failed with 503: so it is", "server_error", "retry"),
        (refusing(400, "what language?", "bad_language"), "refused: what language?", "bad_language", "fatal"),
        (lambda form: JSONResponse({"words": []}), "is there a transcription route", "bad_answer", "fatal"),
        (lambda form: PlainTextResponse("{oh"), "is there a transcription route", "bad_answer", "fatal"),
        (lambda form: events({"error": {"message": "GPU gone"}}), "broke off: GPU gone", "server_error", "retry"),
    ],
)
async def test_every_refusal_says_what_is_wrong(answer, told, code, decision):
    async with server(answer) as (url, _):
        with pytest.raises(AdapterError) as raised:
            await heard(url)
    assert told in raised.value.problem
    assert (raised.value.adapter, raised.value.code, raised.value.decision) == ("openai_stt", code, decision)


async def test_a_server_that_is_not_there_breaks_off_or_falls_silent_is_told():
    with pytest.raises(AdapterError, match="cannot be reached") as raised:
        await heard("http://127.0.0.1:9/v1")
    assert raised.value.decision == "retry"
    faults = (
        Fault(on="transcript.text.delta", nth=2, drop=1006),
        Fault(on="transcription", nth=2, delay_s=2),
        Fault(on="transcription", nth=3, delay_s=2),
    )
    async with emulated_openai(replace(QUICK, hears=("One two three",), faults=Faults(faults=faults))) as (url, _):
        with pytest.raises(AdapterError, match=r"cannot be reached|broke off"):
            await heard(url)
        with pytest.raises(AdapterError, match="did not answer in time"):
            await heard(url, response_s=0.05)


async def test_sound_of_no_rate_and_sound_without_end_are_refused():
    with pytest.raises(AdapterError, match="300 Hz is no rate"):
        await heard("http://127.0.0.1:9/v1", [AudioChunk(bytes(10), 300)])
    with pytest.raises(AdapterError, match="longer than 600 s"):
        await heard("http://127.0.0.1:9/v1", [AudioChunk(bytes(2 * RATE_HZ * 60), RATE_HZ)] * 11)


def test_without_a_key_it_says_what_to_set_but_a_server_on_this_machine_may_not_want_one(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(AdapterUnavailable, match="openai_stt: there is no key; set OPENAI_API_KEY"):
        OpenAISTT(None, Shared())
    OpenAISTT(OpenAISTTOptions(base_url="http://localhost:9/v1"), Shared())
    with pytest.raises(AdapterUnavailable, match="is no base URL"):
        OpenAISTT(OpenAISTTOptions(base_url="localhost"), Shared())


async def test_sessions_share_the_client_and_the_last_closes_it():
    shared = Shared()
    async with emulated_openai() as (url, _):
        options = OpenAISTTOptions(base_url=url)
        lease = await OpenAISTT.warm_up(options, shared)
        recogniser = OpenAISTT(options, shared)
        assert [t.final async for t in recogniser.transcribe(source(SOUND))][-1]
        assert len(shared) == 1
        await recogniser.close()
        assert not lease.value.is_closed()
        await lease.close()
        assert lease.value.is_closed()
    assert len(shared) == 0
