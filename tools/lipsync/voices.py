"""The voices: which are learnt from and which are kept for the scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Festival:
    """A voice of Festival, from the Debian package of that name."""

    voice: str
    language: str
    encoding: str
    package: str


FESTIVAL: Mapping[str, Festival] = MappingProxyType(
    {
        "slt-hts": Festival("cmu_us_slt_arctic_hts", "en", "ascii", "festvox-us-slt-hts"),
        "dita": Festival("czech_dita", "cs", "iso8859-2", "festvox-czech-dita"),
        "machac": Festival("czech_machac", "cs", "iso8859-2", "festvox-czech-machac"),
        "krb": Festival("czech_krb", "cs", "iso8859-2", "festvox-czech-krb"),
        "nsk": Festival("hindi_NSK_diphone", "hi", "utf-8", "festvox-hi-nsk"),
        "lj": Festival("suo_fi_lj_diphone", "fi", "iso8859-1", "festvox-suopuhe-lj"),
        "ona": Festival("upc_ca_ona_hts", "ca", "iso8859-1", "festvox-ca-ona-hts"),
        "nsh": Festival("msu_ru_nsh_clunits", "ru", "utf-8", "festvox-ru"),
        "ked": Festival("ked_diphone", "en", "ascii", "festvox-kdlpc16k"),
        "ph": Festival("czech_ph", "cs", "iso8859-2", "festvox-czech-ph"),
        "mv": Festival("hy_fi_mv_diphone", "fi", "iso8859-1", "festvox-suopuhe-mv"),
        "lp": Festival("lp_diphone", "it", "iso8859-1", "festvox-italp16k"),
        "pc": Festival("pc_diphone", "it", "iso8859-1", "festvox-itapc16k"),
    }
)

LEARNT_VARIANTS = (
    " f1 f2 f3 m1 m2 m3 m4 m7 m8 Alex Annie Andy Gene Gene2 Jacky Lee Mario Michael Mike adam anika antonio aunty "
    "belinda benjamin boris caleb david ed edward grandma gustave ian iven iven2 john klatt klatt2 klatt4 marcelo max "
    "michel miguel norbert pablo paul pedro quincy rob sandro shelby steph travis zac"
).split(" ")
KEPT_VARIANTS = "f4 f5 m5 m6 Alicia linda robert klatt3 steph2 victor kaukovalta iven3 Hugo Andrea".split()
"""Variants of espeak-ng's voice; each has a throat of its own."""

ENGLISH = "en-us en-gb en-gb-scotland en-gb-x-rp en-029 en-us-nyc".split()
LEARNT_LANGUAGES: Mapping[str, tuple[list[str], float]] = MappingProxyType(
    {
        "en": (ENGLISH, 0.44),
        "de": (["de"], 0.08),
        "fr": (["fr"], 0.08),
        "es": (["es", "es-419"], 0.08),
        "pt": (["pt-br", "pt"], 0.06),
        "nl": (["nl"], 0.06),
        "pl": (["pl"], 0.05),
        "sv": (["sv"], 0.05),
        "cs": (["cs"], 0.05),
        "ru": (["ru"], 0.05),
    }
)
"""Voices of espeak-ng and the share of each language. Italian is kept for the scores, whoever speaks it."""

LEARNT = {
    "espeak": 1500,
    "flite-slt": 220,
    "flite-awb": 220,
    "flite-kal16": 160,
    "festival-slt-hts": 160,
    "festival-dita": 140,
    "festival-machac": 140,
    "festival-krb": 120,
    "festival-lj": 140,
    "festival-ona": 160,
    "festival-nsh": 160,
    "festival-nsk": 160,
    "hibari": 300,
}
"""Sets that are learnt from, and how many utterances each has."""

KEPT = {
    "espeak-kept": 150,
    "espeak-kept-it": 100,
    "flite-rms": 100,
    "festival-ked": 100,
    "festival-ph": 60,
    "festival-mv": 60,
    "festival-lp": 60,
    "festival-pc": 60,
}
"""Sets for the scores only."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "synthetic, unseen voices": ("espeak-kept",),
        "synthetic, unseen voices and language": ("espeak-kept-it",),
        "recorded, unseen voices": ("flite-rms", "festival-ked", "festival-ph", "festival-mv"),
        "recorded, unseen voices and language": ("festival-lp", "festival-pc"),
    }
)
"""What is told in the table of scores."""
