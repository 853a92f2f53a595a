"""What was said before: names, topics, repeating and going on."""

from __future__ import annotations

from collections.abc import Sequence

from tth.builtins.scripted.skills.asked import Asked, Outcome
from tth.builtins.scripted.told import told_name


def hear_name(asked: Asked) -> Outcome | None:
    """The person says what they are called."""
    memory = asked.memory
    name = told_name(asked.text, asked=memory.asked_name, known_words=memory.known_words)
    if not name:
        return None
    if memory.me and name.lower() == memory.me.lower():
        return Outcome("namesake", {"name": name})
    return Outcome("same" if name == memory.name else "new", {"name": name})


def recall_name(asked: Asked) -> Outcome:
    """What the person is called."""
    name = asked.memory.name
    return Outcome("known", {"name": name}) if name else Outcome("unknown")


def recall_topic(asked: Asked) -> Outcome:
    """What was talked about."""
    topic, subject = asked.memory.topic, asked.memory.subject
    if not topic:
        return Outcome("none")
    if subject and subject != topic:
        return Outcome("both", {"topic": topic, "subject": subject})
    return Outcome("one", {"topic": topic})


def recall_person(asked: Asked) -> Outcome:
    """What is known of the person."""
    memory = asked.memory
    facts = (
        ("your name is ", memory.name),
        ("you are from ", memory.place),
        ("you told me about ", memory.subject),
    )
    known = [before + fact for before, fact in facts if fact]
    return Outcome("some", {"known": _listed(known)}) if known else Outcome("none")


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def repeat(asked: Asked) -> Outcome:
    """The newest answer again."""
    last = asked.memory.last_answer
    return Outcome("again", {"last": last}) if last else Outcome("none")


def proceed(asked: Asked) -> Outcome:
    """What was not heard of the newest answer."""
    if rest := asked.memory.unheard:
        return Outcome("rest", {"rest": rest})
    line = asked.memory.last_line
    return Outcome(goto=line.leads_to) if line is not None and line.leads_to else Outcome("none")


def agree(asked: Asked) -> Outcome:
    """Yes to what the newest answer offered."""
    line = asked.memory.last_line
    return Outcome(goto=line.leads_to) if line is not None and line.leads_to else Outcome()


def another(asked: Asked) -> Outcome:
    """The same again: what the newest answer led to, or its intent."""
    line = asked.memory.last_line
    wanted = (line.leads_to or line.intent) if line is not None else ""
    return Outcome(goto=wanted) if wanted else Outcome()
