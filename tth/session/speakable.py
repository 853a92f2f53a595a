"""What a voice should say of a text: no markup, no emoji, no addresses spelt out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SYMBOLS = "\U0001f000-\U0001faff\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
_JOINERS = "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f"

_MARKUP = re.compile(
    rf"""
      (?P<fence>```.*?(?:```|\Z))
    | (?P<image>!\[(?P<alt>[^\]\n]*)\]\([^)\n]*\))
    | (?P<link>\[(?P<label>[^\]\n]+)\]\([^)\n]*\))
    | (?P<note>\[\^?\d+\])
    | (?P<url>(?:https?://|www\.)(?P<address>[^\s<>"'”’)\]]*[^\s<>"'”’)\].,;:!?…]))
    | (?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<code>`(?P<inline>[^`\n]*)`)
    | (?P<tag></?[A-Za-z][^<>\n]*>)
    | (?P<line>(?m:^[ \t]*(?:[-*_]{{3,}}[ \t]*$|\#{{1,6}}[ \t]+|>[ \t]?|[-*+•][ \t]+|(?P<ordinal>\d{{1,3}})[.)][ \t]+)))
    | (?P<emphasis>~~|`+|(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)|\*\*+)
    | (?P<cell>[ \t]*\|[ \t]*(?:[:|\s-]*\|[ \t]*)?)
    | (?P<emoji>[{_SYMBOLS}{_JOINERS}]+)
    | (?P<space>\s+)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words for a voice, and where each character of them stands in the text they came from.

    Attributes:
        text: Plain words in one line; empty where there is nothing to say.
        index: One entry for each character of ``text``, and one for its end.
    """

    text: str
    index: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the source that ``text[start:end]`` came from."""
        last = len(self.index) - 1
        return self.index[min(start, last)], self.index[min(end, last)]


def speakable(source: str) -> Spoken:
    """Take what should not be said out of ``source``: Markdown, HTML tags, emoji, notes; addresses become words.

    A link is its label, an image its description, a web address its host (``example dot com``), a code block nothing.
    """
    out: list[str] = []
    index: list[int] = []
    _speak(source, 0, out, index)
    while out and out[0] == " ":
        del out[0], index[0]
    while out and out[-1] == " ":
        del out[-1], index[-1]
    text = "".join(out)
    if not any(char.isalnum() for char in text):
        return Spoken("", (0,))
    index.append(index[-1] + 1)
    return Spoken(text, tuple(index))


def _speak(source: str, offset: int, out: list[str], index: list[int]) -> None:
    at = 0
    for match in _MARKUP.finditer(source):
        _copy(source[at : match.start()], offset + at, out, index)
        at = match.end()
        kind = match.lastgroup or ""
        for name in ("alt", "label", "inline"):
            if match.group(name) is not None and match.group(name):
                _speak(match.group(name), offset + match.start(name), out, index)
                break
        else:
            words = _WORDS.get(_outer(match, kind), _nothing)(match)
            if words == " " and (not out or out[-1] == " "):
                continue
            out.extend(words)
            index.extend([offset + match.start()] * len(words))
    _copy(source[at:], offset + at, out, index)


def _copy(piece: str, offset: int, out: list[str], index: list[int]) -> None:
    out.extend(piece)
    index.extend(range(offset, offset + len(piece)))


def _outer(match: re.Match[str], kind: str) -> str:
    if kind in _WORDS:
        return kind
    return next((name for name in _WORDS if match.group(name) is not None), "")


def _nothing(_match: re.Match[str]) -> str:
    return ""


def _space(_match: re.Match[str]) -> str:
    return " "


def _pause(_match: re.Match[str]) -> str:
    return ", "


def _host(match: re.Match[str]) -> str:
    return match.group("address").split("/")[0].split("?")[0].removeprefix("www.").replace(".", " dot ")


def _mail(match: re.Match[str]) -> str:
    return match.group("mail").replace("@", " at ").replace(".", " dot ")


def _ordinal(match: re.Match[str]) -> str:
    number = match.group("ordinal")
    return f"{number}, " if number else ""


_WORDS: dict[str, Callable[[re.Match[str]], str]] = {
    "url": _host,
    "mail": _mail,
    "line": _ordinal,
    "cell": _pause,
    "emoji": _space,
    "space": _space,
}
