import struct

from tests.session.scene import scene, settle
from tth.core.events import AudioChunkEvent, MeasureEvent, TurnCompleteEvent, WarningEvent
from tth.observers.levels import measure_levels
from tth.testing.clock import run

LOUD = struct.pack("<h", 16384) * 2400


def measures(events):
    return {event.name: event.value for event in events if isinstance(event, MeasureEvent)}


async def spoken(stage, *chunks):
    voice, session = stage.voice, stage.session
    measure_levels(session.bus)
    turn = session.say("go")
    await settle()
    voice.start(tag=turn.id)
    for chunk in chunks:
        voice.emit(AudioChunkEvent(data=chunk, response_id="r1", item_id="i1"))
    voice.finish()
    ending = await turn.wait()
    await settle()
    return turn, ending, stage.seen()


def test_a_turn_ends_with_how_loud_it_was():
    async def main():
        async with scene() as stage:
            turn, ending, events = await spoken(stage, bytes(4800), LOUD, LOUD[:100])
            assert isinstance(ending, TurnCompleteEvent)
            found = measures(event for event in events if event.turn_id == turn.id)
            assert found["sound_bytes"] == 9700
            assert found["silent_ms"] == 100
            assert found["sound_peak"] == 0.5
            assert found["sound_rms"] == round(0.5 / 2**0.5, 5)
            assert not [event for event in events if isinstance(event, WarningEvent)]

    run(main())


def test_a_voice_that_sends_silence_is_told():
    async def main():
        async with scene() as stage:
            _, _, events = await spoken(stage, bytes(96_000))
            assert [event.code for event in events if isinstance(event, WarningEvent)] == ["silent_voice"]

    run(main())


def test_a_turn_without_sound_has_no_level():
    async def main():
        async with scene() as stage:
            _, _, events = await spoken(stage)
            assert "sound_bytes" not in measures(events)

    run(main())


def test_an_interrupted_turn_is_measured_as_far_as_it_was_delivered():
    async def main():
        async with scene() as stage:
            measure_levels(stage.session.bus)
            turn = stage.session.say("go")
            await settle()
            stage.voice.start(tag=turn.id)
            for _ in range(20):
                stage.voice.emit(AudioChunkEvent(data=LOUD, response_id="r1", item_id="i1"))
                await settle()
            stage.session.interrupt()
            await settle()
            events = stage.seen()
            sent = sum(len(event.data) for event in events if isinstance(event, AudioChunkEvent))
            assert sent == 0, "the interrupt leaves no sound in a queue"
            assert measures(events)["sound_bytes"] == 20 * len(LOUD)

    run(main())
