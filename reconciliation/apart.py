"""Why a decision that stands alone was not matched with what comes nearest: the sentence, and the rules that failed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mappings.standards import Standard
from mappings.written import number_key
from reconciliation.headings import field_label
from reconciliation.loose import ITEMS, WITNESSES, Matching
from reconciliation.matching import NUMBER_KEY, Rule
from reconciliation.nearest import KEYS
from reconciliation.sentences import fill
from words.languages import N_
from words.languages import gettext as _

NEAREST = {
    "source": N_("Nearest in the source: {document_number} {name} ({origin}): {apart}"),
    "ledger": N_("Nearest in the ledger: {document_number} {name} ({origin}): {apart}"),
    "feed": N_("Nearest on the feed: {document_number} {name} ({origin}): {apart}"),
}
_OPENING = "〔第"


def why_not(near: pl.DataFrame, alone: pl.Series, standard: Standard) -> pl.Series:
    """Return per group why it stands alone: one line per near row, empty where it does not stand alone.

    Args:
        near: as ``reconciliation.nearest`` tells it.
        alone: of each group, whether its verdict says that a side is missing.
        standard: gives the labels of the fields.
    """
    nothing = pl.select(
        pl.when(alone).then(pl.lit(_("Nothing that is left elsewhere is like it."))).otherwise(pl.lit(""))
    )
    texts = nothing.to_series()
    rows = near.filter("alone")
    if rows.is_empty():
        return texts
    told = rows.with_columns(apart=_apart(rows, standard))
    lines = told.select("group", line=pl.coalesce(_line(side, text) for side, text in NEAREST.items()))
    joined = lines.group_by("group", maintain_order=True).agg(pl.col("line").str.join("\n"))
    return texts.scatter(joined["group"] - 1, joined["line"])


def _line(side: str, text: str) -> pl.Expr:
    return pl.when(pl.col("side") == side).then(fill(_(text)))


def _apart(rows: pl.DataFrame, standard: Standard) -> pl.Series:
    """Return what keeps each near row from being a match."""
    told = [_differing(rows, name, standard) for name in KEYS if name in standard.by_name]
    told += [_unstated(name, standard) for name in ("document_number", "name")]
    both = pl.concat_str(told, separator=_("; "), ignore_nulls=True)
    doubtful = pl.lit(_("it is one of several that cannot be told apart"))
    unsure = pl.lit(_("nothing contradicts, but what agrees is not enough, or fits several"))
    return rows.select(
        pl.when(both != "").then(both).when("doubtful").then(doubtful).otherwise(unsure).alias("apart")
    ).to_series()


def _differing(rows: pl.DataFrame, name: str, standard: Standard) -> pl.Expr:
    here, there = pl.col(f"{name}_here"), pl.col(name)
    differs = (here != "") & (there != "") & (here != there)
    if name == "document_number":
        differs &= number_key(here).ne_missing(number_key(there))
    text = _("{field} differs: {here} / {there}").replace("{field}", field_label(standard, name))
    if name == "document_number":
        pairs = [ends(*pair) for pair in rows.select(here, there).iter_rows()]
        here, there = (pl.lit(pl.Series([pair[at] for pair in pairs], dtype=pl.String)) for at in (0, 1))
    return pl.when(differs).then(fill(text, here=here, there=there))


def _unstated(name: str, standard: Standard) -> pl.Expr:
    here, there = pl.col(f"{name}_here"), pl.col(name)
    label = field_label(standard, name)
    return (
        pl.when((here != "") & (there == ""))
        .then(pl.lit(_("{field} is not stated there").format(field=label)))
        .when((here == "") & (there != ""))
        .then(pl.lit(_("{field} is not stated here").format(field=label)))
    )


def ends(here: str, there: str) -> tuple[str, str]:
    """Return two document numbers from where they part on; a run of digits and its bracket stay whole."""
    shared = next((at for at, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), 0)
    while shared and (here[shared - 1].isdigit() or here[shared - 1] in _OPENING):
        shared -= 1
    return here[shared:], there[shared:]


def tried(near: pl.DataFrame, rules: Sequence[Rule], matching: Matching) -> pl.DataFrame:
    """Return for the nearest row of each group every rule of the cascade, and the first field that failed it.

    Returns:
        ``TRIED_COLUMNS`` in the order of the cascade; the field is empty where the rule fits, not surely enough.
    """
    two_sided = [rule for rule in rules if not rule.one_sided]
    first = near.unique("group", keep="first", maintain_order=True)
    keyed = first.with_columns(
        number_key(pl.col("document_number")).fill_null("").alias(NUMBER_KEY),
        number_key(pl.col("document_number_here")).fill_null("").alias(f"{NUMBER_KEY}_here"),
        place=pl.int_range(pl.len()),
    )
    failed = keyed.select("place", **{rule.name: _failed(rule, matching) for rule in two_sided})
    told = failed.unpivot(index="place", variable_name="rule", value_name="field").sort("place", maintain_order=True)
    told = told.hstack(first[told["place"]])
    return told.select("group", "side", "origin", "rule", "field", here=_shown("_here"), there=_shown(""))


def _shown(suffix: str) -> pl.Expr:
    return pl.coalesce(*(pl.when(pl.col("field") == key).then(f"{key}{suffix}") for key in (*KEYS, *ITEMS)), pl.lit(""))


def _failed(rule: Rule, matching: Matching) -> pl.Expr:
    """Return the first field that failed a rule, or empty text."""
    failed = {key: _fails(key) for key in rule.keys}
    if rule.loose:
        failed["decision_date"] = ~_days_apart().le(matching.window).fill_null(False)
        failed |= _no_item() | {key: _contradicts(key) for key in WITNESSES if key in KEYS}
    named = {key: "document_number" if key == NUMBER_KEY else key for key in failed}
    return pl.coalesce(*(pl.when(fails).then(pl.lit(named[key])) for key, fails in failed.items()), pl.lit(""))


def _fails(key: str) -> pl.Expr:
    here, there = pl.col(f"{key}_here"), pl.col(key)
    return (here == "") | (here != there)


def _contradicts(key: str) -> pl.Expr:
    here, there = pl.col(f"{key}_here"), pl.col(key)
    return (here != "") & (there != "") & (here != there)


def _days_apart() -> pl.Expr:
    here, there = (
        pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name in ("decision_date_here", "decision_date")
    )
    return (here - there).dt.total_days().abs()


def _no_item() -> dict[str, pl.Expr]:
    """Where no item agrees, the one to show is one that both sides state."""
    agrees = pl.any_horizontal(~_fails(item) for item in ITEMS)
    stated = {item: (pl.col(item) != "") & (pl.col(f"{item}_here") != "") for item in ITEMS}
    shown = {item: ~agrees & both for item, both in stated.items()}
    return shown | {"content": ~agrees & (stated["content"] | ~pl.any_horizontal(list(stated.values())))}
