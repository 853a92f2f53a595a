"""Every mistake of a file at once, so that nobody mends one to be told of the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from tth.errors import ConfigError, ProfileError, TthError


class SeveralMistakes(ProfileError):
    """More than one mistake. Where one line must do, it is the first, with the number of the others.

    Attributes:
        each: All of them.
    """

    def __init__(self, each: Sequence[ConfigError]) -> None:
        first, more = each[0], len(each) - 1
        super().__init__(first.source, first.line, key=first.key, problem=first.problem, fix=first.fix)
        self.args = (f"{first} (and {more} more {'mistake' if more == 1 else 'mistakes'})",)
        self.each = tuple(each)


def each_mistake(error: TthError) -> Sequence[TthError]:
    """The mistakes that an error tells of: several, or itself."""
    return error.each if isinstance(error, SeveralMistakes) else (error,)


class Mistakes:
    """Those found so far. Of two at the same place the first is kept: the second is likely to follow from it."""

    def __init__(self, found: Iterable[ConfigError] = ()) -> None:
        self._found: dict[tuple[str, int | None, str], ConfigError] = {}
        for error in found:
            self.add(error)

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, error: ConfigError) -> None:
        """Remember a mistake, or several."""
        for each in error.each if isinstance(error, SeveralMistakes) else (error,):
            self._found.setdefault((each.source, each.line, each.key), each)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Remember the mistake that ends the block, and go on after it. What the block assigns may then be missing."""
        try:
            yield
        except ConfigError as error:
            self.add(error)

    @property
    def found(self) -> tuple[ConfigError, ...]:
        """All of them: file by file, from its first line to its last."""
        sources = [source for source, _, _ in self._found]
        return tuple(sorted(self._found.values(), key=lambda each: (sources.index(each.source), each.line or 0)))

    def error(self) -> ConfigError:
        """One exception for all; there must be one."""
        return self.found[0] if len(self._found) == 1 else SeveralMistakes(self.found)

    def tell(self) -> None:
        """Go on where there is none.

        Raises:
            ConfigError: The one that was found, or ``SeveralMistakes``.
        """
        if self._found:
            raise self.error()
