"""What the voices call their sounds, in IPA."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _table(pairs: str) -> Mapping[str, str]:
    names = pairs.split()
    return MappingProxyType(dict(zip(names[::2], names[1::2], strict=True)))


_SILENCES = frozenset(("pau", "#", "##", "_", "sil", "brth", "h#"))
_ENGLISH = _table(
    "aa ɑ ae æ ah ʌ ao ɔ aw aʊ ax ə axr ɚ ay aɪ b b ch tʃ d d dh ð dx ɾ eh ɛ el l em m en n er ɝ ey eɪ f f g ɡ hh h "
    "hv h ih ɪ ix ɨ iy i jh dʒ k k l l m m n n ng ŋ nx n ow oʊ oy ɔɪ p p r ɹ s s sh ʃ t t th θ uh ʊ uw u v v w w y j "
    "z z zh ʒ"
)
_ITALIAN = _table("ts ts tS tʃ dz dz dZ dʒ S ʃ Z ʒ J ɲ L ʎ ng ŋ nf n E ɛ O ɔ")
_CATALAN = _table("ax ə rr r S ʃ Z ʒ J ɲ L ʎ E ɛ O ɔ")
_CZECH = _table("c ts c~ tʃ ch x d~ ɟ dz dz dz~ dʒ g ɡ n* ŋ n~ ɲ r~ ʒ r~* ʃ s~ ʃ t~ c z~ ʒ")
_FINNISH = _table("@ æ & æ 7 ø N ŋ T θ S ʃ Z ʒ D ð L ʎ")
_RUSSIAN = _table(
    "ii i yy ɨ y ɨ uu u ee e oo o aa a ae ɪ ay ə ur ʊ pp p bb b tt t dd d kk k gg ɡ g ɡ c ts ch tɕ ff f vv v ss s zz z "
    "sh ʂ sch ɕ zh ʒ h x hh x mm m nn n ll l rr r"
)
_HINDI = _table(
    "a ə aa ɑ @ ɑ ih ɪ iy i uh ʊ uw u w ʊ eh e ee e ay ɛ oh o oo o aw ɔ ch tʃ j dʒ zh dʒ T ʈ td ʈ D ɖ th t tth t dh d "
    "ddh d N ɳ y j v ʋ L ɭ R ɽ sh ʃ sri ʃ ksh kʃ kh k gh ɡ g ɡ bh b x k"
)

TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": _ENGLISH, "it": _ITALIAN, "ca": _CATALAN, "cs": _CZECH, "fi": _FINNISH, "ru": _RUSSIAN, "hi": _HINDI}
)


def ipa(language: str, phone: str) -> str:
    """A voice's own name of a sound as IPA; empty for silence.

    Stress digits and length marks are dropped; a name that no table has is IPA already.
    """
    name = phone.rstrip("0123456789") if language != "fi" else phone.rstrip(":")
    if phone in _SILENCES or name in _SILENCES:
        return ""
    table = TABLES[language]
    return table.get(name) or table.get(name.rstrip(":")) or name.rstrip(":")
