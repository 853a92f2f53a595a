"""Fifteen visemes: which sounds they stand for and what they look like.

Sources: the viseme set and order of Oculus LipSync; IPA as espeak-ng writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tth.face.blendshapes import Weights, weights

VISEMES = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
"""In Oculus's order."""

_SOUNDS = {
    "PP": "p b m β",
    "FF": "f v ʋ ɸ",
    "TH": "θ ð",
    "DD": "t d ɾ ʈ ɖ",
    "kk": "k ɡ g q x ɣ χ c ɟ ʔ",
    "CH": "tʃ dʒ ʃ ʒ ɕ ʑ ç ʂ ʧ ʤ tɕ dʑ",
    "SS": "s z ts dz",
    "nn": "n l ɫ ŋ ɲ ʎ ɭ ɳ",
    "RR": "ɹ r ɻ ʁ ɽ ɚ ɝ",
    "aa": "a ɑ æ ʌ ɐ",
    "E": "ɛ e ə ɜ ɘ ɤ",
    "I": "i ɪ ɨ ᵻ j y̯ ʝ ʲ",
    "O": "ɔ o ɒ ø œ ɵ",
    "U": "u ʊ ʉ ɯ y ʏ w ɥ ʍ",
}
_BY_SOUND = {sound: viseme for viseme, sounds in _SOUNDS.items() for sound in sounds.split()}
_STRIPPED = str.maketrans("", "", "ˈˌːˑ̩̃̆̚ʰʲˤ0123456789'̯͡")
_BREATHS = ("h", "ɦ")
FIRST_HALF = 0.6
"""Share of a diphthong's time that its first vowel takes."""

_SHAPES: Mapping[str, Mapping[str, float]] = {
    "sil": {},
    "PP": {"jawOpen": 0.06, "mouthClose": 0.06, "mouthPress": 0.40, "mouthRollUpper": 0.30, "mouthRollLower": 0.32},
    "FF": {"jawOpen": 0.07, "mouthRollLower": 0.55, "mouthUpperUp": 0.18, "mouthShrugUpper": 0.12},
    "TH": {"jawOpen": 0.16, "tongueOut": 0.30, "mouthLowerDown": 0.15, "mouthUpperUp": 0.08},
    "DD": {"jawOpen": 0.15, "mouthLowerDown": 0.18, "mouthUpperUp": 0.12, "mouthStretch": 0.08},
    "kk": {"jawOpen": 0.18, "mouthLowerDown": 0.15, "mouthUpperUp": 0.10},
    "CH": {"jawOpen": 0.11, "mouthFunnel": 0.50, "mouthPucker": 0.15, "mouthUpperUp": 0.12, "mouthLowerDown": 0.12},
    "SS": {
        "jawOpen": 0.07,
        "mouthStretch": 0.22,
        "mouthSmile": 0.12,
        "mouthLowerDown": 0.22,
        "mouthUpperUp": 0.10,
    },
    "nn": {"jawOpen": 0.14, "mouthLowerDown": 0.12, "mouthUpperUp": 0.06},
    "RR": {"jawOpen": 0.17, "mouthFunnel": 0.35, "mouthPucker": 0.20},
    "aa": {"jawOpen": 0.62, "mouthLowerDown": 0.20, "mouthUpperUp": 0.12},
    "E": {
        "jawOpen": 0.38,
        "mouthStretch": 0.22,
        "mouthSmile": 0.15,
        "mouthLowerDown": 0.22,
        "mouthUpperUp": 0.10,
    },
    "I": {
        "jawOpen": 0.21,
        "mouthStretch": 0.30,
        "mouthSmile": 0.25,
        "mouthLowerDown": 0.18,
        "mouthUpperUp": 0.06,
    },
    "O": {"jawOpen": 0.42, "mouthFunnel": 0.55, "mouthPucker": 0.25},
    "U": {"jawOpen": 0.19, "mouthPucker": 0.70, "mouthFunnel": 0.30},
}

SHAPES: Mapping[str, Weights] = MappingProxyType({name: weights(shape) for name, shape in _SHAPES.items()})
"""Each viseme at full strength, in a neutral mood."""

MATRIX = np.stack([SHAPES[name] for name in VISEMES])
"""Shape (15, 52): row i is viseme i."""

CLOSURES = frozenset({"PP", "FF"})
"""Visemes for which the lips must meet, or the lip the teeth."""


def visemes_of(phoneme: str) -> tuple[str, ...]:
    """The viseme of an IPA symbol, or the two of a diphthong.

    Returns:
        ``("sil",)`` for silence, ``()`` for a breath such as ``h``, which has no shape of its own, and for what is no
        sound at all.
    """
    if phoneme in _BY_SOUND:
        return (_BY_SOUND[phoneme],)
    sound = phoneme.translate(_STRIPPED).strip("_|:;,. ")
    if not sound:
        return ("sil",)
    if sound in _BREATHS:
        return ()
    if sound in _BY_SOUND:
        return (_BY_SOUND[sound],)
    found: list[str] = []
    for char in sound:
        viseme = _BY_SOUND.get(char)
        if viseme is not None and (not found or found[-1] != viseme):
            found.append(viseme)
    return tuple(found[:2])
