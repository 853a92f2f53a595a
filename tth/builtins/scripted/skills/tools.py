"""Sums, units and the clock, as skills."""

from __future__ import annotations

from tth.builtins.scripted.skills.arithmetic import Unsolvable, find_sum
from tth.builtins.scripted.skills.asked import Asked, Outcome
from tth.builtins.scripted.skills.calendar import find_day, said_date, said_time, said_weekday
from tth.builtins.scripted.skills.units import find_conversion


def do_sum(asked: Asked) -> Outcome | None:
    """The answer to a sum."""
    try:
        solved = find_sum(asked.text)
    except Unsolvable as error:
        return Outcome(error.case)
    return Outcome("solved", {"result": solved.text}) if solved is not None else None


def convert(asked: Asked) -> Outcome | None:
    """One unit in another."""
    found = find_conversion(asked.text)
    return Outcome(slots={"amount": found[0], "result": found[1]}) if found is not None else None


def tell_time(asked: Asked) -> Outcome:
    """The machine's time."""
    return Outcome(slots={"time": said_time(asked.now)})


def tell_date(asked: Asked) -> Outcome:
    """The machine's date."""
    return Outcome(slots={"date": said_date(asked.now.date()), "weekday": said_weekday(asked.now.date())})


def tell_year(asked: Asked) -> Outcome:
    """The machine's year."""
    return Outcome(slots={"year": str(asked.now.year)})


def days_until(asked: Asked) -> Outcome | None:
    """How far off a day is."""
    today = asked.now.date()
    found = find_day(asked.text, today)
    if found is None:
        return None
    days = (found[0] - today).days
    slots = {"day": found[1], "days": _days(abs(days)), "date": said_date(found[0])}
    return Outcome("today" if days == 0 else "ahead" if days > 0 else "past", slots)


def _days(number: int) -> str:
    return "one day" if number == 1 else f"{number} days"
