"""Clock, calendar, units and small games."""

import re
from datetime import UTC, date, datetime

import pytest

from tests.builtins.scripted.talk import Talk
from tth.builtins.scripted.skills.calendar import find_day, said_date, said_time
from tth.builtins.scripted.skills.units import find_conversion

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "12:00 at night"),
        (4, 59, "4:59 at night"),
        (5, 0, "5:00 in the morning"),
        (12, 0, "12:00 in the afternoon"),
        (18, 30, "6:30 in the evening"),
        (23, 5, "11:05 at night"),
    ],
)
def test_the_time_is_said_with_its_part_of_the_day(hour, minute, said):
    assert said_time(datetime(2026, 11, 21, hour, minute, tzinfo=UTC)) == said


def test_the_date_is_said_with_its_weekday():
    assert said_date(date(2024, 2, 29)) == "Thursday, February 29, 2024"


@pytest.mark.parametrize(
    ("asked", "day", "name"),
    [
        ("how many days until Christmas?", date(2026, 12, 25), "Christmas"),
        ("how long until new year", date(2027, 1, 1), "New Year"),
        ("how many days till new year’s eve", date(2026, 12, 31), "New Year's Eve"),
        ("days until friday", date(2026, 11, 27), "Friday"),
        ("how long till Saturday", date(2026, 11, 28), "Saturday"),
        ("how many days to the 5th of May", date(2027, 5, 5), "May 5"),
        ("days until May 5", date(2027, 5, 5), "May 5"),
        ("how many days until november 21", TODAY, "November 21"),
        ("days until February 29", date(2028, 2, 29), "February 29"),
        ("days until March 3, 2020", date(2020, 3, 3), "March 3, 2020"),
        ("when is halloween", date(2027, 10, 31), "Halloween"),
    ],
)
def test_a_day_is_found(asked, day, name):
    assert find_day(asked, TODAY) == (day, name)


@pytest.mark.parametrize("asked", ["when is dinner", "how long until we land", "days until february 30", "monday"])
def test_no_day_is_none(asked):
    assert find_day(asked, TODAY) is None


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        ("how many kilometres are 5 miles", "about 8.0467 kilometres"),
        ("10 kg in pounds", "about 22.0462 pounds"),
        ("100 fahrenheit in celsius", "about 37.7778 degrees Celsius"),
        ("what is 20 degrees celsius in fahrenheit", "68 degrees Fahrenheit"),
        ("-40 c in f", "-40 degrees Fahrenheit"),
        ("convert two hours to minutes", "120 minutes"),
        ("how many inches are in a foot", "12 inches"),
        ("how many feet are in one mile?", "5,280 feet"),
        ("how many days in a week", "7 days"),
        ("one foot in inches", "12 inches"),
    ],
)
def test_a_unit_is_turned_into_another(asked, result):
    found = find_conversion(asked)
    assert found is not None
    assert found[1] == result


@pytest.mark.parametrize(
    "asked", ["5 miles in pounds", "i walked five miles in the rain", "10 kg", "how many people are 5 miles"]
)
def test_what_cannot_be_turned_is_none(asked):
    assert find_conversion(asked) is None


async def test_dice_and_numbers_stay_in_their_range():
    talk = Talk()
    for _ in range(12):
        assert int(re.findall(r"\d+", await talk.hear("pick a number from 3 to 5"))[0]) in range(3, 6)
        assert int(re.findall(r"\d", await talk.hear("roll a die"))[0]) in range(1, 7)


async def test_two_dice_add_up():
    talk = Talk()
    for _ in range(6):
        shown = sorted(map(int, re.findall(r"\d+", await talk.hear("roll two dice"))))
        assert shown[0] + shown[1] == shown[2]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("count to three", "one, two, three"),
        ("count from 3 to 5", "three, four, five"),
        ("count down from four", "four, three, two, one"),
        ("can you count to 10 for me?", "one, two, three, four, five, six, seven, eight, nine, ten"),
    ],
)
async def test_it_counts(asked, numbers):
    assert numbers in (await Talk().hear(asked)).lower()


async def test_too_far_to_count_is_told():
    assert "20" in await Talk().hear("count to a million")


@pytest.mark.parametrize(
    ("asked", "letters"),
    [
        ("how do you spell rhythm?", "R, H, Y, T, H, M"),
        ('spell the word "cat" for me', "C, A, T"),
        ("how is tea spelled", "T, E, A"),
    ],
)
async def test_it_spells(asked, letters):
    assert letters in await Talk().hear(asked)


async def test_it_spells_the_persons_name_once_it_knows_it():
    talk = Talk()
    assert "name" in (await talk.hear("spell my name")).lower() or "call you" in talk.items[-1].text
    assert "A, D, A" in await talk.hear("my name is Ada", "spell my name")
