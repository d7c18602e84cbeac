"""Who a record is (``record_id``) and what it says (``fingerprint``); both can be recomputed by anybody.

``record_id``: the first 32 hex digits of SHA-256 over UTF-8 of record type, authority code, document number, name and
certificate number, joined with U+001F. ``fingerprint``: XXH3-128 (hex) over UTF-8 of all canonical values in the
standard's order, joined with U+001F.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import polars as pl
import xxhash

from mappings.standards.fields import Standard

_BETWEEN = "\x1f"


def record_id(standard: Standard, values: Mapping[str, str]) -> str:
    """Return the identity of one record from its canonical values (a missing one counts as empty)."""
    return _identity(_BETWEEN.join([standard.name, *(values.get(name) or "" for name in standard.identity)]))


def fingerprint(standard: Standard, values: Mapping[str, str]) -> str:
    """Return the fingerprint of one record from its canonical values (a missing one counts as empty)."""
    return xxhash.xxh3_128_hexdigest(_BETWEEN.join(values.get(name) or "" for name in standard.names).encode())


def with_identity(records: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """Add the columns ``record_id`` and ``fingerprint`` to a frame of canonical values (null counts as empty)."""
    identities = _joined(records, [pl.lit(standard.name), *_columns(records, standard.identity)])
    contents = _joined(records, _columns(records, standard.names))
    return records.with_columns(
        pl.Series("record_id", [_identity(text) for text in identities], dtype=pl.String),
        pl.Series("fingerprint", [xxhash.xxh3_128_hexdigest(text.encode()) for text in contents], dtype=pl.String),
    )


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _columns(records: pl.DataFrame, names: Iterable[str]) -> list[pl.Expr]:
    return [pl.col(name).fill_null("") if name in records.columns else pl.lit("") for name in names]


def _joined(records: pl.DataFrame, columns: list[pl.Expr]) -> list[str]:
    return records.select(text=pl.concat_str(columns, separator=_BETWEEN)).get_column("text").to_list()
