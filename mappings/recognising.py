"""Which columns of an unknown ledger mean which fields: what is certain, what has to be asked, what says nothing.

A heading decides, its values confirm or contradict; values alone decide nothing, they only rank what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mappings.aliases import Aliases, Asked, Known
from mappings.evidence import distinct, share, tells
from mappings.headers import plain_header
from mappings.recognised import Candidate, Column, Fate, Recognised, Sureness

#: Headings of one sheet, each with the values under it.
Sheet = Mapping[str, Sequence[str]]

#: The share of values that has to fit before a heading is believed.
BARS: dict[Sureness, float] = {"label": 0.5, "V": 0.5, "K": 0.8, "prefix": 0.8}
#: The share that makes values worth telling of where nobody knows the heading.
_LIKELY = 0.8
#: Headings that are only believed when something stands below them.
_TO_CONFIRM = frozenset({"K", "prefix"})
#: Codes are short, and a table of them is too: longer ones are no codes and may be personal.
_LONGEST_CODE, _MOST_CODES = 12, 20
_PREFIXES = {"licence": ("行政许可", "许可"), "penalty": ("行政处罚",)}


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
        return _asked(aliases, heading, word, asked, values)
    if known := aliases.known.get(word):
        return _judged(aliases, heading, word, known, known[0].mark, values)
    if word in aliases.beside:
        return Column(heading, word, "beside", values=len(values))
    if known := aliases.known.get(stem) or _same_stem(aliases, stem):
        return _judged(aliases, heading, word, known, "prefix", values)
    if span := _span(aliases, word):
        return _asked(aliases, heading, word, span, values)
    candidates = [Candidate(field.name, (), "values", fit) for field, fit in tells(aliases.standard, values, _LIKELY)]
    fate: Fate = "asked" if candidates else "unknown"
    return Column(heading, word, fate, tuple(candidates), "values" if candidates else "", len(values))


def _asked(aliases: Aliases, heading: str, word: str, asked: Asked, values: list[str]) -> Column:
    candidates = [_candidate(aliases, each, each.mark, values) for each in asked.may_be]
    ranked = tuple(sorted(candidates, key=lambda each: -each.share))
    return Column(heading, word, "asked", ranked, asked.why, len(values))


def _span(aliases: Aliases, word: str) -> Asked | None:
    """Return what a heading asks that ends in a word for how long something holds, whatever group stands before it."""
    spans = (known for known, asked in aliases.asked.items() if asked.why == "range" and word.endswith(known))
    return aliases.asked[longest] if (longest := max(spans, key=len, default="")) else None


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
