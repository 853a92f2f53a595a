"""Talking with the scripted mind."""

import re

import pytest

from tests.builtins.scripted.talk import Talk
from tth.core.controls import EmotionLabel
from tth.core.conversation import message

SIXTY = [
    ("hello", r"Mira|hello|hi\b|good|welcome|hey"),
    ("My name is Ada, and I love sailing.", r"sailing|Ada"),
    ("how are you?", r"well|fine|cheerful|splendid|lines|same"),
    ("who are you", r"Mira"),
    ("are you a real person", r"script|program|lines|human"),
    ("what can you do", r"joke|riddle|sums|arithmetic|calculate|seven"),
    ("tell me a joke", r"."),
    ("another one", r"."),
    ("what is 12 times 7", r"\b84\b"),
    ("17 % of 240", r"40\.8"),
    ("(3+4)*2", r"\b14\b"),
    ("square root of 144", r"\b12\b"),
    ("what is three hundred and five minus forty-two?", r"\b263\b"),
    ("what time is it?", r"4:05 in the afternoon"),
    ("what's the date today?", r"Saturday, November 21, 2026"),
    ("how many days until Christmas?", r"34 days"),
    ("tell me a story", r"\."),
    ("thanks!", r"welcome|pleasure|glad|polite|joy|kind|mention|time|nothing|microseconds"),
    ("what is tth?", r"tth|talking avatars|orchestra|conductor"),
    ("how does your voice work", r"voice|hibari|synthetic|samples"),
    ("how do your lips know what to do", r"lips|sound|fifty two"),
    ("what is a profile?", r"profile|file"),
    ("how do I write a plugin", r"plugin|adapter|Python|class"),
    ("can I interrupt you?", r"stop|Escape|interrupt"),
    ("do you need the internet", r"network|internet|plug"),
    ("what licence is it under", r"MIT"),
    ("can I use OpenAI instead of you?", r"adapter|profile|mind"),
    ("do you support Audio2Face", r"Audio2Face|adapter|fifty two"),
    ("what are emulators for", r"server|stand in|provider"),
    ("what can't you do yet", r"recogniser|ears|listening|hear"),
    ("what's the weather like", r"window|sky|temperature|guess"),
    ("do you like music", r"music|sound|beat|range|hear"),
    ("what is your favourite food", r"taste|food|electricity|soup"),
    ("do you dream?", r"sleep|dream|wish|want"),
    ("do you speak German", r"English|one language|one\b"),
    ("tell me a tongue twister", r"."),
    ("you are so funny", r"thank|kind|taste|stop|script|praise|speechless|smile|lines|made"),
    ("you are stupid", r"."),
    ("I am sad", r"sorry|heavy|hurt|happened|days|telling"),
    ("my dog died", r"sorry|sadness"),
    ("I am so happy today", r"wonderful|lovely|delighted|hurray|good"),
    ("I'm angry with my boss", r"anger|noise|unfair|breath|boss|happened"),
    ("flip a coin", r"heads|tails"),
    ("roll two dice", r"and a"),
    ("pick a number between 1 and 10", r"\d"),
    ("count to five", r"one, two, three, four, five"),
    ("spell banana", r"B, A, N, A, N, A"),
    ("how many kilometres are 5 miles", r"8\.0467 kilometres"),
    ("I want to learn the piano", r"learn the piano|change|already"),
    ("I feel lost because my sister moved away", r"your sister moved away"),
    ("why is the sky blue", r"why|know|guess"),
    ("what is the capital of France", r"script|book|can't|know|bluffing|outside|Honestly"),
    ("waht tiem is it", r"4:05"),
    ("tell me a fact", r"."),
    ("blorp fnord zibble", r"."),
    ("look surprised", r"surpris|moose|brows"),
    ("show me every emotion", r"."),
    ("what were we talking about?", r"sailing"),
    ("what is my name?", r"Ada"),
    ("goodbye", r"bye|see you|care|next time|already|good night"),
]


@pytest.mark.parametrize("seed", range(6))
async def test_sixty_inputs_get_fitting_answers_of_which_fifty_differ_and_none_repeats_within_ten(seed):
    talk, answers = Talk(seed=seed), []
    assert len(SIXTY) == 60
    for said, expected in SIXTY:
        answer = (await talk.say(said)).text
        assert re.search(expected, answer, re.IGNORECASE), (said, answer)
        assert answer not in answers[-10:], said
        answers.append(answer)
    assert len(set(answers)) >= 50


@pytest.mark.parametrize("said", ["hello", "tell me a joke", "xyzzy plugh", "you are stupid", "stop", "yes", "thanks"])
async def test_pressed_with_the_same_words_it_does_not_repeat_itself_within_ten(said):
    talk, answers = Talk(), []
    for _ in range(25):
        answer = (await talk.say(said)).text
        assert answer not in answers[-10:]
        answers.append(answer)


async def test_a_name_and_a_topic_told_at_the_start_are_known_twenty_turns_later():
    talk = Talk()
    await talk.say("I'm Ada. Let's talk about volcanoes!")
    for said in ["hi", "tell me a joke", "what time is it", "ok", "I'm tired", "no", "how do your lips work"] * 3:
        await talk.say(said)
    assert "Ada" in await talk.hear("what's my name?")
    assert "volcanoes" in await talk.hear("what were we talking about?")


@pytest.mark.parametrize(
    "said",
    ["My name is Ada", "call me ada", "I'm Ada", "i am called Ada", "Hello, I am Ada and you?", "this is Ada!"],
)
async def test_a_name_is_heard(said):
    assert "Ada" in await Talk().hear(said, "what is my name")


