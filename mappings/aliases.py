"""What departments write above their columns: the words that mean one field, and those that have to be asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeVar

from pydantic import Field

from mappings.headers import plain_header
from mappings.standards import STANDARDS, Standard
from words.declared import Declared, parse

#: How a word came to mean a field: the standard's own, seen in public code, or common usage of offices.
Mark = Literal["label", "V", "K"]
#: Why a word is asked about.
Why = Literal["word", "holder", "event", "range", "flag", "part", "unit", "sum", "item"]
StandardName = Literal["licence", "penalty"]


class Known(Declared):
    """A field that a word means, and what has to be done to the values under it."""

    field: str
    transforms: tuple[str, ...] = ()
    mark: Mark = "label"


class Asked(Declared):
    """Why a word has to be asked about, and what it may mean."""

    why: Why
    may_be: tuple[Known, ...]


class _Words(Declared):
    standard: StandardName | None = None
    seen: tuple[str, ...] = Field(default=(), alias="V")
    usual: tuple[str, ...] = Field(default=(), alias="K")

    def marked(self) -> Iterator[tuple[str, Mark]]:
        """Yield every word in plain form, with its mark."""
        yield from ((plain_header(word), "V") for word in self.seen)
        yield from ((plain_header(word), "K") for word in self.usual)


class _Alias(_Words):
    field: str
    transforms: tuple[str, ...] = ()


class _Ask(_Words):
    why: Why
    fields: tuple[str | dict[str, tuple[str, ...]], ...]

    def may_be(self, standard: Standard, mark: Mark) -> tuple[Known, ...]:
        """Return the fields of a standard that the words may mean."""
        pairs = [(each, ()) if isinstance(each, str) else next(iter(each.items())) for each in self.fields]
        known = [Known(field=name, transforms=steps, mark=mark) for name, steps in pairs]
        return tuple(each for each in known if each.field in standard.by_name)


_W = TypeVar("_W", bound=_Words)


class AliasFile(Declared):
    """The text of the table.

    Attributes:
        aliases: words that mean one field.
        ask: words that are always asked about, whatever stands below them.
        beside: words that say nothing that a record states.
    """

    aliases: tuple[_Alias, ...]
    ask: tuple[_Ask, ...]
    beside: tuple[str, ...]


class Aliases:
    """The words of one standard, in plain form.

    Attributes:
        known: word → the fields that it means; two only where one column holds both ends of a range.
        asked: word → why it is asked about.
        beside: words that say nothing that a record states.
    """

    def __init__(self, standard: Standard, declared: AliasFile) -> None:
        self.standard = standard
        self.asked: dict[str, Asked] = {}
        self.beside = {plain_header(word) for word in declared.beside}
        self.known: dict[str, tuple[Known, ...]] = {}
        for ask in _of(declared.ask, standard):
            for word, mark in ask.marked():
                if may_be := ask.may_be(standard, mark):
                    self.asked[word] = Asked(why=ask.why, may_be=may_be)
                else:
                    self.beside.add(word)
        for field in standard.fields:
            for word in (field.label, field.code):
                self._know(plain_header(word), Known(field=field.name))
        labels = set(self.known)
        for alias in _of(declared.aliases, standard):
            for word, mark in alias.marked():
                if alias.field in standard.by_name and word not in labels:
                    self._know(word, Known(field=alias.field, transforms=alias.transforms, mark=mark))

    def _know(self, word: str, known: Known) -> None:
        if word not in self.asked:
            self.known[word] = (*self.known.get(word, ()), known)

    @classmethod
    def parse(cls, text: str, file: str, standard: StandardName) -> Aliases:
        """Read the table for one standard.

        Raises:
            UsageError: it is not as it should be; names the file and the line.
        """
        return cls(STANDARDS[standard], parse(AliasFile, text, file))

    @property
    def words(self) -> frozenset[str]:
        """The words that a header may be found by: those that mean one thing or nothing."""
        return frozenset(self.known) | frozenset(self.beside)


def _of(groups: tuple[_W, ...], standard: Standard) -> Iterator[_W]:
    return (each for each in groups if each.standard in {None, standard.name})
