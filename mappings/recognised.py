"""What became of the columns of a ledger: certain, asked about, beside the record or unknown, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from words.languages import N_

Fate = Literal["certain", "asked", "beside", "unknown"]
Sureness = Literal["label", "V", "K", "prefix", "values"]

#: What says which decision a row means.
TELLING = (("document_number",), ("name", "decision_date"))

SURENESS: dict[Sureness, str] = {
    "label": N_("the standard's own word"),
    "V": N_("known word"),
    "K": N_("usual word"),
    "prefix": N_("known word without its prefix"),
    "values": N_("its values only"),
}
REASONS: dict[str, str] = {
    "word": N_("this word alone may mean several things"),
    "holder": N_("it does not say whose number it is, or of what"),
    "event": N_("this may be the day of something else than the decision"),
    "range": N_("this may be one day, two days, or a length of time"),
    "flag": N_("a mark beside the end of validity, not a day: it needs “otherwise” and “codes”"),
    "part": N_("it may be only a part of it, or something else"),
    "unit": N_("it does not say whether 元 or 万元"),
    "sum": N_("it may be several amounts in one"),
    "item": N_("this names the matter, not the document; most leave it out"),
    "two": N_("two columns of one sheet would answer to one field"),
    "unfit": N_("its values are not what the heading says"),
    "codes": N_("its values are not in the code table of the standard: it may need “codes”"),
    "empty": N_("nothing stands below it that would confirm the heading"),
    "values": N_("nobody here knows the heading; its values look like it"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a column is, or may be.

    Attributes:
        field: its name.
        transforms: what has to be done to the values.
        sureness: what speaks for it.
        share: the share of distinct values that the field may hold, from 0 to 1.
    """

    field: str
    transforms: tuple[str, ...]
    sureness: Sureness
    share: float


@dataclass(frozen=True, slots=True)
class Column:
    """What became of a heading.

    Attributes:
        heading: as it stands in the file, first spelling.
        word: in plain form.
        fate: certain, asked, beside (it says nothing that a record states) or unknown.
        candidates: the field it is, or those it may be, most likely first.
        why: why it is asked about, a key of ``REASONS``.
        values: distinct values that were looked at.
        codes: short values of a code table's column that are not in the standard's own.
    """

    heading: str
    word: str
    fate: Fate
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    values: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """All columns, in the order in which the file has them."""

    columns: tuple[Column, ...]

    def of(self, fate: Fate) -> tuple[Column, ...]:
        """Return the columns of one fate."""
        return tuple(column for column in self.columns if column.fate == fate)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that are certain."""
        return frozenset(each.field for column in self.of("certain") for each in column.candidates)

    @property
    def telling(self) -> bool:
        """Whether the certain columns say which decision a row means."""
        return any(set(needed) <= self.fields for needed in TELLING)
