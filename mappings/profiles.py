"""A profile: one receiver's edition of a standard, with its codes, order, lengths, allowed characters and key.

The same declaration checks a record before it is sent, writes it in the receiver's form, and reads it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl
from pydantic import Field as Key
from pydantic import field_validator

from mappings.choices import entries, fits_choice
from mappings.mapping import FieldRule, Mapping, MappingFile
from mappings.standards import STANDARDS, Standard
from mappings.standards.fields import Field, Kind
from words.declared import Declared, line_of, parse, suggest
from words.errors import Place, UsageError
from words.languages import current
from words.languages import gettext as _


class Column(Declared):
    """One column of the receiver's template.

    Attributes:
        field: the standard's field.
        header: the heading in the template; the standard's label when it is left out.
        length: the longest value in bytes of the receiver's encoding; the standard's length when it is left out.
        codes: the standard's texts → the receiver's codes.
        choices: the receiver's own code table where it is narrower than the standard's.
        join: what the receiver wants between several texts or codes in one value.
    """

    field: str
    header: str = ""
    length: int | None = None
    codes: dict[str, str] | None = None
    choices: tuple[str, ...] | None = None
    join: Literal["、", ",", ";", "|", "/", "，", "；"] = "、"


class Names(Declared):
    """Which names the receiver takes (its forbidden-characters rule)."""

    pattern: str = ".*"
    forbidden: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            pl.Series([""]).str.contains(value)
        except pl.exceptions.ComputeError:
            raise ValueError("this is not a regular expression") from None
        return value


class ProfileFile(Declared):
    """The text of a profile file. The edition is demanded because status ``1`` means revoked in one of them.

    ``duplicate`` holds words of a refusal that means “we have it already”: it is looked up before it is believed.
    """

    standard: str
    edition: str
    title: str
    encoding: str = "gb18030"
    date_format: str = "%Y/%m/%d"
    key: tuple[str, ...] = ("document_number", "name")
    duplicate: tuple[str, ...] = ()
    names: Names = Names()
    columns: tuple[Column, ...] = Key(min_length=1)


class Profile:
    """A linted profile."""

    def __init__(self, name: str, declared: ProfileFile) -> None:
        self.name = name
        self.declared = declared
        self.standard: Standard = STANDARDS[declared.standard]
        self.columns = declared.columns

    @classmethod
    def parse(cls, text: str, file: str, name: str) -> Profile:
        """Read and lint a profile file.

        Raises:
            UsageError: no edition, an unknown standard or field, or a field or a heading twice.
        """
        declared = parse(ProfileFile, text, file)
        _lint(declared, text, file)
        return cls(name, declared)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The template's headings in order."""
        return tuple(column.header or self._field(column).label for column in self.columns)

    def reading(self) -> Mapping:
        """Return the mapping that reads this receiver's own rows, by heading or by field code."""
        rules = {column.field: self._reading_rule(column) for column in self.columns}
        text = self.declared.model_dump_json()
        declared = MappingFile(standard=self.standard.name, fields=rules)
        return Mapping(self.name, declared, text, as_shown=True)

    def encode(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return the records in the receiver's form: its headings, order, codes and dates, all text."""
        return records.select(self._encoded(column).alias(header) for column, header in self._headed())

    def malformed(self, records: pl.DataFrame, today: date) -> pl.Series:
        """Return for each record why this receiver would refuse it, empty where it would take it."""
        reasons = [reason for column in self.columns for reason in self._reasons(column, today)]
        text = pl.concat_str(reasons, separator=_("; "), ignore_nulls=True)
        return records.select(malformed=text.fill_null("")).to_series()

    def _headed(self) -> zip[tuple[Column, str]]:
        return zip(self.columns, self.headers, strict=True)

    def _field(self, column: Column) -> Field:
        return self.standard.by_name[column.field]

    def _reading_rule(self, column: Column) -> FieldRule:
        field = self._field(column)
        headers = tuple(dict.fromkeys([column.header or field.label, field.label, field.code]))
        codes = {code: text for text, code in column.codes.items()} if column.codes else None
        return FieldRule.model_validate({"from": headers, "codes": codes})

    def _encoded(self, column: Column) -> pl.Expr:
        value = pl.col(column.field).fill_null("")
        if self._field(column).kind is Kind.DATE:
            return value.str.to_date("%Y-%m-%d", strict=False).dt.strftime(self.declared.date_format).fill_null("")
        if self._field(column).kind is Kind.CHOICES:
            return _mapped(value, lambda text: self._joined(column, text))
        return value.replace(column.codes) if column.codes else value

    def _joined(self, column: Column, text: str) -> str:
        codes = column.codes or {}
        named = (each.partition("-") for each in entries(self._field(column), text))
        return column.join.join(f"{codes.get(entry, entry)}{dash}{note}" for entry, dash, note in named)

    def _reasons(self, column: Column, today: date) -> list[pl.Expr]:
        field, value = self._field(column), pl.col(column.field)
        label = _label(field)
        reasons = [self._too_long(column, field)]
        if field.kind is Kind.NAME:
            names = self.declared.names
            sentence = _("{field}: characters that {receiver} does not take").format(
                field=label, receiver=self.declared.title
            )
            forbidden = (
                value.str.contains_any(list(names.forbidden), ascii_case_insensitive=True)
                if names.forbidden
                else pl.lit(value=False)
            )
            reasons.append(_when((value != "") & (~value.str.contains(names.pattern) | forbidden), sentence))
        if column.choices:
            sentence = _("{field}: not in the code table of {receiver}").format(
                field=label, receiver=self.declared.title
            )
            reasons.append(_when((value != "") & ~_fits(field, value, column.choices), sentence))
        if field.name == "decision_date":
            reasons.append(_when(value > today.isoformat(), _("{field}: later than today").format(field=label)))
        return reasons

    def _too_long(self, column: Column, field: Field) -> pl.Expr:
        longest = column.length or field.length
        sentence = _("{field}: longer than {bytes} bytes").format(field=_label(field), bytes=longest)
        size = pl.col(column.field).map_batches(self._bytes, return_dtype=pl.Int64)
        return _when(size > longest, sentence)

    def _bytes(self, values: pl.Series) -> pl.Series:
        encoding = self.declared.encoding
        return pl.Series([len(value.encode(encoding, "replace")) for value in values], dtype=pl.Int64)


def _label(field: Field) -> str:
    return field.label if current() == "zh" else field.english


def _when(condition: pl.Expr, sentence: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(sentence))


def _fits(field: Field, value: pl.Expr, choices: tuple[str, ...]) -> pl.Expr:
    several = field.kind is Kind.CHOICES

    def fits(text: str) -> bool:
        return all(fits_choice(each, choices) for each in (entries(field, text) if several else [text]))

    return value.map_batches(
        lambda values: pl.Series([fits(text) for text in values], dtype=pl.Boolean), return_dtype=pl.Boolean
    )


def _mapped(value: pl.Expr, change: Callable[[str], str]) -> pl.Expr:
    return value.map_batches(
        lambda values: pl.Series([change(text) for text in values], dtype=pl.String), return_dtype=pl.String
    )


def _lint(declared: ProfileFile, text: str, file: str) -> None:
    def error(code: str, sentence: str, todo: str, *path: str | int) -> UsageError:
        return UsageError(code, sentence, todo=todo, place=Place(file=file, line=line_of(text, path)))

    if declared.standard not in STANDARDS:
        sentence = _("There is no standard “{name}”.").format(name=declared.standard)
        raise error("unknown-standard", sentence, suggest(declared.standard, sorted(STANDARDS)), "standard")
    standard = STANDARDS[declared.standard]
    seen: set[str] = set()
    headings: set[str] = set()
    for number, column in enumerate(declared.columns):
        if column.field not in standard.by_name:
            sentence = _("The standard {standard} has no field “{name}”.").format(
                standard=standard.label, name=column.field
            )
            raise error("unknown-field", sentence, suggest(column.field, list(standard.names)), "columns", number)
        if column.field in seen:
            sentence = _("The field “{name}” stands in two columns.").format(name=column.field)
            raise error("field-twice", sentence, _("Take one of them out."), "columns", number)
        seen.add(column.field)
        heading = column.header or standard.by_name[column.field].label
        if heading in headings:
            sentence = _("The heading “{heading}” stands over two columns.").format(heading=heading)
            raise error("header-twice", sentence, _("Give one of them another heading."), "columns", number)
        headings.add(heading)
    for name in declared.key:
        if name not in seen:
            sentence = _("The key names the field “{name}”, which has no column.").format(name=name)
            raise error("unknown-field", sentence, suggest(name, sorted(seen)), "key")
