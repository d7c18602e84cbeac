"""Columns as a reader sees them: code words translated, field names as labels, personal numbers masked."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mappings.standards import Standard
from reconciliation.headings import WORDS, field_label, title
from reconciliation.tables import Column
from reconciliation.texts import masked, personal_fields, plain

CODED = ("verdict", "timeliness", "compliance", "bucket", "outcome", "side", "against", "kind", "rule")


class Shown:
    """Turns columns of a report's frames into columns of the workbook."""

    def __init__(self, standard: Standard) -> None:
        self._standard = standard
        self._personal = personal_fields(standard)
        self._words = {code: title(code) for code in WORDS}
        self._labels = {name: field_label(standard, name) for name in standard.names}

    def columns(self, rows: pl.DataFrame, names: Iterable[str]) -> tuple[Column, ...]:
        """Return columns in the order in which they are named, each under the label of its field."""
        texts = rows.select(plain(self._value(name)).alias(name) for name in names)
        return tuple(Column(field_label(self._standard, values.name), values) for values in texts)

    def hide(self, rows: pl.DataFrame, *names: str) -> pl.DataFrame:
        """Return the rows with the values of personal fields masked, where ``field`` says which field they are of."""
        hidden = pl.col("field").is_in(list(self._personal))
        return rows.with_columns(
            pl.when(hidden).then(masked(pl.col(name))).otherwise(name).alias(name) for name in names
        )

    def _value(self, name: str) -> pl.Expr:
        value = pl.col(name)
        if name in CODED:
            return value.cast(pl.String).replace(self._words)
        if name == "field":
            return value.replace(self._labels)
        return masked(value) if name in self._personal else value
