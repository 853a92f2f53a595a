"""Sentences without sense: words of a language drawn by how often they are used, so that its sounds are all there."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from wordfreq import top_n_list

_MOST = 12_000
_WORD = re.compile(r"[^\W\d_]{2,}")
_DEVANAGARI = re.compile("[\u0900-\u0963]{2,}")
"""Its vowels are marks, which count as no letters."""


@cache
def _words(language: str, encoding: str) -> tuple[list[str], np.ndarray]:
    pattern = _DEVANAGARI if language == "hi" else _WORD
    words = [word for word in top_n_list(language, _MOST) if pattern.fullmatch(word) and _fits(word, encoding)]
    chances = 1.0 / (np.arange(len(words)) + 50.0)
    return words, chances / chances.sum()


def _fits(word: str, encoding: str) -> bool:
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def sentence(draw: np.random.Generator, language: str, encoding: str = "utf-8") -> str:
    """Five to twelve words, sometimes with a pause between."""
    words, chances = _words(language, encoding)
    chosen = list(draw.choice(words, draw.integers(5, 13), p=chances))
    if draw.random() < 0.4:
        chosen[len(chosen) // 2] += ","
    return " ".join(chosen) + "."
