import asyncio
import struct
from dataclasses import asdict

from tests.session.scene import scene, settle
from tth.core.clock import LoopClock
from tth.core.events import AudioChunkEvent, DegradedEvent, ErrorEvent, Family, MetersEvent, TurnCompleteEvent
from tth.observers.metering import Metering
from tth.testing.clock import run
from tth.wire.native import PlayheadReport

LOUD = struct.pack("<h", 16384)
TENTH = 2400


def meter(stage):
    session = stage.session
    return Metering(
        session.bus,
        counts=lambda: asdict(session.meters),
        components=lambda: session.components,
        playhead=lambda: session.playhead,
        clock=LoopClock(),
    )


async def speak(stage, tenths, *, quiet=0, pace_s=0.1):
    """A turn of so many tenths of a second, the first ones quiet, as they are spoken."""
    turn = stage.session.say("go")
    await settle()
    stage.voice.start(tag=turn.id)
    for number in range(tenths):
        data = bytes(2 * TENTH) if number < quiet else LOUD * TENTH
        stage.voice.emit(AudioChunkEvent(data=data, response_id="r1", item_id="i1"))
        if number < tenths - 1:
            await asyncio.sleep(pace_s)
    stage.voice.finish()
    ending = await turn.wait()
    await settle()
    return ending


def test_a_speech_in_real_time_has_known_numbers():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            assert isinstance(await speak(stage, 30, quiet=3), TurnCompleteEvent)
            numbers = metering.numbers()
            assert numbers["sound_bytes"] == 3 * 48_000
            assert numbers["upload_bytes"] == 3 * 32_000
            assert numbers["packets"] == 150
            assert (numbers["windows"], numbers["silent_windows"]) == (30, 3)
            assert numbers["sound_peak"] == 0.5
            assert numbers["sound_rms"] == round((0.25 * 27 / 30) ** 0.5, 5)
            assert (numbers["turns_started"], numbers["turns_complete"], numbers["error_rate"]) == (1, 1, 0)
            assert (numbers["connect_success"], numbers["send_success"]) == (1, 1)
            assert abs(numbers["upload_bytes_per_s"] - 32_000) <= 3200, "one chunk more or less"
            assert "frame_ahead_ms" not in numbers, "nothing is played"

    run(main())


def test_the_rates_of_a_turn_shorter_than_a_second_are_what_passed_in_that_second():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            await speak(stage, 5, pace_s=0)
            assert metering.rates["sound_bytes_per_s"] == 24_000
            assert metering.rates["upload_bytes_per_s"] == 16_000

    run(main())


def test_frames_are_counted_on_the_media_clock_however_fast_they_come():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            stage.session.say("go")
            await settle()
            stage.voice.start()
            # The scripted avatar makes one frame of each piece it is sent, due at its start.
            for _ in range(10):
                stage.voice.audio(20)
                await settle()
            stage.session.interrupt()
            await settle()
            assert metering.numbers()["frames_per_s"] == 50
            assert metering.numbers()["turns_interrupted"] == 1

    run(main())


def test_a_client_that_asks_is_told_each_second_and_once_at_the_end():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            metering.asked = True
            told = []
            stage.session.bus.observe(
                lambda event: told.append(event) if isinstance(event, MetersEvent) else None,
                frozenset({Family.MEASURES}),
            )
            await speak(stage, 25)
            assert [event.numbers["turns_complete"] for event in told] == [0, 0, 1]
            assert [event.turn_id != "" for event in told] == [False, False, True]
            assert told[0].components == {"realtime": "voice0", "avatar": "face0"}
            # A voice that sends no faster than it is heard leaves the avatar nothing to be ahead with.
            assert -100 <= told[0].numbers["frame_ahead_ms"] <= 0
            assert told[-1].numbers["windows"] == 25

    run(main())


def test_nobody_is_told_who_did_not_ask():
    async def main():
        async with scene() as stage:
            meter(stage)
            await speak(stage, 15)
            assert stage.seen(MetersEvent) == []

    run(main())


def test_errors_are_counted_where_they_come_from_and_the_last_reason_is_kept():
    async def main():
        async with scene() as stage:
            metering, bus = meter(stage), stage.session.bus
            bus.publish(ErrorEvent(code="bad_json", message="no", decision="ignore"))
            bus.publish(ErrorEvent(code="server_error", message="no", decision="ignore"))
            bus.publish(DegradedEvent(component="avatar", was="a2f", now="phoneme", reason="it is away"))
            bus.publish(DegradedEvent(component="a stranger's", was="x", now="", reason="gone"))
            await settle()
            assert metering.totals.errors == {"client": 1, "voice": 1, "avatar": 1, "other": 1}
            assert metering.reason == "x gave way to nothing: gone"

    run(main())


def test_nothing_ticks_when_no_turn_speaks():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            metering.asked = True
            await speak(stage, 3)
            stage.seen()
            await asyncio.sleep(60)
            assert stage.seen(MetersEvent) == []

    run(main())


def test_what_a_client_says_of_its_playhead_is_kept_with_its_age():
    async def main():
        async with scene() as stage:
            metering = meter(stage)
            report = PlayheadReport(turn=2, sample=24_000, offset_ms=12.5)
            metering.heard(report)
            await asyncio.sleep(3)
            assert metering.page.report is report
            assert metering.page_age_s(metering.page) == 3
            assert metering.totals.ratios["in_step"] == 1

    run(main())
