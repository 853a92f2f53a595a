"""The dialogue that ships, and the mistakes that one's own may hold."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builtins.scripted.talk import Talk
from tth.builtins.scripted.draw import Draw
from tth.builtins.scripted.memory import Memory
from tth.builtins.scripted.reader import SHIPPED, find_dialogue, read_dialogue
from tth.builtins.scripted.reply import Reply
from tth.builtins.scripted.script import Script, load_script
from tth.core.controls import EmotionLabel
from tth.errors import ConfigError
from tth.session.sentences import SentenceCutter
from tth.session.speakable import speakable


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(find_dialogue("en"))


def lines(script):
    dialogue = script.dialogue
    for intent in dialogue.intents.values():
        for said in (*intent.answers.values(), intent.lead, intent.replies):
            yield from said
    for reflection in dialogue.reflections:
        yield from reflection.answers
    for character in dialogue.characters.values():
        for said in character.lines.values():
            yield from said
    yield from (*dialogue.replies, *dialogue.fallback, *dialogue.spent, *dialogue.resumed)
    yield from (riddle.ask for riddle in dialogue.riddles)


def test_every_example_is_matched_to_its_own_intent(script):
    memory = Memory([], script.dialogue, script.traces, known_words=script.known_words, me="Mira", written="")
    now = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    for intent in script.dialogue.intents.values():
        for example in intent.examples:
            reply = Reply(example, script, memory, Draw(0, []), persona_id="mira", now=now)
            hit = reply._recognise(example)
            assert hit is not None, example
            assert hit.intent.name == intent.name, example


def test_no_line_holds_markup_or_what_a_voice_cannot_say(script):
    for line in lines(script):
        text = re.sub(r"\{\w+\}", "word", line.text)
        assert speakable(text).text == text
        assert re.fullmatch(r"[A-Za-z0-9 .,;:!?'’\-]+", text), text
        assert text.rstrip()[-1] in ".!?" or line.text.endswith("}"), text


def test_lines_are_short_sentences(script):
    for line in lines(script):
        cutter = SentenceCutter()
        sentences = [*cutter.feed(line.text), *cutter.finish()]
        assert max(len(sentence.text) for sentence in sentences) <= 220, line.text


def test_every_emotion_is_used(script):
    used = {piece.emotion.label for line in lines(script) for piece in line.pieces}
    assert used == set(EmotionLabel)


def test_no_line_stands_there_twice(script):
    said = [
        line.text for line in lines(script) if line.slots.isdisjoint({"last", "rest", "numbers", "word", "letters"})
    ]
    repeated = {text for text in said if said.count(text) > 1 and len(text.split()) > 4}
    assert repeated == set()


MISTAKES = {
    "answrs": ("intents:\n  hi:\n    examples: hi\n    answrs: Hello.\n", 4, "intents.hi.answrs", "answers"),
    "no answers": ("intents:\n  hi:\n    examples: hi\n", 2, "intents.hi.answers", "answers"),
    "mood": ("intents:\n  hi:\n    mood: hapy\n    answers: Hello.\n", 3, "intents.hi.mood", "happy"),
    "mark": ("intents:\n  hi:\n    answers: |\n      One.\n      [sadd:0.5] Two.\n", 5, "intents.hi.answers", "sad"),
    "strength": ("intents:\n  hi:\n    answers: '[sad:2] No.'\n", 3, "intents.hi.answers", "from 0 to 1"),
    "slot": ("intents:\n  hi:\n    answers: |\n      One.\n      Hi {nam}.\n", 5, "intents.hi.answers", "name"),
    "link": ("intents:\n  hi:\n    answers: |\n      A riddle? => ridle\n", 4, "intents.hi.answers", "riddle"),
    "skill": ("intents:\n  hi:\n    skill: sums\n    answers: Hello.\n", 3, "intents.hi.skill", "sum"),
    "case": ("intents:\n  s:\n    skill: recall_name\n    answers:\n      known: Yes.\n", 4, "unknown", "unknown: |"),
    "pattern": ("intents:\n  hi:\n    patterns: '(hi'\n    answers: Hello.\n", 3, "intents.hi.patterns", "regular"),
    "always": ("intents:\n  hi:\n    answers: Hello {name}.\n", 3, "intents.hi.answers", "add one"),
    "twice": ("intents:\n  a:\n    examples: Tell me  a joke\n    answers: No.\n", 3, "intents.a.examples", "fun.yaml"),
    "flag": ("intents:\n  hi:\n    light: 1\n    answers: Hello.\n", 3, "intents.hi.light", "true or false"),
    "spelling": ("words:\n  spellings: |\n    u = you\n    ur your\n", 4, "words.spellings", "u = you"),
    "riddle": ("riddles:\n  - ask: What?\n    solution: that\n    hint: h\n", 2, "riddles.0.accepted", "accepted"),
    "persona": ("personas:\n  pip:\n    lines:\n      hello: Hi.\n", 2, "personas.pip.name", "name"),
    "persona line": (
        "personas:\n  p:\n    name: P\n    lines:\n      helo: Hi.\n",
        5,
        "personas.p.lines.helo",
        "hello",
    ),
    "reflection": ("reflections:\n  - pattern: i like (.+)\n", 2, "reflections.0.answers", "answers"),
    "top": ("intent:\n  hi: 1\n", 1, "intent", "intents"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_told_with_file_line_key_and_fix(mistake, tmp_path):
    text, line, key, fix = MISTAKES[mistake]
    file = tmp_path / "own.yaml"
    file.write_text(f"{text}extends: en\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_dialogue(file)
    assert (Path(caught.value.source).name, caught.value.line) == ("own.yaml", line)
    assert key in caught.value.key
    assert fix in caught.value.fix


def test_a_dialogue_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ConfigError, match=r"no dialogue 'enn'; did you mean en"):
        find_dialogue("enn")


def test_a_dialogue_that_extends_itself_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(f"extends: {tmp_path}/b.yaml\n")
    (tmp_path / "b.yaml").write_text(f"extends: {tmp_path}/a.yaml\n")
    with pytest.raises(ConfigError, match="extended by itself"):
        read_dialogue(tmp_path / "a.yaml")


def test_a_dialogue_alone_must_say_what_to_say_when_lost(tmp_path):
    (tmp_path / "a.yaml").write_text("intents:\n  hi:\n    examples: hi\n    answers: Hello.\n")
    with pytest.raises(ConfigError, match=r"fallback: is missing"):
        read_dialogue(tmp_path / "a.yaml")


async def test_a_dialogue_of_ones_own_extends_the_shipped_one(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(
        "extends: en\n"
        "intents:\n"
        "  hours:\n"
        "    examples: |\n      when are you open\n      what are your opening hours\n"
        "    answers: We are open from nine to five.\n"
        "  hello:\n"
        "    examples: hello\n"
        "    answers: Welcome to the shop.\n"
    )
    talk = Talk(dialogue=str(file))
    assert await talk.hear("When are you open?") == "We are open from nine to five."
    assert await talk.hear("hello") in ("Welcome to the shop.",) or "Mira" in talk.items[-1].text
    assert "84" in await talk.hear("12 times 7")


async def test_a_bad_dialogue_is_told_when_the_first_answer_is_asked_for(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("intents: 5\n")
    with pytest.raises(ConfigError, match=r"bad\.yaml:1: intents"):
        await Talk(dialogue=str(file)).say("hi")


def test_the_shipped_dialogues_are_found_by_name():
    assert find_dialogue("en") == SHIPPED / "en"
