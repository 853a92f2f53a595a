"""Time, date and the days until another one, by the machine's clock."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "january february march april may june july august september october november december".split()
_FEASTS = {
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "new year's": (1, 1),
    "new years": (1, 1),
    "new year": (1, 1),
    "valentine": (2, 14),
    "april fool": (4, 1),
    "halloween": (10, 31),
}
_UNTIL = re.compile(
    r"\bhow (?:many (?:days|sleeps|weeks)|long|far)\b.*?\b(?:until|till|til|to|before|away is|left to)\b(?P<when>.+)"
    r"|\bdays (?:until|till|til|to|before) (?P<then>.+)|\bwhen is (?P<feast>.+)",
    re.IGNORECASE,
)
_MONTH = "|".join(_MONTHS)
_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s+(?:the\s+)?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s+(?P<year>\d{{4}}))?"
)
_FARTHEST_YEAR = 9999


def part_of_day(now: datetime) -> str:
    """As in "this morning"."""
    if 5 <= now.hour < 12:
        return "morning"
    if 12 <= now.hour < 18:
        return "afternoon"
    return "evening" if 18 <= now.hour < 23 else "night"


def said_time(now: datetime) -> str:
    """The time as it is said: "4:05 in the afternoon"."""
    part = part_of_day(now)
    return f"{now.hour % 12 or 12}:{now.minute:02d} {'at night' if part == 'night' else f'in the {part}'}"


def said_date(day: date) -> str:
    """The date as it is said: "Saturday, November 21, 2026"."""
    return f"{said_weekday(day)}, {_MONTHS[day.month - 1].capitalize()} {day.day}, {day.year}"


def said_weekday(day: date) -> str:
    """The day's name."""
    return _DAYS[day.weekday()].capitalize()


def find_day(text: str, today: date) -> tuple[date, str] | None:
    """The day that ``text`` asks the way to, and its name; ``None`` where it asks for none."""
    asked = _UNTIL.search(text)
    if asked is None:
        return None
    wanted = (asked["when"] or asked["then"] or asked["feast"]).lower().replace("’", "'")
    for feast, (month, day) in _FEASTS.items():
        if feast in wanted:
            return _next(today, month, day), _capitals(feast)
    if match := _DATE.search(wanted):
        return _dated(match, today)
    if asked["feast"] is None:
        for number, name in enumerate(_DAYS):
            if name in wanted:
                ahead = (number - today.weekday()) % 7 or 7
                return today + timedelta(days=ahead), name.capitalize()
    return None


def _dated(match: re.Match[str], today: date) -> tuple[date, str] | None:
    month = _MONTHS.index(match["month"] or match["month2"]) + 1
    day = int(match["day"] or match["day2"])
    name = f"{_MONTHS[month - 1].capitalize()} {day}"
    try:
        if match["year"]:
            return date(int(match["year"]), month, day), f"{name}, {match['year']}"
        return _next(today, month, day), name
    except ValueError:
        return None


def _next(today: date, month: int, day: int) -> date:
    """The first such day that is not past; the 29th of February may be years ahead."""
    for year in range(today.year, min(today.year + 9, _FARTHEST_YEAR + 1)):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"no year has a day {day} in month {month}")


def _capitals(feast: str) -> str:
    named = {"valentine": "Valentine's Day", "april fool": "April Fools' Day", "xmas": "Christmas"}
    return named.get(feast, " ".join(word.capitalize() for word in feast.split()))
