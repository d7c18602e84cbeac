"""How one value comes to be written in several ways: what normalisation takes away, and variants of document numbers.

Everything here is a column expression. A variant joins numbers that normalisation keeps apart; that both mean one
document can only be said together with a second witness.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mappings.standards.fields import Kind
from words.languages import N_

_BOTH = (Kind.NAME, Kind.DOCUMENT_NUMBER)
_INVISIBLE = r"[\x00-\x08\x0E-\x1B\x7F\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{FEFF}]"
_YEAR_BRACKETS = r"[(\[【〖﹝{<《〈（［｛＜]\s*[0-9０-９]{4}\s*[)\]】〗﹞}>》〉）］｝＞]"
#: What normalisation takes away: its name, the characters that give it away, the kinds it is taken from.
ALTERED: tuple[tuple[str, str, tuple[Kind, ...]], ...] = (
    (N_("full width"), r"[\x{FF01}-\x{FF5E}\x{3000}]", _BOTH),
    (N_("blanks"), r"\s", _BOTH),
    (N_("invisible characters"), _INVISIBLE, _BOTH),
    (N_("small letters"), "[a-zａ-ｚ]", (Kind.DOCUMENT_NUMBER,)),
    (N_("brackets"), _YEAR_BRACKETS, (Kind.DOCUMENT_NUMBER,)),
    (N_("dots"), "[•・‧∙⋅●]", (Kind.NAME,)),
)
TRANSFORMED = N_("the mapping's own steps")

#: What offices write one way or the other in a document number: its name, and what becomes of it. ``|`` is a border.
VARIANTS: tuple[tuple[str, str, str], ...] = (
    (N_("brackets"), r"[〔〕〖〗【】\[\]{}()<>《》〈〉﹝﹞「」『』]", "|"),
    (N_("dashes"), "[-‐‑‒–—―−─_~]", "|"),
    (N_("“年” behind the year"), "((?:19|20)[0-9]{2})年", "${1}|"),
    (N_("“第” and “号”"), "第([0-9])", "|${1}"),
    (N_("“第” and “号”"), "([0-9])号", "${1}|"),
    (N_("nothing around the year"), r"^([^0-9|]+)((?:19|20)[0-9]{2})([0-9]{1,5})\|?$", "${1}|${2}|${3}"),
    (N_("leading zeros"), "(^|[^0-9])0+([0-9])", "${1}${2}"),
)
VARIANT_NAMES = tuple(dict.fromkeys(name for name, _pattern, _new in VARIANTS))


def number_key(number: pl.Expr, without: str = "") -> pl.Expr:
    """Return what is left of canonical document numbers when all that offices vary is gone; null without a digit.

    Runs of digits stay apart, so that ``2024-1-12`` and ``2024-11-2`` are two numbers.

    Args:
        number: canonical document numbers.
        without: the name of a variant that is kept as it is written.
    """
    text = number
    for name, pattern, new in VARIANTS:
        if name != without:
            text = text.str.replace_all(pattern, new)
    text = text.str.replace_all("([0-9]+)", "|${1}|").str.replace_all(r"\|+", "|").str.strip_chars("|")
    return pl.when(number.str.contains("[0-9]")).then(text)


def variants(here: pl.Expr, there: pl.Expr) -> dict[str, pl.Expr]:
    """Return per variant whether two numbers of one key would not meet without it."""
    return {name: number_key(here, name).ne_missing(number_key(there, name)) for name in VARIANT_NAMES}


def altered(kind: Kind, raw: pl.Expr) -> dict[str, pl.Expr]:
    """Return per step of normalisation whether it took something away from texts that normalisation changed."""
    return {name: raw.str.contains(pattern) for name, pattern, kinds in _told(kind)}


def _told(kind: Kind) -> Iterable[tuple[str, str, tuple[Kind, ...]]]:
    return (each for each in ALTERED if kind in each[2])
