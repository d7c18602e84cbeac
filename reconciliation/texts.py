"""Text as a cell may hold it: nothing that XML refuses, nothing too long, no personal number in full."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

import polars as pl

from mappings.standards import Kind, Standard
from reconciliation.styles import BAD, LINE, NAVY, font
from words.languages import gettext as _

#: Texts that make one together, each with the name of its look; a plain one has none.
Pieces = tuple[tuple[str, str], ...]
DIFFERS, WITHIN, BEYOND, LEFT = "differs", "within", "beyond", "left"
LOOKS = {DIFFERS: ("<u/>", BAD), WITHIN: ("", NAVY), BEYOND: ("", BAD), LEFT: ("", LINE)}

LONGEST = 32_767
SHOWN = 6
_REFUSED = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
# Office reads “_x0041_” in a cell as the letter A, so the underscore itself has to be written that way.
_LOOKS_ESCAPED, _UNDERSCORE = r"_(x[0-9A-Fa-f]{4}_)", "_x005F_"


def plain(value: pl.Expr) -> pl.Expr:
    """Return the text without control characters, cut with a visible mark where a cell cannot hold it."""
    text = value.cast(pl.String).fill_null("").str.replace_all(_REFUSED, "").str.replace_all("\r\n?", "\n")
    mark = _("… [cut; the record holds the rest]")
    cut = pl.concat_str(text.str.slice(0, LONGEST - len(mark)), pl.lit(mark))
    return pl.when(text.str.len_chars() > LONGEST).then(cut).otherwise(text)


def personal_fields(standard: Standard) -> frozenset[str]:
    """Return the fields that are masked: personal numbers, not the names, which the law discloses."""
    return frozenset(field.name for field in standard.fields if field.personal and field.kind is not Kind.NAME)


def masked(text: pl.Expr) -> pl.Expr:
    """Return the first characters of a text and a star for each of the others."""
    return pl.concat_str(text.str.slice(0, SHOWN), text.str.slice(SHOWN).str.replace_all("(?s).", "*"))


def markup(text: pl.Expr) -> pl.Expr:
    """Return a plain text as the inside of a cell, nothing where it is empty."""
    safe = text.str.replace_all(_LOOKS_ESCAPED, _UNDERSCORE + "${1}")
    safe = safe.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    return pl.when(text != "").then(pl.concat_str(pl.lit('<t xml:space="preserve">'), safe, pl.lit("</t>")))


def widest(text: pl.Expr) -> pl.Expr:
    """Return the widest text in half-width columns; a Chinese character has three bytes and takes two of them."""
    return ((text.str.len_bytes() + text.str.len_chars()) / 2).max().fill_null(0)


def line_count(text: pl.Expr, width: float) -> pl.Expr:
    """Return how many lines a text takes in a column; a line ends before the character that would not fit."""
    needed = (text.str.len_bytes() + text.str.len_chars()) / 2 / (width - 1.5)
    return needed.ceil().cast(pl.Int64) + text.str.count_matches("\n", literal=True)


def text_width(text: str) -> int:
    """Return how many half-width columns a text takes."""
    return (len(text.encode()) + len(text)) // 2


def contrast(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Return two texts in pieces, in each the stretch in which they differ apart from what they share."""
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    return _pieces(left, head, tail), _pieces(right, head, tail)


def _shared(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(left), len(right)))


def _pieces(text: str, head: int, tail: int) -> Pieces:
    end = len(text) - tail
    parts = (text[:head], ""), (text[head:end], DIFFERS), (text[end:], "")
    return tuple((part, look) for part, look in parts if part)


def rich(pieces: Pieces) -> str:
    """Return a text in pieces as the inside of a cell, each piece with its look."""
    looks = [(_properties(look), _safe(text)) for text, look in pieces]
    return "".join(f'<r>{look}<t xml:space="preserve">{text}</t></r>' for look, text in looks)


def _properties(look: str) -> str:
    if not look:
        return ""
    line, colour = LOOKS[look]
    return f'<rPr>{line}<sz val="10"/><color rgb="FF{colour[1:]}"/><rFont val="{font()}"/></rPr>'


def _safe(text: str) -> str:
    return escape(re.sub(_LOOKS_ESCAPED, _UNDERSCORE + r"\1", text))
