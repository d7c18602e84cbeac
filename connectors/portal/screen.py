"""What an integrator declares of a list that is read from the screen: its pager, the form above it, its own export."""

from __future__ import annotations

from typing import Literal

from connectors.patterns import Filled, Pattern
from words.declared import Declared


class Paging(Declared):
    """How a person gets to the rows that are not there yet.

    Attributes:
        by: ``pager``: the next button, or else the next number (html: the address of the next link); ``more``: a button
            that adds rows; ``scroll``: rows come, or are exchanged, while one scrolls; ``none``: all are there at once.
        words: on that button; without them it is found by what such buttons usually say and are.
        largest: whether the largest page size is chosen where the page lets one choose.
    """

    by: Literal["pager", "more", "scroll", "none"] = "pager"
    words: str = ""
    largest: bool = True


class Filter(Declared):
    """The form above a list, filled before the list is read.

    Attributes:
        range: words at the inputs between which the window goes.
        fields: words at an input → what goes there.
        date: how a day is typed (strftime).
        button: the words on the button that queries.
    """

    range: str = ""
    fields: dict[str, Filled] = {}
    date: str = "%Y-%m-%d"
    button: str = "查询"


class Boxes(Declared):
    """CSS selectors of a list that is drawn without any table: its headings, its rows, and the cells of a row."""

    headings: str
    rows: str
    cells: str


class Export(Declared):
    """The button that gives the list as a file.

    Attributes:
        button: its words.
        confirm: the words on the button of the question that follows.
    """

    button: str
    confirm: str = ""


class Dom(Declared):
    """How the list is read from the screen where another reader is declared; what is left out is as in the list."""

    headers: tuple[str, ...] = ()
    key: str = ""
    key_pattern: Pattern | None = None
    total: str = ""
    paging: Paging = Paging()
    filter: Filter | None = None
    boxes: Boxes | None = None
