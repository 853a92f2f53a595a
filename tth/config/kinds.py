"""Which kinds of adapters go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tth.config.document import Node
from tth.errors import ConfigError

_ALONE = "a realtime voice thinks, speaks and hears by itself"
_OUTSIDE = ("environment", "command line")


def check_kinds(group: Node, given: Mapping[str, Node], source: str) -> None:
    """See that a profile has one voice: a realtime one, or an llm and a tts, which may have an stt.

    Args:
        group: The profile's ``components``.
        given: Those of them that are set, by kind.
        source: The profile's own file; what was written in another is inherited.

    Raises:
        ConfigError: It has none, half of one, or two.
    """
    cascade = [kind for kind in ("llm", "tts", "stt") if kind in given]
    if "realtime" in given:
        if cascade:
            raise _two_voices(given, cascade, source)
        return
    missing = [kind for kind in ("llm", "tts") if kind not in given]
    if len(missing) == 2:
        raise group.error("there is no voice", "name a realtime voice, or an llm and a tts")
    if missing:
        present = "tts" if missing == ["llm"] else "llm"
        raise group.error(
            f"is missing; {present} needs it", f"write '{missing[0]}: {{primary: ...}}'", child=missing[0]
        )


def _two_voices(given: Mapping[str, Node], cascade: Sequence[str], source: str) -> ConfigError:
    """The mistake stands where the later of the two was written; the way out drops the earlier."""

    def layer(kind: str) -> int:
        written = given[kind].origin.source
        return 2 if written in _OUTSIDE else int(written == source)

    last = max(cascade, key=layer)
    if layer("realtime") > layer(last):
        return _drop(given, over="realtime", under=cascade)
    if layer("realtime") < layer(last):
        return _drop(given, over=last, under=["realtime"])
    return given[cascade[0]].error(_ALONE, f"take out realtime, or {' and '.join(cascade)}")


def _drop(given: Mapping[str, Node], *, over: str, under: Sequence[str]) -> ConfigError:
    asked = given[over]
    comes, them = ("comes", "it") if len(under) == 1 else ("come", "them")
    typed = asked.origin.source == "command line"
    nulls = [f"--set components.{kind}=null" if typed else f"'{kind}: null'" for kind in under]
    problem = f"{_ALONE}, and {' and '.join(under)} {comes} from {given[under[0]].origin.source}"
    return asked.error(problem, f"take {them} out with {' and '.join(nulls)}")
