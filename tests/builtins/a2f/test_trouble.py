"""What is made of everything that can go wrong with a clip; on virtual time."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.builtins.a2f.peer import MemoryService, Scene, names, pose, status
from tth.errors import AdapterError
from tth.testing.clock import run
from tth.wire.a2f.messages_pb2 import AnimationDataStream, Status


def ending(code="", detail="", *before):
    def end(call):
        call.reply(*before)
        call.end(code, detail)

    return end


async def failure_of(service: MemoryService) -> AdapterError:
    async with Scene(service) as scene:
        await scene.start()
        with contextlib.suppress(AdapterError):
            await scene.speak(1, lump=5)
            await scene.avatar.end_speech()
        await asyncio.sleep(60)
        assert isinstance(scene.error, AdapterError)
        assert scene.error.adapter == "a2f"
        assert all(clip.cancelled for clip in service.clips)
        return scene.error


@pytest.mark.parametrize(
    ("status_name", "detail", "code", "decision", "told"),
    [
        ("INVALID_ARGUMENT", "bad rate", "bad_request", "fatal", "bad rate"),
        ("UNAUTHENTICATED", "", "invalid_api_key", "fatal", "NVIDIA_API_KEY"),
        ("PERMISSION_DENIED", "", "invalid_api_key", "fatal", "NVIDIA_API_KEY"),
        ("NOT_FOUND", "no function", "unknown_function", "fatal", "function_id"),
        ("INTERNAL", "failed to establish link to worker", "busy", "retry", "no instance"),
        ("INTERNAL", "Unauthenticated: invalid response from UAM", "invalid_api_key", "fatal", "NVIDIA_API_KEY"),
        ("INTERNAL", "A server error trying to handle an exception", "no_credit", "fatal", "credit"),
        ("INTERNAL", "Internal error from Core", "ended_early", "retry", "ended the stream early"),
        ("INTERNAL", "whatever", "service_failed", "retry", "whatever"),
        ("UNIMPLEMENTED", "Method not found!", "not_a2f", "fatal", "target"),
        ("UNAVAILABLE", "Connection refused", "unreachable", "retry", "is it running"),
        ("UNAVAILABLE", "SSL routines: CERTIFICATE_VERIFY_FAILED", "bad_certificate", "fatal", "see ca"),
        ("UNAVAILABLE", "Hostname Verification Check failed.", "bad_certificate", "fatal", "another address"),
        ("UNAVAILABLE", "SSL routines: WRONG_VERSION_NUMBER", "bad_certificate", "fatal", "no TLS"),
        ("UNAVAILABLE", "Failed to create security handshaker.", "bad_certificate", "fatal", "fit together"),
        ("UNAVAILABLE", "Socket closed", "unreachable", "retry", "security or certificate"),
        ("RESOURCE_EXHAUSTED", "Received message larger than max", "message_too_large", "fatal", "packet_ms"),
        ("RESOURCE_EXHAUSTED", "10 streams", "busy", "retry", "busy"),
        ("DEADLINE_EXCEEDED", "", "timed_out", "retry", "in time"),
        ("DATA_LOSS", "", "service_failed", "retry", "DATA_LOSS"),
    ],
)
def test_each_status_says_what_it_means_and_whether_to_try_again(status_name, detail, code, decision, told):
    async def main():
        error = await failure_of(MemoryService(on_audio=ending(status_name, detail)))
        assert (error.code, error.decision) == (code, decision)
        assert told in error.problem

    run(main())


@pytest.mark.parametrize(
    ("status_name", "code", "decision"),
    [
        ("", "clip_refused", "retry"),
        ("INTERNAL", "clip_refused", "retry"),
        ("RESOURCE_EXHAUSTED", "busy", "retry"),
        ("INVALID_ARGUMENT", "bad_request", "fatal"),
    ],
)
def test_a_refusal_in_the_stream_counts_for_more_than_how_the_call_ends(status_name, code, decision):
    async def main():
        refusal = status(Status.ERROR, "the clip is too long")
        detail = "Internal error from Core" if status_name == "INTERNAL" else ""
        error = await failure_of(MemoryService(on_audio=ending(status_name, detail, refusal)))
        assert (error.code, error.decision) == (code, decision)
        assert "the clip is too long" in error.problem

    run(main())


def test_a_service_that_refuses_and_then_says_nothing_is_not_waited_for():
    async def main():
        service = MemoryService(on_audio=lambda call: call.reply(status(Status.ERROR, "no")), on_end=lambda call: None)
        async with Scene(service) as scene:
            await scene.start()
            await scene.speak(0.02)
            await asyncio.sleep(0.1)
            assert scene.error.code == "clip_refused"
            assert service.clips[0].half_closed

    run(main())


def test_no_clip_is_opened_after_one_was_refused():
    async def main():
        service = MemoryService(on_audio=lambda call: call.reply(status(Status.ERROR, "no")), on_end=lambda call: None)
        async with Scene(service) as scene:
            await scene.start()
            with pytest.raises(AdapterError, match="no"):
                await scene.speak(2, pace=2)
            assert len(service.clips) == 1

    run(main())


def test_a_refusal_after_the_last_sound_is_told_at_once():
    async def main():
        service = MemoryService(on_end=lambda call: call.reply(status(Status.ERROR, "too long")))
        async with Scene(service) as scene:
            await scene.start()
            await scene.speak(1)
            await scene.avatar.end_speech()
            await asyncio.sleep(0.1)
            assert "too long" in str(scene.error)

    run(main())


def test_a_call_that_ends_well_without_a_last_word_has_failed():
    async def main():
        error = await failure_of(MemoryService(on_end=ending()))
        assert (error.code, error.decision) == ("ended_early", "retry")

    run(main())


def test_a_service_that_does_not_finish_is_given_up():
    async def main():
        error = await failure_of(MemoryService(on_end=lambda call: None))
        assert (error.code, error.decision) == ("ended_early", "retry")
        assert "within 10 s" in error.problem

    run(main())


@pytest.mark.parametrize("code", [Status.INFO, Status.WARNING, Status.SUCCESS])
def test_any_good_last_word_is_a_good_end(code):
    async def main():
        async with Scene(MemoryService(on_end=ending("", "", status(code)))) as scene:
            await scene.start()
            await scene.speak(1, lump=5)
            await scene.avatar.end_speech()
            await scene.settle()
            assert scene.error is None

    run(main())


def test_what_a_service_says_in_between_changes_nothing():
    def chatter(call):
        event, sound = AnimationDataStream(), AnimationDataStream()
        event.event.event_type = 0
        sound.animation_data.audio.audio_buffer = b"\0\0"
        call.reply(event, sound, AnimationDataStream(), status(Status.INFO, "hm"), status(Status.WARNING))
        call.make_frames()

    async def main():
        async with Scene(MemoryService(on_audio=chatter)) as scene:
            await scene.start()
            await scene.speak(1, lump=5)
            await scene.avatar.end_speech()
            await scene.settle()
            assert (len(scene.frames), scene.error) == (42, None)

    run(main())


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        ([pose(0, [0.5] * 51)], "51 weights for 52 names"),
        ([pose(0, [float("nan")] * 52)], "no number"),
        ([pose(0, [float("inf")] * 52)], "no number"),
        ([pose(float("nan"))], "time code"),
        ([names(["nose", "ear"])], "Nose, Ear"),
    ],
)
def test_a_service_that_does_not_keep_to_its_protocol_has_failed(replies, told):
    async def main():
        error = await failure_of(MemoryService(on_audio=lambda call: call.reply(*replies)))
        assert (error.code, error.decision) == ("bad_reply", "retry")
        assert told in error.problem

    run(main())


def test_frames_that_were_there_before_a_failure_are_given_first():
    def some_then_none(call):
        call.make_frames()
        if len(call.seen.audio) > 16_000:
            call.end("UNAVAILABLE")

    async def main():
        async with Scene(MemoryService(on_audio=some_then_none)) as scene:
            await scene.start()
            with pytest.raises(AdapterError):
                await scene.speak(2)
            assert len(scene.frames) == 15
            assert scene.error.code == "connection_lost"

    run(main())


@pytest.mark.parametrize("time_codes", [[0.0, 0.1, 0.1, 0.2], [0.0, 0.2, 0.1, 0.3], [-0.1, 0.0, 0.1, 0.2]])
def test_frames_that_do_not_rise_are_dropped_and_told_once(time_codes, caplog):
    async def main():
        service = MemoryService(on_audio=lambda call: None, on_end=ending("", "", status()))
        async with Scene(service) as scene:
            for speech in ("one", "two"):
                await scene.start(speech)
                await scene.speak(1)
                service.calls[-1].reply(*map(pose, time_codes))
                await scene.avatar.end_speech()
                await scene.settle()
            for speech in ("one", "two"):
                samples = [f.sample for f in scene.frames if f.speech_id == speech]
                assert samples == sorted(set(samples))
            assert scene.error is None

    run(main())
    (record,) = caplog.records
    assert "1 frames out of order" in record.getMessage()


def test_frames_beyond_all_sound_are_dropped(caplog):
    async def main():
        service = MemoryService(on_audio=lambda call: None)
        async with Scene(service) as scene:
            await scene.start()
            await scene.speak(1)
            service.calls[0].reply(pose(0.5), pose(1.4), pose(1.6), pose(1e9))
            await scene.settle()
            assert [frame.sample for frame in scene.frames] == [12_000, 33_600]
            await scene.avatar.end_speech()
            await scene.settle()

    run(main())
    assert "2 beyond all sound" in caplog.records[0].getMessage()


def test_nothing_comes_of_an_interrupted_speech_and_nothing_more_is_sent():
    async def main():
        async with Scene() as scene:
            await scene.start("one")
            await scene.speak(1)
            await scene.avatar.send_audio(bytes(64_000), scene.at)
            await scene.avatar.interrupt()
            count, sent = len(scene.frames), len(scene.service.clips[0].audio)
            assert scene.service.clips[0].cancelled
            await asyncio.sleep(5)
            assert (len(scene.frames), len(scene.service.clips[0].audio)) == (count, sent)
            assert scene.service.clips[0].ended is None
            await scene.start("two")
            await scene.speak(1)
            await scene.settle()
            assert {frame.speech_id for frame in scene.frames[count:]} == {"two"}

    run(main())


def test_marks_sound_and_ends_without_a_speech_do_nothing():
    async def main():
        async with Scene() as scene:
            await scene.avatar.send_audio(bytes(640), 0)
            await scene.avatar.send_marks([])
            await scene.avatar.end_speech()
            await scene.avatar.interrupt()
            await scene.start()
            await scene.avatar.end_speech()
            await asyncio.sleep(5)
            assert (scene.service.clips, scene.frames, scene.error) == ([], [], None)

    run(main())
