"""Whether a receiver would take a record, and what a person should look at: its own rules, and the standard's warnings.

What is judged are canonical records; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from mappings.advice import advice, stated
from mappings.checks import Check
from mappings.choices import entries, fits_choice
from mappings.profile_file import Column, Names, ProfileFile
from mappings.rules import RULES, Severity
from mappings.standards import STANDARDS, Field, Kind
from words.languages import gettext as _

#: A Chinese character, or a full-width one: it takes the room of two.
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"


class Receiving:
    """The rules of one receiver."""

    def __init__(self, declared: ProfileFile) -> None:
        self._declared = declared
        self._standard = STANDARDS[declared.standard]

    def refusals(self, records: pl.DataFrame, today: date) -> pl.Series:
        """Return for each record why the receiver would refuse it, empty where it would take it."""
        return self._told(records, [check for check in self._checks(today) if self._refuses(check)])

    def warnings(self, records: pl.DataFrame, today: date) -> pl.Series:
        """Return for each record what a person should look at and what keeps nothing back, empty where nothing is."""
        return self._told(records, [check for check in self._checks(today) if not self._refuses(check)])

    def _refuses(self, check: Check) -> bool:
        return RULES[check.rule].severity is Severity.ERROR or check.rule in self._declared.refuse

    def _told(self, records: pl.DataFrame, checks: list[Check]) -> pl.Series:
        sentences = [pl.when(check.failing).then(pl.lit(self._sentence(check))) for check in checks]
        if not sentences:
            return pl.repeat("", records.height, dtype=pl.String, eager=True)
        told = pl.concat_str(sentences, separator=_("; "), ignore_nulls=True)
        return records.select(told=told.fill_null("")).to_series()

    def _sentence(self, check: Check) -> str:
        field = self._standard.by_name[check.field]
        longest = next((each.length for each in self._declared.columns if each.field == check.field), None)
        said = _(RULES[check.rule].sentence).format(receiver=self._declared.title, bytes=longest or field.length)
        return _("{field}: {sentence}").format(field=field.said, sentence=said)

    def _checks(self, today: date) -> Iterator[Check]:
        for column in self._declared.columns:
            if column.field:
                yield from self._of_column(column, self._standard.by_name[column.field], today)
        if {"uscc", "counterpart_type"} <= set(self._standard.names):
            yield Check("counterpart_type", "prefix-and-type", _mismatch(self._declared.prefixes))
        yield from advice(self._standard, today)

    def _of_column(self, column: Column, field: Field, today: date) -> Iterator[Check]:
        name, value = field.name, pl.col(field.name)
        yield Check(name, "too-long", value.map_batches(self._bytes, pl.Int64) > (column.length or field.length))
        if field.kind is Kind.NAME:
            yield from _of_name(name, self._declared.names)
        if allowed := column.choices or _coded(column, field):
            yield Check(name, "not-in-receivers-table", stated(name) & ~_fits(field, value, allowed))
        if field.kind is Kind.USCC and self._declared.credit_code:
            yield Check(name, "receivers-code-form", stated(name) & ~value.str.contains(self._declared.credit_code))
        for other, wanted in column.when.items():
            yield Check(name, "left-out", stated(name) & (pl.col(other).fill_null(wanted) != wanted))
        if name == "decision_date":
            yield Check(name, "later-than-today", value > today.isoformat())

    def _bytes(self, values: pl.Series) -> pl.Series:
        encoding = self._declared.encoding
        return pl.Series([len((value or "").encode(encoding, "replace")) for value in values], dtype=pl.Int64)


def _of_name(name: str, names: Names) -> Iterator[Check]:
    value = pl.col(name)
    own = stated(name) & ~value.is_in(list(names.exceptions))
    plain = value.str.replace_all(f"[{_in_class(names.allow)}]", "") if names.allow else value
    wrong = ~plain.str.contains(names.pattern)
    if names.forbidden:
        wrong |= value.str.contains_any(list(names.forbidden), ascii_case_insensitive=True)
    yield Check(name, "forbidden-characters", own & wrong)
    if names.shortest:
        width = value.str.len_chars() + value.str.count_matches(_WIDE)
        yield Check(name, "name-too-short", own & (width < names.shortest))


def _in_class(characters: str) -> str:
    return "".join(f"\\{each}" if not each.isalnum() and each.isascii() else each for each in characters)


def _coded(column: Column, field: Field) -> tuple[str, ...]:
    """Return what can be written in codes: the texts that have one, with a note where the standard has notes."""
    texts = tuple(column.codes or ())
    return (*texts, *(f"{text}-" for text in texts if f"{text}-" in field.choices))


def _fits(field: Field, value: pl.Expr, choices: tuple[str, ...]) -> pl.Expr:
    several = field.kind is Kind.CHOICES

    def fits(text: str | None) -> bool:
        return all(fits_choice(each, choices) for each in (entries(field, text or "") if several else [text or ""]))

    return value.map_batches(
        lambda values: pl.Series([fits(text) for text in values], dtype=pl.Boolean), return_dtype=pl.Boolean
    )


def _mismatch(prefixes: dict[str, str]) -> pl.Expr:
    """Tell a code whose prefix is that of another type, and a type of which the code has no prefix."""
    code, written = pl.col("uscc").fill_null(""), pl.col("counterpart_type").fill_null("")
    wrong = pl.lit(value=False)
    for prefix, kind in prefixes.items():
        wrong |= code.str.starts_with(prefix) & (written != kind)
    for kind in set(prefixes.values()):
        own = [prefix for prefix, named in prefixes.items() if named == kind]
        wrong |= (written == kind) & ~code.str.contains(f"^(?:{'|'.join(own)})")
    return (code != "") & (written != "") & wrong
