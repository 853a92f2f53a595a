"""Tones in the rhythm of speech: one pulse a syllable, one pitch a voice, the same to the sample every time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
_LETTERS = re.compile(r"[^\W_]+")
_LOUDEST = 9000.0
_SOUND_OF = MappingProxyType(dict(zip("aeiouyäöüåéèø", "aɛiɔuiɛøyɔeɛø", strict=True)))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A letter's sound: its place in the text, whether it is a vowel, and its samples."""

    at: int
    letter: str
    start: int
    end: int

    @property
    def vowel(self) -> bool:
        return self.letter in _SOUND_OF


class Tones:
    """The sound and the marks of one sentence.

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
        self._rate_hz = rate_hz
        pitch = VOICES.get(voice or DEFAULT_VOICE, VOICES[DEFAULT_VOICE])
        self._hz = pitch * 2 ** (pitch_shift * SEMITONES_PER_PITCH_SHIFT / 12)
        self._letter = rate_hz * LETTER_MS / 1000 / speech_rate
        self._gap = rate_hz * GAP_MS / 1000 / speech_rate
        self._pieces: list[_Piece] = []
        self._words: list[tuple[str, int, int, int, int]] = []
        at = 0.0
        for word in _WORD.finditer(text):
            begin = at
            for run in _LETTERS.finditer(word.group()):
                for offset, letter in enumerate(run.group().lower(), word.start() + run.start()):
                    self._pieces.append(_Piece(offset, letter, round(at), round(at + self._letter)))
                    at += self._letter
            self._words.append((word.group(), word.start(), word.end(), round(begin), round(at)))
            at += self._gap
        self.samples = round(at)
        """Length of the sentence."""

    def marks(self) -> Iterator[SpeechMark]:
        """Phonemes, coarse: a vowel for a vowel letter, the letter itself for a consonant; and words, exact."""
        for piece in self._pieces:
            sound = _SOUND_OF.get(piece.letter, piece.letter)
            yield self._mark("phoneme", sound, piece.start, piece.end, piece.at, piece.at + 1)
        for word, text_start, text_end, start, end in self._words:
            yield self._mark("word", word, start, end, text_start, text_end)

    def _mark(self, kind: str, value: str, start: int, end: int, text_start: int, text_end: int) -> SpeechMark:
        return SpeechMark(
            kind="word" if kind == "word" else "phoneme",
            value=value,
            start=start * MEDIA_RATE_HZ // self._rate_hz,
            end=end * MEDIA_RATE_HZ // self._rate_hz,
            text_start=text_start,
            text_end=text_end,
        )

    def pcm(self) -> bytes:
        """The sound: loud in vowels, soft in consonants, silent between words; PCM16 mono."""
        loud = np.zeros(self.samples, np.float32)
        for piece in self._pieces:
            length = piece.end - piece.start
            bump = np.sin(np.pi * (np.arange(length) + 0.5) / length)
            loud[piece.start : piece.end] = bump * (1.0 if piece.vowel else 0.25)
        phase = np.arange(self.samples) * (2 * np.pi * self._hz / self._rate_hz)
        wave = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
        sound: bytes = (wave / 1.75 * loud * _LOUDEST).astype("<i2").tobytes()
        return sound


def cut(pcm: bytes, rate_hz: int, chunk_ms: int) -> Iterator[bytes]:
    """Chunks of ``chunk_ms``, the last one shorter."""
    size = 2 * (rate_hz * chunk_ms // 1000)
    for at in range(0, len(pcm), size):
        yield pcm[at : at + size]
