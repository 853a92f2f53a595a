"""Riddles, knock-knock jokes, coins, dice and counting."""

from __future__ import annotations

import re

from tth.builtins.scripted.skills.asked import Asked, Outcome
from tth.builtins.scripted.skills.numbers import read_number

_GIVES_UP = re.compile(
    r"\b(?:i )?(?:give up|giving up|do not know|no idea|no clue|tell me|what is it|what is the (?:answer|solution)"
    r"|the (?:answer|solution)|solve it|not sure|cannot guess|i pass|pass)\b"
)
_WANTS_HINT = re.compile(r"\b(?:hint|clue|help me)\b")
_SPELL = re.compile(
    r"\b(?:how (?:do|would|can) (?:you|i|we) spell|how is|can you spell|could you spell|please spell|^spell)\s+"
    r"(?:the word |the name |(?P<my>my ))?[\"'“]?(?P<word>[^\W\d_]+)[\"'”]?"
    r"(?P<tail>\s+spelled|\s+spelt)?(?:\s+(?:for me|please))*\W*$",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\bcount (?P<down>down |backwards )?(?:for me )?(?:up )?(?:from (?P<from>\w+) )?(?:to |from )?(?P<to>[\w ]+)?$"
)
_QUESTION = re.compile(r"(?:why|how|what|who|when|where|do|does|are|can|could)\b")
_LONGEST_GUESS = 6
_HIGHEST_COUNT = 20
_LONGEST_WORD = 24
_COUNTED = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty""".split()


def ask_riddle(asked: Asked) -> Outcome | None:
    """Ask a riddle that was not asked lately; the open one again where there is one."""
    riddles = asked.memory.riddles
    if not riddles:
        return None
    if asked.memory.riddle is not None:
        return Outcome("open", {"riddle": asked.memory.riddle.ask.text})
    ages = [asked.memory.age(riddle.ask) for riddle in riddles]
    fresh = [riddle for riddle, age in zip(riddles, ages, strict=True) if age == max(ages)]
    return Outcome("ask", {"riddle": asked.draw.one(fresh, "riddle").ask.text})


def judge_riddle(asked: Asked) -> Outcome | None:
    """Whether the open riddle was solved or given up, or a hint is wanted."""
    riddle = asked.memory.riddle
    if riddle is None:
        return None
    slots = {"solution": riddle.solution, "hint": riddle.hint}
    padded = f" {asked.words} "
    if any(f" {word} " in padded or f" {word}s " in padded for word in riddle.accepted):
        return Outcome("right", slots)
    if _WANTS_HINT.search(asked.words):
        return Outcome("hint", slots)
    return Outcome("reveal", slots) if _GIVES_UP.search(asked.words) else None


def judge_guess(asked: Asked) -> Outcome | None:
    """A wrong guess: the first one earns a hint."""
    riddle = asked.memory.riddle
    if riddle is None or len(asked.words.split()) > _LONGEST_GUESS or _QUESTION.match(asked.words):
        return None
    hinted = any(riddle.hint in item.text for item in asked.memory.answers[:6])
    return Outcome("again" if hinted else "wrong", {"hint": riddle.hint})


def tell_solution(asked: Asked) -> Outcome | None:
    """What the open riddle's answer is."""
    riddle = asked.memory.riddle
    return Outcome(slots={"solution": riddle.solution}) if riddle is not None else None


def knock(asked: Asked) -> Outcome | None:
    """The other half of a knock-knock joke."""
    if re.match(r"knock,? ?knock\b", asked.text, re.IGNORECASE):
        return Outcome("there")
    last = asked.memory.last_answer
    if last.endswith("Who's there?"):
        return Outcome("who", {"said": asked.text.strip(" .!?")})
    return Outcome("laugh") if last.endswith(" who?") and len(last.split()) < 9 else None


def flip_coin(asked: Asked) -> Outcome:
    """Heads or tails."""
    return Outcome(slots={"side": asked.draw.one(("heads", "tails"), "coin")})


def roll_dice(asked: Asked) -> Outcome:
    """One die or two."""
    one, two = (asked.draw.below(6, f"die {number}") + 1 for number in (1, 2))
    if re.search(r"\b(?:two|2|dice)\b", asked.words) and not re.search(r"\b(?:a|one|1) dice\b", asked.words):
        return Outcome("two", {"one": str(one), "two": str(two), "total": str(one + two)})
    return Outcome("one", {"one": str(one)})


def pick_number(asked: Asked) -> Outcome:
    """A number between two that were named, else from 1 to 100."""
    named = [int(number) for number in re.findall(r"\d{1,9}", asked.words)]
    words = asked.words.split()
    if len(named) < 2:
        read = [read_number(words, at) for at in range(len(words)) if not words[at].isdigit()]
        named += [int(found[0]) for found in read if found is not None and words[found[1] - 1] != "number"]
    low, high = (min(named), max(named)) if len(named) >= 2 else (1, named[0] if named and named[0] > 1 else 100)
    picked = low + asked.draw.below(high - low + 1, "number")
    return Outcome(slots={"number": str(picked), "low": str(low), "high": str(high)})


def count(asked: Asked) -> Outcome | None:
    """Count up to what was asked, or down from it."""
    match = _COUNT.search(asked.words)
    if match is None:
        return None
    found = read_number((match["to"] or "ten").split())
    start = read_number([match["from"]]) if match["from"] else None
    first, last = int(start[0]) if start else 1, int(found[0]) if found else 10
    down = bool(match["down"]) or first > last
    low, high = (min(first, last), max(first, last)) if start else (1, last)
    if not 1 <= low < high or high > _HIGHEST_COUNT:
        return Outcome("far", {"highest": str(_HIGHEST_COUNT)})
    numbers = _COUNTED[low - 1 : high]
    return Outcome("done", {"numbers": ", ".join(reversed(numbers) if down else numbers)})


def spell(asked: Asked) -> Outcome | None:
    """A word letter by letter; "my name" is the person's."""
    match = _SPELL.search(asked.text)
    if match is None or (match.group().lower().startswith("how is") and not match["tail"]):
        return None
    own = bool(match["my"]) and match["word"].lower() == "name"
    if own and not asked.memory.name:
        return Outcome(goto="recall_name")
    word = asked.memory.name if own else match["word"]
    letters = word[:_LONGEST_WORD].upper()
    return Outcome(slots={"word": word, "letters": ", ".join(letters.replace(" ", ""))})
