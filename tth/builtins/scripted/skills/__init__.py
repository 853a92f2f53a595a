"""What a written dialogue cannot hold: functions that work an answer out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tth.builtins.scripted.skills import feelings, games, recall, tools
from tth.builtins.scripted.skills.asked import Skill

COMMON_SLOTS = frozenset({"me", "part_of_day", "name", "topic", "subject"})
"""What every line may use."""

UNSURE_SLOTS = frozenset({"name", "topic", "subject"})
"""Those of them that may not be known; a line that needs one is then passed over."""


def _slots(names: str) -> frozenset[str]:
    return frozenset(names.split())


SKILLS: Mapping[str, Skill] = MappingProxyType(
    {
        "sum": Skill(tools.do_sum, "first", ("solved", "zero", "root", "huge"), _slots("result")),
        "convert": Skill(tools.convert, "first", slots=_slots("amount result")),
        "days_until": Skill(tools.days_until, "first", ("ahead", "today", "past"), _slots("day days date")),
        "time": Skill(tools.tell_time, slots=_slots("time")),
        "date": Skill(tools.tell_date, slots=_slots("date weekday")),
        "year": Skill(tools.tell_year, slots=_slots("year")),
        "coin": Skill(games.flip_coin, slots=_slots("side")),
        "dice": Skill(games.roll_dice, cases=("one", "two"), slots=_slots("one two total")),
        "number": Skill(games.pick_number, slots=_slots("number low high")),
        "count": Skill(games.count, "first", ("done", "far"), _slots("numbers highest")),
        "spell": Skill(games.spell, "first", slots=_slots("word letters")),
        "knock": Skill(games.knock, "first", ("there", "who", "laugh"), _slots("said")),
        "riddle": Skill(games.ask_riddle, cases=("ask", "open"), slots=_slots("riddle")),
        "riddle_judge": Skill(games.judge_riddle, "first", ("right", "hint", "reveal"), _slots("solution hint")),
        "riddle_guess": Skill(games.judge_guess, "last", ("wrong", "again"), _slots("hint")),
        "riddle_told": Skill(games.tell_solution, slots=_slots("solution")),
        "hear_name": Skill(recall.hear_name, "first", ("new", "same", "namesake"), _slots("name")),
        "recall_name": Skill(recall.recall_name, cases=("known", "unknown"), slots=_slots("name")),
        "recall_topic": Skill(recall.recall_topic, cases=("one", "both", "none"), slots=_slots("topic subject")),
        "recall_person": Skill(recall.recall_person, cases=("some", "none"), slots=_slots("known")),
        "repeat": Skill(recall.repeat, cases=("again", "none"), slots=_slots("last")),
        "continue": Skill(recall.proceed, cases=("rest", "none"), slots=_slots("rest")),
        "agree": Skill(recall.agree),
        "another": Skill(recall.another),
        "feeling": Skill(feelings.show_feeling, "first", feelings.CASES),
    }
)
