import asyncio

import pytest

from tests.server.peer import serving
from tth.server.fresh import Fresh


async def test_many_who_ask_at_once_are_told_what_was_found_once_and_later_it_is_found_anew() -> None:
    now, found = [0.0], iter(range(10))
    fresh = Fresh(lambda: next(found), lambda: now[0])
    assert await asyncio.gather(*(fresh.get() for _ in range(50))) == [0] * 50
    now[0] = 0.9
    assert await fresh.get() == 0
    now[0] = 1.0
    assert await fresh.get() == 1


async def test_a_failure_is_told_and_not_kept() -> None:
    answers = iter([ValueError("no such folder"), "here"])

    def find():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    fresh = Fresh(find)
    with pytest.raises(ValueError, match="no such folder"):
        await fresh.get()
    assert await fresh.get() == "here"


async def test_a_crowd_that_wants_the_lists_has_them_read_once() -> None:
    async with serving() as site:
        times, profiles, personas = [], site.house.profiles, site.house.personas
        site.house.profiles = lambda: times.append("profiles") or profiles()
        site.house.personas = lambda: times.append("personas") or personas()
        ways = ("/v1/profiles", "/v1/profiles", "/v1/models", "/v1/personas")
        answers = await asyncio.gather(*(site.get(way) for way in ways))
        assert {answer.status for answer in answers} == {200}
        assert sorted(times) == ["personas", "profiles"]
