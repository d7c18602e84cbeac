"""What had to be made equal before a group came together: the text as it was written, and what was taken away."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mappings.standards import Standard
from mappings.written import TRANSFORMED, altered, variants
from reconciliation.grouping import Groups
from reconciliation.headings import field_label, word
from reconciliation.linking import SIDES, Sides
from reconciliation.matching import NUMBER_KEY, RAW, Rule
from reconciliation.sentences import fill
from words.languages import gettext as _


def normalised(sides: Sides, groups: Groups, standard: Standard, rules: tuple[Rule, ...]) -> pl.Series:
    """Return per group that a rule brought together what normalisation or a variant made equal, or empty text."""
    matched = groups.table.filter(~pl.col("ambiguous"), pl.col("rule") != "")
    told = [*_by_normalisation(sides, matched, standard), *_by_variant(sides, groups, standard, rules)]
    empty = pl.repeat("", groups.table.height, dtype=pl.String, eager=True)
    if not told:
        return empty
    lines = pl.concat(told).unique(maintain_order=True).group_by("group", maintain_order=True).agg("text")
    return empty.scatter(lines["group"] - 1, lines.select(pl.col("text").list.join(_("; "))).to_series())


def _by_normalisation(sides: Sides, matched: pl.DataFrame, standard: Standard) -> Iterator[pl.DataFrame]:
    for side in SIDES:
        for raw, key in RAW.items():
            shown = sides[side][raw]
            if key in standard.by_name and shown.null_count() < shown.len():
                rows = matched.select("group", raw=shown.gather(matched[f"{side}_row"])).drop_nulls("raw")
                words = _words(altered(standard.by_name[key].kind, pl.col("raw")), TRANSFORMED)
                label, where = field_label(standard, key), word(side)
                text = _("{field} “{raw}” in the {side} ({how})").replace("{field}", label).replace("{side}", where)
                yield rows.select("group", text=fill(text, raw=pl.col("raw"), how=words))


def _words(told: dict[str, pl.Expr], otherwise: str = "") -> pl.Expr:
    """Return the names of what is true, one after the other."""
    named = [pl.when(true).then(pl.lit(_(name))) for name, true in told.items()]
    both = pl.concat_str(named, separator=_(", "), ignore_nulls=True)
    return pl.when(both == "").then(pl.lit(_(otherwise) if otherwise else "")).otherwise(both)


def _by_variant(sides: Sides, groups: Groups, standard: Standard, rules: tuple[Rule, ...]) -> Iterator[pl.DataFrame]:
    by_number = [rule.name for rule in rules if NUMBER_KEY in rule.keys and not rule.one_sided]
    for link in groups.links:
        pairs = link.matches.pairs.filter(pl.col("rule").is_in(by_number))
        if pairs.height:
            pairs = groups.certain(link, pairs)
            rows = pl.DataFrame(
                {
                    "group": pairs["group"],
                    "here": sides[link.left]["document_number"].gather(pairs["left"]),
                    "there": sides[link.right]["document_number"].gather(pairs["right"]),
                }
            )
            words = _words(variants(pl.col("here"), pl.col("there")))
            label, where = field_label(standard, "document_number"), word(link.right)
            text = _("{field} “{there}” in the {side}, “{here}” here ({how})")
            text = text.replace("{field}", label).replace("{side}", where)
            yield rows.select("group", text=fill(text, here=pl.col("here"), there=pl.col("there"), how=words))