@pytest.mark.parametrize(
    "said", ["I'm tired", "I'm German", "I am Very Happy", "call me later", "my name is not important", "I'm from Bonn"]
)
async def test_what_is_no_name_is_not_taken_for_one(said):
    answer = await Talk().hear(said, "what is my name")
    assert re.search(r"haven't told|don't know it|No name", answer)


async def test_asked_for_a_name_a_bare_word_is_one():
    talk = Talk()
    await talk.hear("what is my name")
    assert "Ben" in await talk.hear("ben", "what is my name")


async def test_the_newest_name_counts():
    assert "Eve" in await Talk().hear("my name is Ada", "call me Eve", "what's my name")


async def test_what_was_told_of_oneself_is_known():
    told = "I'm Priya. I live in New Delhi. I work on robots!"
    answer = await Talk().hear(told, "tell me a joke", "what do you know about me?")
    assert "your name is Priya, you are from New Delhi and you told me about robots" in answer.replace("Your", "your")


async def test_two_wishes_in_one_breath_are_both_met():
    answer = await Talk().hear("My name is Ben, what time is it?")
    assert "Ben" in answer
    assert "4:05" in answer


async def test_a_riddle_is_asked_hinted_at_judged_and_followed_by_another():
    talk = Talk()
    script_riddles = (await talk.say("ask me a riddle")).text
    wrong = await talk.hear("a flying elephant")
    again = await talk.hear("a purple house")
    told = await talk.hear("I give up")
    assert len({script_riddles, wrong, again, told}) == 4
    assert re.search(r"not|no\b|close", wrong, re.IGNORECASE)
    assert re.search(r"It is|answer is|I'll tell you", told)
    following = await talk.hear("yes")
    assert following.endswith("?")
    assert following not in script_riddles


async def test_a_riddle_is_solved_by_its_word_in_a_sentence():
    talk = Talk()
    for _ in range(4):
        asked = await talk.hear("another riddle")
        solution = next(r for r in talk.mind._lease.value.dialogue.riddles if r.ask.text in asked)
        answer = await talk.hear(f"is it {solution.accepted[0]}?")
        assert solution.solution.lower() in answer.lower()
        assert (await talk.say("hmm")).text != answer


async def test_a_question_while_a_riddle_is_open_is_answered():
    assert "4:05" in await Talk().hear("a riddle please", "what time is it")


async def test_knock_knock_goes_its_way():
    talk = Talk()
    assert await talk.hear("knock knock") == "Who's there?"
    assert await talk.hear("Lettuce.") == "Lettuce who?"
    assert "?" not in (await talk.say("Lettuce in!")).text[-1]


async def test_yes_takes_up_an_offer():
    talk = Talk()
    offer = "Boredom is just time looking for work. Shall I tell you a story?"
    talk.items.append(message("offer", "assistant", offer))
    assert len(await talk.hear("yes")) > 200


async def test_repeat_says_the_last_answer_again():
    talk = Talk()
    said = await talk.hear("tell me a story")
    assert await talk.hear("repeat that") == said


async def test_continue_goes_on_from_the_sentence_that_was_cut():
    talk = Talk()
    whole = await talk.hear("tell me about yourself")
    talk.cut(25)
    heard = talk.items[-1].text
    rest = await talk.hear("continue")
    assert whole.endswith(rest)
    assert len(heard) + len(rest) >= len(whole) - 1


async def test_after_sorrow_it_stays_with_the_person_until_they_lead_away():
    talk = Talk()
    await talk.hear("my father died")
    assert (await talk.say("I don't know what to do")).emotions[0].label is EmotionLabel.SAD
    assert "4:05" in await talk.hear("what time is it")


async def test_words_of_despair_come_before_everything_else():
    answer = await Talk().hear("Hi! Tell me a joke, my boyfriend left me and I want to kill myself")
    assert re.search(r"crisis line", answer)


async def test_not_wanting_to_talk_is_no_despair():
    assert "crisis" not in await Talk().hear("I don't want to talk anymore")


@pytest.mark.parametrize(
    ("persona", "name"), [("mira", "Mira"), ("noor", "Noor"), ("ori", "Ori"), ("teo", "Teo"), (None, "Mira")]
)
async def test_it_introduces_itself_by_the_personas_name(persona, name):
    assert name in await Talk(persona).hear("who are you")


async def test_a_persona_it_has_never_heard_of_is_called_as_its_instructions_begin():
    talk = Talk("pip")
    talk.items[0] = message("instructions", "system", "You are Pip. You love maps.")
    assert "Pip" in await talk.hear("what is your name")


async def test_about_itself_it_speaks_long_and_with_lips_that_close():
    answer = await Talk().hear("tell me about yourself")
    assert 4 <= len(re.findall(r"[.!?](?:\s|$)", answer)) <= 7
    assert len(re.findall(r"[pbm]", answer)) >= 25


async def test_every_emotion_is_shown_in_one_answer_a_sentence_each():
    said = await Talk().say("show me every emotion")
    assert sorted(e.label for e in said.emotions) == sorted(EmotionLabel)


@pytest.mark.parametrize(
    ("wish", "label"),
    [
        ("be happy", "happy"),
        ("look sad", "sad"),
        ("can you look angry?", "angry"),
        ("show me a surprised face", "surprised"),
        ("act scared", "fearful"),
        ("now look disgusted please", "disgusted"),
        ("be neutral", "neutral"),
        ("smile!", "happy"),
    ],
)
async def test_every_emotion_can_be_asked_for(wish, label):
    assert (await Talk().say(wish)).emotions[0].label == label


async def test_feeling_happy_is_told_from_asking_for_a_happy_face():
    assert "happiest" not in await Talk().hear("I am happy")
