"""Which intent is meant: by whole phrasings, by words that give it away, by likeness."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tth.builtins.scripted.dialogue import Intent
from tth.builtins.scripted.wording import Lexicon

PATTERN_SCORE = 0.8
"""Of a pattern that covers next to nothing of what was said; one that covers all of it scores 0.97."""

LEAST_LIKENESS = 0.62
"""Below it a likeness is chance."""

FILLER_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class Match:
    """An intent that may be meant, 1 being certain."""

    score: float
    intent: Intent


class Matcher:
    """Compares what was said with every phrasing of every intent.

    Likeness is the shared part (Dice) of words and word pairs, each weighing the more the fewer intents it occurs in.
    A phrasing's heaviest word must be among what is shared: "do you like pizza" is not like "do you like chess".
    """

    def __init__(self, intents: Iterable[Intent], lexicon: Lexicon, fillers: frozenset[str]) -> None:
        self._intents = tuple(intents)
        self._fillers = fillers
        self._exact: dict[tuple[str, ...], Intent] = {}
        examples: list[tuple[Intent, tuple[str, ...]]] = []
        for intent in self._intents:
            for words in map(lexicon.words, intent.examples):
                examples.append((intent, words))
                self._exact.setdefault(words, intent)
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for intent, words in examples:
            for feature in _features(words):
                seen[feature].add(intent.name)
        self._rarity = {feature: math.log(1 + len(self._intents) / len(names)) for feature, names in seen.items()}
        self._unknown = math.log(1 + len(self._intents))
        self._holding: defaultdict[str, list[int]] = defaultdict(list)
        self._examples: list[tuple[Intent, float, str]] = []
        for number, (intent, words) in enumerate(examples):
            features = _features(words)
            heaviest = max(words, key=self._weight)
            self._examples.append((intent, sum(map(self._weight, features)), heaviest))
            for feature in features:
                self._holding[feature].append(number)

    def matches(self, words: Sequence[str]) -> list[Match]:
        """Every intent that may be meant, the likeliest first."""
        if not words:
            return []
        best: dict[str, Match] = {}
        for match in (*self._by_phrasing(words), *self._by_pattern(" ".join(words)), *self._by_likeness(words)):
            if match.intent.name not in best or match.score > best[match.intent.name].score:
                best[match.intent.name] = match
        return sorted(best.values(), key=lambda match: (not match.intent.urgent, -match.score))

    def _by_phrasing(self, words: Sequence[str]) -> Iterable[Match]:
        intent = self._exact.get(tuple(words))
        return [Match(1.0, intent)] if intent is not None else []

    def _by_pattern(self, text: str) -> Iterable[Match]:
        for intent in self._intents:
            found = [len(match.group()) for pattern in intent.patterns if (match := pattern.search(text))]
            if found:
                yield Match(PATTERN_SCORE + 0.17 * max(found) / len(text), intent)

    def _by_likeness(self, words: Sequence[str]) -> Iterable[Match]:
        features = _features(words)
        own = sum(map(self._weight, features))
        shared: defaultdict[int, float] = defaultdict(float)
        for feature in features:
            weight = self._weight(feature)
            for number in self._holding.get(feature, ()):
                shared[number] += weight
        for number, weight in shared.items():
            intent, other, heaviest = self._examples[number]
            likeness = 2 * weight / (own + other)
            if likeness >= LEAST_LIKENESS and heaviest in features:
                yield Match(min(likeness, 0.99), intent)

    def _weight(self, feature: str) -> float:
        pair = " " in feature
        rarity = self._rarity.get(feature, 0.0 if pair else self._unknown)
        return rarity * (0.4 if pair else FILLER_WEIGHT if feature in self._fillers else 1.0)


def _features(words: Sequence[str]) -> frozenset[str]:
    return frozenset(words) | {f"{one} {two}" for one, two in itertools.pairwise(words)}
