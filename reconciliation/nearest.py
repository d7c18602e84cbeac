"""What comes nearest to a decision that stands alone, and why the two were not matched.

Only rows that are left over are looked at, and of those only the ones that share something: a number, a name, a code, a
day. Whatever many rows share tells nothing and is passed over, so that the work grows with the rows, not their square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from rapidfuzz import fuzz

from mappings.written import number_key
from reconciliation.linking import SIDES, Sides
from reconciliation.loose import ITEMS
from reconciliation.matching import NUMBER_KEY
from reconciliation.meeting import word_of
from reconciliation.report import Verdict

#: Verdicts on decisions that stand alone.
_AMBIGUOUS = Verdict.AMBIGUOUS.value
ALONE = (Verdict.ONLY_IN_SOURCE.value, Verdict.ONLY_IN_LEDGER.value, Verdict.ONLY_IN_FEED.value)
KEYS = ("document_number", "name", "certificate_number", "uscc", "decision_date")
SHOWN = ("origin", *KEYS, *ITEMS)
MOST = 3

_TAIL = "number_tail"
_BLOCKS = (
    (NUMBER_KEY,),
    ("certificate_number",),
    ("uscc",),
    ("name",),
    ("name", "decision_date"),
    (_TAIL,),
    ("decision_date",),
)
#: What a row of a sound group has to share with one left over, to be looked at.
_SHARED = ("name", "certificate_number", "uscc")
#: Rows of one side that may share a block's key; it keeps the work linear.
_MANY = 20
#: What agreeing in something is worth; names that are only alike are worth less than equal ones.
_WORTH = {NUMBER_KEY: 4, "certificate_number": 3, "decision_date": 1, _TAIL: 1, "item": 1}
_PARTY, _ALIKE = 2, 1
_ALIKE_FROM = 80.0
#: From here on two rows are likely enough one decision for a person to be sent to compare them.
_LIKELY = 3


def nearest(sides: Sides, places: pl.DataFrame) -> pl.DataFrame:
    """Return the nearest rows on other sides of each group that misses one, at most three, the nearest first.

    Args:
        sides: canonical records per side, with at least ``SHOWN``.
        places: ``group``, ``verdict``, and per side the row that stands for it (``source_row`` …), or null.

    Returns:
        ``group``, ``alone`` (its verdict says that a side is missing), ``likely`` (a person should compare them),
        ``doubtful`` (the near row is one of several that cannot be told apart), ``side``, ``origin`` and ``KEYS`` and
        ``ITEMS`` of the near row, and with ``_here`` those of the group.
    """
    left_over = pl.col("verdict").is_in([*ALONE, _AMBIGUOUS])
    there = pl.concat([_rows(sides, places.filter(left_over), side) for side in SIDES])
    if there.is_empty():
        return _none()
    rows = pl.concat([there, *_settled(sides, places.filter(~left_over), there)])
    if rows["side"].n_unique() < 2:
        return _none()
    found = _met(_blocked(rows))
    if found.is_empty():
        return _none()
    scored = _scored(found).filter(pl.when("alone_here").then(_enough()).otherwise(pl.col("worth") >= _LIKELY))
    ordered = scored.sort("group_here", -pl.col("worth"), -pl.col("likeness"), "origin", "side")
    best = ordered.filter(pl.int_range(pl.len()).over("group_here") < MOST)
    return best.select(_OUT)


_OUT = (
    pl.col("group_here").alias("group"),
    pl.col("alone_here").alias("alone"),
    (pl.col("worth") >= _LIKELY).alias("likely"),
    "doubtful",
    "side",
    "origin",
    *(pl.col(name) for name in (*KEYS, *ITEMS)),
    *(pl.col(f"{name}_here") for name in (*KEYS, *ITEMS)),
)


def _none() -> pl.DataFrame:
    texts = ("side", "origin", *KEYS, *ITEMS, *(f"{name}_here" for name in (*KEYS, *ITEMS)))
    kinds = {"group": pl.Int64, "alone": pl.Boolean, "likely": pl.Boolean, "doubtful": pl.Boolean}
    return pl.DataFrame(schema={**kinds, **dict.fromkeys(texts, pl.String)})


def _rows(sides: Sides, places: pl.DataFrame, side: str) -> pl.DataFrame:
    """Return the side's rows of some groups with what they are told apart by."""
    places = places.filter(pl.col(f"{side}_row").is_not_null())
    records = sides[side].select(SHOWN)[places[f"{side}_row"]]
    about = places.select(
        "group",
        side=pl.lit(side),
        doubtful=_doubtful(),
        alone=pl.col("verdict").is_in(ALONE),
        speaker=_speaker(),
        **{f"has_{name}": pl.col(f"{name}_row").is_not_null() for name in SIDES},
    )
    return about.hstack(records.with_columns(pl.all().fill_null("")))


