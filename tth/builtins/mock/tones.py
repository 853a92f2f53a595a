"""Tones in the rhythm of speech: one pulse a letter, one pitch a voice, the same to the sample every time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from tth.core.controls import SEMITONES_PER_PITCH_SHIFT
from tth.core.media import MEDIA_RATE_HZ, SpeechMark

VOICES: Mapping[str, float] = MappingProxyType(
    {
        "alloy": 196.0,
        "echo": 262.0,
        "onyx": 98.0,
        "shimmer": 330.0,
        "nova": 392.0,
        "fable": 147.0,
        "ash": 123.0,
    }
)
"""Pitch of each voice in Hz: the names of the default voice map."""

DEFAULT_VOICE = "alloy"
LETTER_MS = 55
GAP_MS = 40
"""Length of a letter and of the gap after a word, at rate 1."""

_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"[^\W_]")
_LOUDEST = 9000.0
_CONSONANT = 0.25
_SOUND_OF = MappingProxyType(dict(zip("aeiouyäöüåéèø", "aɛiɔuiɛøyɔeɛø", strict=True)))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word's place in the text, the places of its letters, and how many letters and words come before it."""

    text_start: int
    text_end: int
    letters: tuple[int, ...]
    letters_before: int
    words_before: int


class Tones:
    """The sound and the marks of one sentence, made as they are asked for.

    It holds the text and a few numbers, and works a letter at a time: a chunk costs about a thousandth of the time it
    lasts, and the first chunk of a long sentence no more than that of a short one.

    Args:
        text: What is said.
        voice: One of ``VOICES``; another name is the default voice.
        rate_hz: Samples a second.
        speech_rate: Pace; twice the rate, half the length, to the sample.
        pitch_shift: -1 to 1, six semitones either way.
    """

    def __init__(
        self, text: str, voice: str | None, *, rate_hz: int, speech_rate: float = 1.0, pitch_shift: float = 0.0
    ) -> None:
        self._text = text
        self._rate_hz = rate_hz
        pitch = VOICES.get(voice or DEFAULT_VOICE, VOICES[DEFAULT_VOICE])
        hz = pitch * 2 ** (pitch_shift * SEMITONES_PER_PITCH_SHIFT / 12)
        self._phase_step = 2 * math.pi * hz / rate_hz
        self._letter = rate_hz * LETTER_MS / 1000 / speech_rate
        self._gap = rate_hz * GAP_MS / 1000 / speech_rate

    def chunks(self, chunk_ms: int) -> Iterator[tuple[tuple[SpeechMark, ...], bytes]]:
        """The sound in chunks, the last one shorter, each with the marks of the words and phonemes that begin in it.

        Joined, the chunks and the marks are the same for every ``chunk_ms``.

        Yields:
            Marks in order, and PCM16 mono: loud in vowels, soft in consonants, silent between words.
        """
        size = 2 * (self._rate_hz * chunk_ms // 1000)
        held, marks = bytearray(), list[SpeechMark]()
        for begun, pcm in self._pieces():
            marks += begun
            held += pcm
            while len(held) >= size:
                yield tuple(marks), bytes(held[:size])
                marks.clear()
                del held[:size]
        if held:
            yield tuple(marks), bytes(held)

    def heard(self, units: int) -> str:
        """The text that has sounded by media unit ``units``; a word counts once its middle was passed."""
        end = 0
        for word in self._words():
            start = self._at(word.letters_before, word.words_before)
            stop = self._at(word.letters_before + len(word.letters), word.words_before)
            if self._unit(start) + self._unit(stop) > 2 * units:
                break
            end = word.text_end
        return self._text[:end]

    def _words(self) -> Iterator[_Word]:
        letters_before = 0
        for words_before, word in enumerate(_WORD.finditer(self._text)):
            letters = tuple(letter.start() for letter in _LETTER.finditer(self._text, word.start(), word.end()))
            yield _Word(word.start(), word.end(), letters, letters_before, words_before)
            letters_before += len(letters)

    def _pieces(self) -> Iterator[tuple[list[SpeechMark], bytes]]:
        """Each letter and each gap, without a hole between them, with the marks that begin there."""
        for word in self._words():
            after = word.letters_before + len(word.letters)
            start, stop = self._at(word.letters_before, word.words_before), self._at(after, word.words_before)
            value = self._text[word.text_start : word.text_end]
            marks = [self._mark("word", value, start, stop, word.text_start, word.text_end)]
            for number, place in enumerate(word.letters, word.letters_before):
                # Each letter by itself: lower case may be longer, and would move those after it.
                letter = self._text[place].lower()[0]
                start, end = self._at(number, word.words_before), self._at(number + 1, word.words_before)
                marks.append(self._mark("phoneme", _SOUND_OF.get(letter, letter), start, end, place, place + 1))
                yield marks, self._pulse(start, end, 1.0 if letter in _SOUND_OF else _CONSONANT)
                marks = []
            yield marks, bytes(2 * (self._at(after, word.words_before + 1) - stop))

    def _at(self, letters: int, gaps: int) -> int:
        """The sample after so many letters and gaps; counted from the start, so that rounding never adds up."""
        return round(letters * self._letter + gaps * self._gap)

    def _unit(self, sample: int) -> int:
        return sample * MEDIA_RATE_HZ // self._rate_hz

    def _mark(
        self, kind: Literal["phoneme", "word"], value: str, start: int, end: int, text_start: int, text_end: int
    ) -> SpeechMark:
        return SpeechMark(
            kind=kind,
            value=value,
            start=self._unit(start),
            end=self._unit(end),
            text_start=text_start,
            text_end=text_end,
        )

    def _pulse(self, start: int, end: int, strength: float) -> bytes:
        phase = np.arange(start, end) * self._phase_step
        wave = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
        swell = np.sin((np.arange(end - start) + 0.5) * (np.pi / (end - start)))
        sound: bytes = (wave * swell * (strength * _LOUDEST / 1.75)).astype("<i2").tobytes()
        return sound
