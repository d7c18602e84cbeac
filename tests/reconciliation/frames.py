"""Small sides for the tests of matching, verdicts and rates: rows of a few fields, the rest never stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from hypothesis import strategies as st

from mappings.standards import LICENCE

Row = Mapping[str, str | None]
COLUMNS = ("record_id", "fingerprint", "origin", *LICENCE.names, "raw_document_number", "raw_name")

USUAL = {
    "document_number": "审批〔2024〕1号",
    "name": "晨光建设有限公司",
    "certificate_number": "XK1",
    "decision_date": "2024-03-15",
    "authority_name": "市行政审批局",
    "content": "施工",
    "valid_until": "2027-03-14",
}


def licence(**changed: str | None) -> Row:
    """Return one usual licence with some fields changed."""
    return {**USUAL, **changed}


def side(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as the canonical records of one side; origins are ``name/1``, ``name/2`` … unless given."""
    extra = {"source": ["malformed"], "ledger": [], "feed": ["received"]}[name]
    filled = [
        {"origin": f"{name}/{number}", "record_id": f"{name}-{number}", "fingerprint": _print(row), **row}
        for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(filled, schema=dict.fromkeys([*COLUMNS, *extra], pl.String))


def _print(row: Row) -> str:
    return "|".join(str(row.get(name)) for name in LICENCE.names)


#: One number in several forms, another that looks like it, one that is nobody's, none at all.
NUMBERS = ("许〔2024〕1号", "许〔2024〕01号", "许2024-1号", "许〔2024〕11号", "D2", "", None)
_values: Mapping[str, st.SearchStrategy[str | None]] = {
    "document_number": st.sampled_from(NUMBERS),
    "name": st.sampled_from(["呼和浩特市新城区李记饭馆", "呼和浩特市新城区李记饭店", "张伟", "", None]),
    "certificate_number": st.sampled_from(["C1", "C2", "", None]),
    "counterpart_type": st.sampled_from(["自然人", None]),
    "uscc": st.sampled_from(["92150102MA0P56783P", "", None]),
    "decision_date": st.sampled_from(["2024-03-15", "2024-03-18", "2024-05-01", "unreadable", None]),
    "content": st.sampled_from(["施工", "占道", None]),
    "raw_name": st.sampled_from([" 张 伟", None, None]),
}
_rows = st.lists(st.fixed_dictionaries(dict(_values)), max_size=6)
_malformed = st.sampled_from(["", "", "too long"])
_received = st.sampled_from(["2024-03-20", "2024-04-20", ""])


@st.composite
def sides(draw: st.DrawFn, name: str) -> pl.DataFrame:
    """Draw one side from alphabets so small that keys repeat, disagree and are missing all the time."""
    rows: list[Row] = list(draw(_rows))
    if name == "source":
        rows = [{**row, "malformed": draw(_malformed)} for row in rows]
    if name == "feed":
        rows = [{**row, "received": draw(_received)} for row in rows]
    return side(name, rows)


def shuffled(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the same rows in another order."""
    return frame.sample(fraction=1, shuffle=True, seed=seed)