def _doubtful() -> pl.Expr:
    return pl.col("verdict") == _AMBIGUOUS


def _speaker() -> pl.Expr:
    """Return the side that speaks for a group; nobody speaks for one whose rows cannot be told apart."""
    first = pl.coalesce(pl.when(pl.col(f"{side}_row").is_not_null()).then(pl.lit(side)) for side in SIDES)
    return pl.when(~_doubtful()).then(first)


def _settled(sides: Sides, places: pl.DataFrame, left_over: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of groups that are sound but miss a side, where they share something with a row left over."""
    missing = places.filter(pl.any_horizontal(pl.col(f"{side}_row").is_null() for side in SIDES))
    for side in SIDES:
        mine = missing.filter(pl.col(f"{side}_row").is_not_null())
        if mine.height:
            shared = pl.repeat(False, mine.height, eager=True)
            for name in _SHARED:
                known = left_over[name].filter(left_over[name] != "").unique()
                shared |= sides[side][name].gather(mine[f"{side}_row"]).is_in(known.implode()).fill_null(False)
            yield _rows(sides, mine.filter(shared), side)


def _blocked(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the keys under which rows meet: one word per block, null where the row does not state it."""
    rows = rows.with_columns(number_key(pl.col("document_number")).fill_null("").alias(NUMBER_KEY))
    rows = rows.with_columns(pl.col(NUMBER_KEY).str.extract(r"([0-9]+\|[0-9]+)$").fill_null("").alias(_TAIL))
    words = {
        f"block_{place}": pl.when(pl.all_horizontal(pl.col(keys) != "")).then(word_of(keys) + place)
        for place, keys in enumerate(_BLOCKS)
    }
    return rows.with_columns(**words).with_row_index("at")


def _met(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that speak for a group, each with the rows that it meets in a block and that miss its side."""
    blocks = [f"block_{place}" for place in range(len(_BLOCKS))]
    words = rows.unpivot(blocks, index=["at", "side", "speaker"], variable_name="block", value_name="word")
    words = words.drop_nulls("word")
    parts = [_meeting(words, side) for side in SIDES]
    pairs = pl.concat(parts).unique()
    left, right = rows[pairs["at"]].rename(lambda name: f"{name}_here"), rows[pairs["at_there"]]
    found = right.hstack(left)
    return found.filter(pl.col("group") != pl.col("group_here"), *_missing())


def _meeting(words: pl.DataFrame, side: str) -> pl.DataFrame:
    """Return rows that speak for a group with the rows of one other side under the same words."""
    there = pl.col("side") == side
    theirs = words.filter(there).filter(pl.len().over("word") <= _MANY).select("word", at_there="at")
    mine = words.filter(~there, pl.col("side") == pl.col("speaker")).select("word", "at")
    return mine.join(theirs, on="word").select("at", "at_there")


def _missing() -> Sequence[pl.Expr]:
    theirs = pl.coalesce(pl.when(pl.col("side") == side).then(f"has_{side}_here") for side in SIDES)
    mine = pl.coalesce(pl.when(pl.col("side_here") == side).then(f"has_{side}") for side in SIDES)
    return ~theirs, ~mine


def _scored(found: pl.DataFrame) -> pl.DataFrame:
    """Add ``worth``, what agrees, and ``likeness``, how much name and number look alike (each 0 to 100)."""
    found = found.with_columns(alike=_alike(found, "name"), number_alike=_alike(found, "document_number"))
    party = pl.when(_same("name") | _same("uscc")).then(_PARTY).when(pl.col("alike") >= _ALIKE_FROM).then(_ALIKE)
    item = pl.any_horizontal(_same(name) for name in ITEMS)
    worth = [_same(name) * _WORTH[name] for name in (NUMBER_KEY, "certificate_number", "decision_date")]
    worth += [item * _WORTH["item"], (_same(_TAIL) & ~_same(NUMBER_KEY)) * _WORTH[_TAIL], pl.col("party")]
    found = found.with_columns(party=party.otherwise(0))
    return found.with_columns(worth=pl.sum_horizontal(worth), likeness=pl.col("alike") + pl.col("number_alike"))


def _alike(found: pl.DataFrame, name: str) -> pl.Series:
    pairs = zip(found[f"{name}_here"].to_list(), found[name].to_list(), strict=True)
    return pl.Series([fuzz.ratio(here, there) for here, there in pairs], dtype=pl.Float64)


def _same(name: str) -> pl.Expr:
    return (pl.col(name) != "") & (pl.col(name) == pl.col(f"{name}_here"))


def _enough() -> pl.Expr:
    """A day alone is nothing that two decisions have in common."""
    return (pl.col("party") > 0) | _same(NUMBER_KEY) | _same("certificate_number")
