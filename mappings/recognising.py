"""Which columns of an unknown ledger mean which fields: what is certain, what has to be asked, what says nothing.

A heading decides, its values confirm or contradict; values alone decide nothing, they only rank what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mappings.aliases import Aliases, Known
from mappings.evidence import distinct, share, tells
from mappings.headers import plain_header
from words.languages import N_

#: Headings of one sheet, each with the values under it.
Sheet = Mapping[str, Sequence[str]]
Fate = Literal["certain", "asked", "beside", "unknown"]
Sureness = Literal["label", "V", "K", "prefix", "values"]

#: The share of values that has to fit before a heading is believed.
BARS: dict[Sureness, float] = {"label": 0.5, "V": 0.5, "K": 0.8, "prefix": 0.8}
#: The share that makes values worth telling of where nobody knows the heading.
_LIKELY = 0.8
#: Headings that are only believed when something stands below them.
_TO_CONFIRM = frozenset({"K", "prefix"})
#: Codes are short, and a table of them is too: longer ones are no codes and may be personal.
_LONGEST_CODE, _MOST_CODES = 12, 20
_PREFIXES = {"licence": ("行政许可", "许可"), "penalty": ("行政处罚",)}
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


def recognise(aliases: Aliases, sheets: Sequence[Sheet]) -> Recognised:
    """Say of every heading of some sheets what it means; the order of columns does not matter."""
    headings: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for sheet in sheets:
        for heading, cells in sheet.items():
            headings.setdefault(plain_header(heading), heading)
            values.setdefault(plain_header(heading), []).extend(cells)
    alone = {word: _alone(aliases, word, headings[word], distinct(values[word])) for word in headings}
    clashing = {word for sheet in sheets for word in _clashing(sheet, alone)}
    settled = [replace(each, fate="asked", why="two") if each.word in clashing else each for each in alone.values()]
    taken = Recognised(tuple(settled)).fields
    return Recognised(tuple(_without_taken(each, taken) for each in settled))


def _alone(aliases: Aliases, word: str, heading: str, values: list[str]) -> Column:
    """Say what a column means, whatever stands beside it."""
    stem = _stem(aliases, word)
    if word not in aliases.known and (asked := aliases.asked.get(word) or aliases.asked.get(stem)):
        candidates = [_candidate(aliases, each, each.mark, values) for each in asked.may_be]
        ranked = tuple(sorted(candidates, key=lambda each: -each.share))
        return Column(heading, word, "asked", ranked, asked.why, len(values))
    if known := aliases.known.get(word):
        return _judged(aliases, heading, word, known, known[0].mark, values)
    if word in aliases.beside:
        return Column(heading, word, "beside", values=len(values))
    if known := aliases.known.get(stem) or _same_stem(aliases, stem):
        return _judged(aliases, heading, word, known, "prefix", values)
    candidates = [Candidate(field.name, (), "values", fit) for field, fit in tells(aliases.standard, values, _LIKELY)]
    fate: Fate = "asked" if candidates else "unknown"
    return Column(heading, word, fate, tuple(candidates), "values" if candidates else "", len(values))


def _judged(
    aliases: Aliases, heading: str, word: str, known: Sequence[Known], sureness: Sureness, values: list[str]
) -> Column:
    """Believe a heading unless its values speak against it."""
    candidates = tuple(_candidate(aliases, each, sureness, values) for each in known)
    why = ""
    if not values:
        why = "empty" if sureness in _TO_CONFIRM else ""
    elif min(each.share for each in candidates) < BARS[sureness]:
        why = "codes" if aliases.standard.by_name[candidates[0].field].choices else "unfit"
    short = sorted(value for value in values if why == "codes" and len(value) <= _LONGEST_CODE)[:_MOST_CODES]
    return Column(heading, word, "asked" if why else "certain", candidates, why, len(values), tuple(short))


def _candidate(aliases: Aliases, known: Known, sureness: Sureness, values: list[str]) -> Candidate:
    fit = share(aliases.standard.by_name[known.field], known.transforms, values)
    return Candidate(known.field, known.transforms, sureness, round(fit, 3))


def _stem(aliases: Aliases, word: str) -> str:
    """Return a word without the prefix that says what kind of decision all of this is about."""
    prefix = next((each for each in _PREFIXES[aliases.standard.name] if word.startswith(each)), "")
    return word[len(prefix) :] if prefix else ""


def _same_stem(aliases: Aliases, stem: str) -> tuple[Known, ...]:
    """Return what known words mean that differ in their prefix only, if all of them mean one thing."""
    found = {known for word, known in aliases.known.items() if stem and _stem(aliases, word) == stem}
    meant = {tuple((each.field, each.transforms) for each in known) for known in found}
    return next(iter(found)) if len(meant) == 1 else ()


def _clashing(sheet: Sheet, alone: Mapping[str, Column]) -> set[str]:
    """Return the words of a sheet that would answer to one field together."""
    words = [plain_header(heading) for heading in sheet]
    certain = [(word, each.field) for word in words if alone[word].fate == "certain" for each in alone[word].candidates]
    times = Counter(field for _word, field in certain)
    return {word for word, field in certain if times[field] > 1}


def _without_taken(column: Column, taken: frozenset[str]) -> Column:
    """A field that another column surely is, is no answer any more, unless there is no other."""
    if column.fate != "asked" or column.why == "two":
        return column
    free = tuple(each for each in column.candidates if each.field not in taken)
    if column.why == "values" and not free:
        return replace(column, fate="unknown", candidates=(), why="")
    return replace(column, candidates=free or column.candidates)
