"""The look of the workbook: every colour, font and cell format, each named once."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format

from reconciliation.naming import NamedBook
from words.languages import current

INK, MUTED, PAPER = "#1F2933", "#66727F", "#FFFFFF"
NAVY, PALE, BAND, LINE = "#24405F", "#E8EDF3", "#F4F6F9", "#C9D1DA"
GOOD, BAD, AMBER = "#2F6B4F", "#B3261E", "#B7791F"
MARKED, ENTRY = "#FBE9C6", "#FFFDF0"

#: Tabs in three calm tones: what to read first, what waits for a person, what is there to look things up.
TAB_READ, TAB_ATTEND, TAB_LOOK_UP = NAVY, AMBER, LINE

_CELL = {"border": 1, "border_color": LINE, "valign": "top", "text_wrap": True, "font_color": INK}
# A cell that is opened and left again would become the formula or the number that its text looks like.
_TEXT = {**_CELL, "quote_prefix": True}
_NUMBER = {**_CELL, "text_wrap": False, "align": "right"}
_PLAIN = {"valign": "vcenter", "font_color": INK}
_MIDDLE = {"valign": "vcenter"}
_ROW = {**_PLAIN, "bottom": 1, "bottom_color": LINE}
_FIGURE = {**_PLAIN, "align": "center", "font_size": 14, "bold": True, "num_format": "#,##0", "top": 1}
_CAPTION = {"font_color": MUTED, "font_size": 9, "align": "center", "valign": "top", "bg_color": BAND} | {
    "bottom": 1,
    "bottom_color": LINE,
}

STYLES: dict[str, dict[str, Any]] = {
    "heading": {**_CELL, "bg_color": NAVY, "font_color": PAPER, "bold": True, "valign": "vcenter"},
    "number_heading": {**_CELL, "bg_color": NAVY, "font_color": PAPER, "bold": True, "align": "right"} | _MIDDLE,
    "entry_heading": {**_CELL, "bg_color": AMBER, "font_color": PAPER, "bold": True, "valign": "vcenter"},
    "text": _TEXT,
    "marked": {**_TEXT, "bg_color": MARKED},
    "entry": {**_CELL, "bg_color": ENTRY, "locked": False, "num_format": "@"},
    "link": {**_TEXT, "font_color": NAVY, "underline": 1},
    "bar": {**_CELL, "text_wrap": False},
    "group": {**_NUMBER, "align": "center"},
    "integer": {**_NUMBER, "num_format": "#,##0"},
    "percent": {**_NUMBER, "num_format": "0.00%"},
    "title": {**_PLAIN, "font_size": 18, "bold": True, "font_color": NAVY},
    "warning": {"bold": True, "font_color": PAPER, "bg_color": AMBER, "valign": "vcenter", "indent": 1},
    "section": {**_PLAIN, "font_size": 12, "bold": True, "font_color": NAVY, "bottom": 2, "bottom_color": NAVY},
    "label": {**_PLAIN, "font_color": MUTED},
    "value": _PLAIN,
    "code": {**_PLAIN, "font_name": "Consolas", "font_size": 9},
    "row": _ROW,
    "row_link": {**_ROW, "font_color": NAVY, "underline": 1},
    "row_count": {**_ROW, "align": "right", "num_format": "#,##0"},
    "row_right": {**_ROW, "align": "right"},
    "row_percent": {**_ROW, "align": "right", "num_format": "0.00%"},
    "row_strong": {**_ROW, "align": "right", "num_format": "0.00%", "bold": True},
    "column": {**_ROW, "font_color": MUTED, "font_size": 9, "align": "right"},
    "column_first": {**_ROW, "font_color": MUTED, "font_size": 9},
    "figure": {**_FIGURE, "top_color": LINE, "bg_color": BAND},
    "caption": _CAPTION,
    "caption_link": {**_CAPTION, "font_color": NAVY, "underline": 1},
    "operator": {"font_color": MUTED, "font_size": 14, "align": "center", "valign": "vcenter"},
    "holds": {"font_color": GOOD, "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"},
    "broken": {"font_color": BAD, "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"},
    "signature": {**_PLAIN, "bottom": 1, "bottom_color": INK, "locked": False, "num_format": "@"},
    "note_label": {**_CELL, "bg_color": BAND, "font_color": MUTED},
}


def font() -> str:
    """Return the font of the reader's language; both ship with Office and WPS."""
    return "等线" if current() == "zh" else "Calibri"


class Styles:
    """The cell formats of one workbook, made when they are first asked for, each under its name."""

    def __init__(self, workbook: NamedBook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, bool], Format] = {}

    def get(self, name: str, *, banded: bool = False) -> Format:
        """Return the format of that name, on a banded row in the band's colour unless it has its own."""
        if (name, banded) not in self._made:
            base = {"font_name": font(), "font_size": 10}
            band = {"bg_color": PALE} if banded else {}
            made = self._workbook.add_format(base | band | STYLES[name])
            self._made[name, banded] = made
            self._workbook.named[f"Yinxin {name.replace('_', ' ')}{' banded' if banded else ''}"] = made
        return self._made[name, banded]
