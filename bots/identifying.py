"""Whose the rows are that a feed shows: a receiver that has no column for all that a record says cannot name it.

What such a receiver shows is compared with what it would show of the records that are known, and gets their names back.
A receiver that shows everything is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.base import Feed
from journal import Delivery, Journal
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.identity import with_identity
from mappings.profiles import Profile

_OWN, _SHOWN = ["record_id", "fingerprint"], ["shown_id", "shown_print"]


def of_deliveries(feed: Feed, journal: Journal, shown: pl.DataFrame) -> pl.DataFrame:
    """Return what a feed shows with the names of what was ever sent there; null where it has no column."""
    profile = feed.profile
    if profile.lossless:
        return shown
    sent = journal.deliveries(feed.name) if shown.height else []
    own = pl.DataFrame(
        [(each.record_id, each.fingerprint) for each in sent], schema=dict.fromkeys(_OWN, pl.String), orient="row"
    )
    return _named(profile, profile.only_stated(shown), own, _payloads(profile, sent), ())


def of_records(profile: Profile, shown: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return what a feed shows with the names of the records of which it shows exactly this, or another form.

    What it cannot show apart, two kinds of penalty in one code for one, is then what the record says.
    """
    if profile.lossless or records.is_empty():
        return shown
    return _named(profile, shown, records, profile.as_shown(records), profile.blurred)


def _payloads(profile: Profile, sent: Sequence[Delivery]) -> pl.DataFrame:
    names = (*profile.headers, ORIGIN, ROW_KEY)
    rows = [{name: each.payload.get(name, "") for name in names} for each in sent]
    return apply(profile.reading(), pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))).records


def _named(
    profile: Profile, shown: pl.DataFrame, own: pl.DataFrame, as_shown: pl.DataFrame, blurred: Sequence[str]
) -> pl.DataFrame:
    """Give rows the names of those of ``own`` that would be shown so, row by row of ``as_shown``."""
    known = own.select(*_OWN, *blurred).hstack(as_shown.select(_OWN).rename(dict(zip(_OWN, _SHOWN, strict=True))))
    same = known.filter(pl.col("fingerprint") != "").unique(_SHOWN, keep="last", maintain_order=True)
    of_it = known.unique("shown_id", keep="last", maintain_order=True).select("shown_id", near="record_id")
    bare = with_identity(shown.select(profile.standard.names), profile.standard)  # whatever name a row has got already
    found = (
        bare.select(_OWN)
        .join(same, left_on=_OWN, right_on=_SHOWN, how="left", suffix="_own", maintain_order="left")
        .join(of_it, left_on="record_id", right_on="shown_id", how="left", maintain_order="left")
    )
    return shown.with_columns(
        pl.coalesce(found["record_id_own"], found["near"], shown["record_id"]).alias("record_id"),
        pl.coalesce(found["fingerprint_own"], shown["fingerprint"]).alias("fingerprint"),
        *(pl.coalesce(found[name], shown[name]).alias(name) for name in blurred),
    )
