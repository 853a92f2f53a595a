"""What a person tells of themselves in passing: a name, a subject."""

from __future__ import annotations

import re

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_NAMED = re.compile(
    rf"\b(?:my name is|my name's|my names|call me|i go by|i am called|i'm called|the name is|the name's)\s+"
    rf"(?P<name>{_WORD}(?:\s+[A-Z][^\W\d_]+)?)",
    re.IGNORECASE,
)
_AM = re.compile(
    rf"\b(?:[Ii]\s+am|[Ii]['’]?m|[Tt]his\s+is|[Ii]t['’]?s)\s+(?P<name>{_WORD})(?=\s*(?:$|[,.!?;]|and\b|but\b))"
)
_ALONE = re.compile(
    rf"^\W*(?:(?:oh|well|it is|it's|its|i am|i'm|im|just|sure|hi|hello)[\s,]+)*(?P<name>{_WORD})\W*$", re.IGNORECASE
)

_NO_NAME = frozenset(
    """
    a an the not no yes later back maybe on by up out in is it that this what who when where why how now here there me
    you your my mine his her stupid bored tired sad happy fine good well okay ok sorry angry mad hungry thirsty sick
    ill lost busy free alone lonely afraid scared curious confused glad ready late early home old young new sure done
    nobody noone someone anyone everyone nothing something anything human person man woman boy girl child kid student
    teacher doctor vegan gay straight single married pregnant unhappy excited worried nervous great awesome amazing
    cold hot warm wet dry drunk sober rich poor american british english german french spanish italian dutch polish
    russian chinese japanese korean indian turkish greek swedish norwegian danish finnish irish scottish australian
    canadian mexican brazilian african european asian christian muslim jewish buddhist atheist god death batman
    important secret private mister please thanks thank dunno unknown anonymous wrong right true false gone
    """.split()
)

_PLACE = re.compile(r"\b[Ii](?:['’]?m| am| come| live)(?: from| in) (?P<place>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)")

_SUBJECT = re.compile(
    r"""\b(?:
        (?:let\ us|let's|lets|can\ we|could\ we|i\ want\ to|i\ would\ like\ to|i'd\ like\ to|shall\ we)
          \ (?:talk|speak|chat)\ about
      | i\ (?:really\ |also\ |just\ |do\ |absolutely\ |mostly\ )*
          (?:love|like|enjoy|adore|play|collect|study|teach|grow|build|paint|work\ on|work\ with)
      | (?:i\ am|i'm|im)\ (?:really\ |also\ |just\ )*
          (?:interested\ in|into|learning|working\ on|writing|reading|building|planning|studying|crazy\ about|fond\ of)
      | my\ (?:hobby|hobbies|passion|favou?rite\ \w+)\ (?:is|are)
    )\ (?P<subject>[^.,!?;\n]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:and\s+(?:i|you|my|it|what|how)|but|because|so|when|while|very much|a lot|too|please|as well)\b.*"
)
_NO_SUBJECT = re.compile(
    r"(?:to|it|its|you|your|that|this|them|him|her|me|how|what|when|if|the way|talking|being|a? ?joke|something|tth)\b",
    re.IGNORECASE,
)
_SWAPS = {"my": "your", "mine": "yours", "me": "you", "i": "you", "our": "your", "am": "are"}
_LONGEST_SUBJECT = 6


def told_name(text: str, *, asked: bool, known_words: frozenset[str]) -> str:
    """The name that a person gives themselves, with a capital; empty where they give none.

    Args:
        text: What they said.
        asked: Whether they were asked, so that a bare word is a name.
        known_words: Words that mean something else.
    """
    if match := _NAMED.search(text):
        return _name(match.group("name"), _NO_NAME)
    for match in _AM.finditer(text):
        word = match.group("name")
        if (word[0].isupper() or asked) and (name := _name(word, _NO_NAME | known_words)):
            return name
    if asked and (match := _ALONE.search(text)):
        return _name(match.group("name"), _NO_NAME | known_words)
    return ""


def told_place(text: str) -> str:
    """Where a person says that they live or come from; empty where they do not say."""
    match = _PLACE.search(text)
    return match["place"] if match is not None else ""


def _name(text: str, refused: frozenset[str]) -> str:
    words = text.split()
    if words[0].lower() in refused:
        return ""
    kept = [words[0], *(word for word in words[1:] if word[0].isupper())]
    return " ".join(word[0].upper() + word[1:] for word in kept)


def told_subject(text: str) -> str:
    """What a person says they like, do or want to talk about; empty where they say no such thing."""
    for match in _SUBJECT.finditer(text.replace("’", "'")):
        subject = _TAIL.sub("", match.group("subject")).strip()
        words = subject.split()
        if words and len(words) <= _LONGEST_SUBJECT and not _NO_SUBJECT.match(subject):
            return " ".join(_SWAPS.get(word.lower(), word) for word in words)
    return ""
