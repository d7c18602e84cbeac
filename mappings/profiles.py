"""A profile: one receiver's edition of a standard, with its codes, order, lengths, allowed characters and key.

The same declaration checks a record before it is sent, writes it in the receiver's form, and reads it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property

import polars as pl

from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.choices import entries
from mappings.mapping import FieldRule, Mapping, MappingFile, lint_mapping
from mappings.normalise import BETWEEN
from mappings.profile_file import Column, ProfileFile
from mappings.profile_lint import lint
from mappings.receiving import Receiving
from mappings.standards import STANDARDS, Standard
from mappings.standards.fields import Field, Kind
from words.declared import parse


class Profile:
    """A linted profile."""

    def __init__(self, name: str, declared: ProfileFile, file: str = "", text: str = "") -> None:
        self.name = name
        self.declared = declared
        self.standard: Standard = STANDARDS[declared.standard]
        self.columns = declared.columns
        self._file, self._text = file, text
        self._receiving = Receiving(declared)

    @classmethod
    def parse(cls, text: str, file: str, name: str) -> Profile:
        """Read and lint a profile file.

        Raises:
            UsageError: no edition, an unknown standard or field, a field or a heading twice, codes of another edition.
        """
        declared = parse(ProfileFile, text, file)
        lint(declared, text, file)
        return cls(name, declared, file, text)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The template's headings in order."""
        return tuple(column.header or self._field(column).label for column in self.columns)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The receiver's field codes in the order of the headings; a column of no field has its heading."""
        return tuple(
            column.code or (self._field(column).code if column.field else column.header) for column in self.columns
        )

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """The fields of the standard that this receiver has no column for; nothing can be said of what it shows."""
        named = {column.field for column in self.columns}
        return tuple(name for name in self.standard.names if name not in named)

    @cached_property
    def blurred(self) -> tuple[str, ...]:
        """The fields that have a column which does not hold all of their values apart."""
        return tuple(
            column.field
            for column in self.columns
            if column.when or len(set((column.codes or {}).values())) < len(column.codes or {})
        )

    @property
    def lossless(self) -> bool:
        """Whether every record can be read back whole."""
        return not (self.silent or self.blurred)

    def reading(self) -> Mapping:
        """Return the mapping that reads this receiver's own rows, by heading or by field code, as they stand there."""
        return Mapping(self.name, self._as_mapping(), self.declared.model_dump_json(), as_shown=True)

    def collecting(self) -> Mapping:
        """Return the mapping that reads rows of this edition as a system's own: checked, and with what is unstated.

        Raises:
            UsageError: a mandatory field has neither a column nor a rule under ``unstated``.
        """
        declared = self._as_mapping(self.declared.unstated)
        lint_mapping(declared, self._text, self._file, within="unstated")
        only = {column.header: column.takes for column in self.columns if column.takes is not None}
        return Mapping(self.name, declared, self.declared.model_dump_json(), only=only)

    def encode(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return the records in the receiver's form: its headings, order, codes and dates, all text."""
        return records.select(
            self._encoded(column).alias(header) for column, header in zip(self.columns, self.headers, strict=True)
        )

    def as_shown(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return what reading back gives of each record; null where the receiver has no column, and so says nothing."""
        numbers = pl.Series([str(number) for number in range(records.height)], dtype=pl.String)
        raw = self.encode(records).with_columns(numbers.alias(ORIGIN), numbers.alias(ROW_KEY))
        return self.only_stated(apply(self.reading(), raw).records)

    def only_stated(self, shown: pl.DataFrame) -> pl.DataFrame:
        """Return rows that were read back with null in the fields of which the receiver says nothing."""
        return shown.with_columns(pl.lit(None, pl.String).alias(name) for name in self.silent)

    def malformed(self, records: pl.DataFrame, today: date) -> pl.Series:
        """Return for each record why this receiver would refuse it, empty where it would take it."""
        return self._receiving.refusals(records, today).rename("malformed")

    def warnings(self, records: pl.DataFrame, today: date) -> pl.Series:
        """Return for each record what a person should look at and what keeps nothing back, empty where nothing is."""
        return self._receiving.warnings(records, today).rename("warnings")

    def _field(self, column: Column) -> Field:
        return self.standard.by_name[column.field]

    def _as_mapping(self, unstated: dict[str, FieldRule] | None = None) -> MappingFile:
        rules = {column.field: self._reading_rule(column) for column in self.columns if column.field}
        return MappingFile(standard=self.standard.name, fields=rules | (unstated or {}))

    def _reading_rule(self, column: Column) -> FieldRule:
        field = self._field(column)
        names = (column.header or field.label, column.code or field.code, field.label, field.code)
        taken = {header for header in (*self.headers, *self.codes) if header not in names[:2]}
        headers = tuple(name for name in dict.fromkeys(names) if name not in taken)
        return FieldRule.model_validate({"from": headers, "codes": _meanings(column)})

    def _encoded(self, column: Column) -> pl.Expr:
        if not column.field:
            return pl.lit(column.constant or "")
        value = pl.col(column.field).fill_null("")
        for other, wanted in column.when.items():
            fits = pl.col(other).fill_null(wanted) == wanted  # null: it came from where nobody could say it
            value = pl.when(fits).then(value).otherwise(pl.lit(""))
        if self._field(column).kind is Kind.DATE:
            return value.str.to_date("%Y-%m-%d", strict=False).dt.strftime(self.declared.date_format).fill_null("")
        if self._field(column).kind is Kind.CHOICES or column.codes:
            return _mapped(value, lambda text: self._joined(column, text))
        return value

    def _joined(self, column: Column, text: str) -> str:
        """Write one text or several in codes; a note stays behind its code, and two texts of one code are one."""
        codes, field = column.codes or {}, self._field(column)
        named = entries(field, text) if field.kind is Kind.CHOICES else [text]
        written = (_coded(each, codes) for each in named)
        return column.join.join(dict.fromkeys(written))


def _coded(text: str, codes: dict[str, str]) -> str:
    entry, dash, note = text.partition("-")
    return codes[text] if text in codes else f"{codes.get(entry, entry)}{dash}{note}"


def _meanings(column: Column) -> dict[str, str] | None:
    """Return what each code means; one that stands for several texts of a table means all of them."""
    found = dict(column.reads)
    for text, code in (column.codes or {}).items():
        found[code] = f"{found[code]}{BETWEEN}{text}" if code in found and code not in column.reads else text
    return found or None


def _mapped(value: pl.Expr, change: Callable[[str], str]) -> pl.Expr:
    return value.map_batches(
        lambda values: pl.Series([change(text) for text in values], dtype=pl.String), return_dtype=pl.String
    )
