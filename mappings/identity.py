"""Who a record is (``record_id``) and what it says (``fingerprint``); both can be recomputed by anybody.

``record_id``: the first 32 hex digits of SHA-256 over UTF-8 of record type, authority code, document number, name and
certificate number, joined with U+001F. ``fingerprint``: XXH3-128 (hex) over UTF-8 of all canonical values in the
standard's order, joined with U+001F.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import xxhash

from mappings.standards.fields import Standard

_BETWEEN = "\x1f"
_HASHES = {"record_id": pl.String, "fingerprint": pl.String}
_BLOCK = 50_000  # rows


def record_id(standard: Standard, values: Mapping[str, str]) -> str:
    """Return the identity of one record from its canonical values (a missing one counts as empty)."""
    return _identity(_BETWEEN.join([standard.name, *(values.get(name) or "" for name in standard.identity)]))


def fingerprint(standard: Standard, values: Mapping[str, str]) -> str:
    """Return the fingerprint of one record from its canonical values (a missing one counts as empty)."""
    return xxhash.xxh3_128_hexdigest(_BETWEEN.join(values.get(name) or "" for name in standard.names).encode())


def with_identity(records: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """Add the columns ``record_id`` and ``fingerprint`` to a frame of canonical values (null counts as empty)."""
    identity = [pl.lit(standard.name), *_columns(records, standard.identity)]
    contents = _columns(records, standard.names)
    with ThreadPoolExecutor() as threads:  # while one block's texts are joined, another's are hashed
        blocks = list(threads.map(lambda block: _hashed(block, identity, contents), records.iter_slices(_BLOCK)))
    return records.hstack(pl.concat([pl.DataFrame(schema=_HASHES), *blocks], rechunk=True))


def _hashed(records: pl.DataFrame, identity: list[pl.Expr], contents: list[pl.Expr]) -> pl.DataFrame:
    joined = records.select(
        record_id=pl.concat_str(identity, separator=_BETWEEN).cast(pl.Binary),
        fingerprint=pl.concat_str(contents, separator=_BETWEEN).cast(pl.Binary),
    )
    identities = [hashlib.sha256(text).digest()[:16] for text in joined["record_id"].to_list()]
    prints = list(map(xxhash.xxh3_128_hexdigest, joined["fingerprint"].to_list()))
    hashes = {"record_id": pl.Series(identities, dtype=pl.Binary).bin.encode("hex"), "fingerprint": prints}
    return pl.DataFrame(hashes, schema=_HASHES)


def _identity(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _columns(records: pl.DataFrame, names: Iterable[str]) -> list[pl.Expr]:
    return [pl.col(name).fill_null("") if name in records.columns else pl.lit("") for name in names]
