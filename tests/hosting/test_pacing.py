import asyncio

from tth.hosting.pacing import Pacing
from tth.testing.clock import run


def paced(pace, *steps):
    """What is given, and when, after ``steps`` were put: each a response, its length in seconds and a name."""

    async def main():
        loop, pacing, given = asyncio.get_running_loop(), Pacing(pace), []
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(pacing.run())
            for response_id, seconds, name in steps:
                if name is None:
                    pacing.drop(response_id)
                else:
                    pacing.put(response_id, seconds, lambda name=name: given.append((name, loop.time() - began)))
            await asyncio.sleep(100)
            running.cancel()
        return given

    return run(main())


def test_what_follows_sound_waits_for_its_length_over_the_pace() -> None:
    given = paced(2, ("a", 1, "first"), ("a", 3, "second"), ("a", 0, "end"))
    assert given == [("first", 0), ("second", 0.5), ("end", 2)]


def test_a_response_does_not_wait_for_the_sound_of_another() -> None:
    given = paced(1, ("main", 4, "sound"), ("main", 0, "end"), ("aside", 1, "aside"), ("aside", 0, "over"))
    assert given == [("sound", 0), ("aside", 0), ("over", 1), ("end", 4)]


def test_what_was_dropped_is_not_given_and_holds_nothing_up() -> None:
    assert paced(1, ("old", 4, "sound"), ("old", 4, "more"), ("old", 0, None), ("new", 1, "new")) == [("new", 0)]


def test_a_pace_of_zero_gives_at_once() -> None:
    assert paced(0, ("a", 4, "sound"), ("a", 0, "end")) == [("sound", 0), ("end", 0)]
