"""A run's report as one page for a browser: the workbook's lists and words, nothing from outside, no script needed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from reconciliation import headings
from reconciliation.bars import Chart
from reconciliation.notes import Meanings
from reconciliation.report import RunReport
from reconciliation.summary import Equation, conservation_heading, dry_run_sentence, equations, facts
from reconciliation.tables import Column, Table, stated
from reconciliation.texts import Pieces
from words.languages import current
from words.languages import gettext as _

#: Rows of a list that a page shows.
ROWS = 2_000
#: Columns beyond which a list does not fit on paper.
FITTING = 16
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of the first page under a heading, with a chart above it if there is one."""

    heading: str
    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: each cell with its look."""

    cells: Sequence[tuple[str, str]]
    banded: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of the workbook as a page shows it; ``rest`` says where the rows are that it leaves out."""

    table: Table
    rest: str

    @property
    def name(self) -> str:
        """Its heading."""
        return self.table.name

    @property
    def height(self) -> int:
        """How many rows the list has."""
        return self.table.height

    @property
    def wide(self) -> bool:
        """Whether it is too wide for paper."""
        return len(self.columns) > FITTING

    @property
    def columns(self) -> list[Column]:
        """The columns in which something stands, without those that only a workbook needs."""
        return [
            each for each in self.table.columns if not (each.hidden or each.entry) and (stated(each.values) != "").any()
        ]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows that are shown."""
        cells = [_cells(each.slice(0, ROWS)) for each in self.columns]
        bands = [False] * self.height if self.table.band is None else self.table.band.to_list()
        return (Row(row, banded) for row, banded in zip(zip(*cells, strict=True), bands, strict=False))


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that stands on a page."""

    report: RunReport
    blocks: Sequence[Block]
    tables: Sequence[Table]
    meanings: Sequence[Meanings]
    language: str = field(default_factory=current)

    @property
    def title(self) -> str:
        """The title of the run."""
        return self.report.title

    @property
    def run_id(self) -> str:
        """The run."""
        return self.report.run_id

    @property
    def warning(self) -> str:
        """What has to be seen first, if anything."""
        return dry_run_sentence(self.report) if self.report.dry_run else ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Which run this is."""
        return facts(self.report)

    @property
    def conservation(self) -> str:
        """What the equations say together."""
        return conservation_heading()

    @property
    def equations(self) -> list[Equation]:
        """Whether it adds up."""
        return equations(self.report.counts)

    @property
    def lists(self) -> list[Listed]:
        """The lists of the workbook."""
        return [Listed(table, _rest(table, self.report)) for table in self.tables]

    @property
    def notes(self) -> list[Meanings]:
        """What an auditor needs to repeat the run, and what the words mean."""
        told = [(_(label), value) for label, value in self.report.notes.items()]
        return [(_("How to repeat this run"), told), *self.meanings]

    @property
    def say(self) -> dict[str, str | tuple[str, ...]]:
        """The words of the page itself."""
        return {
            "contents": _("What this page holds"),
            "notes": _(headings.NOTES),
            "filter": _("Show only the rows with …"),
            "paper": _("This list is too wide for paper; the workbook prints it."),
            "signed": _("Signed by"),
            "signatures": (_("Prepared by"), _("Checked by"), _("Audited by, date")),
        }


def _rest(table: Table, report: RunReport) -> str:
    if table.height <= ROWS:
        return ""
    told = _("The first {shown} of {count} rows; the workbook of the run {run} holds all of them.")
    return told.format(shown=f"{ROWS:,}", count=f"{table.height:,}", run=report.run_id)


def _cells(column: Column) -> list[tuple[str, str]]:
    if column.pieces is not None:
        return [(_marked(pieces), column.style) for pieces in column.pieces]
    if column.links:
        return [(_linked(path), "") for path in stated(column.values)]
    if column.style == "integer":
        return [("" if value is None else f"{value:,}", "number") for value in column.values]
    look = "number" if column.style in {"percent", "group"} else ""
    return [(text, look) for text in stated(column.printed)]


def _marked(pieces: Pieces) -> Markup:
    spans = [Markup('<span class="{}">{}</span>').format(look, text) if look else escape(text) for text, look in pieces]
    return Markup("").join(spans)


def _linked(path: str) -> Markup:
    """Return a link to a file; encoded and relative, no path can name a scheme or a host."""
    address = quote(path.replace("\\", "/")).lstrip("/")
    return Markup('<a href="{}">{}</a>').format(address, path.rpartition("/")[2])


def rendered(page: Page) -> str:
    """Return the page; the same report gives the same text."""
    css, script = _part("report.css"), _part("report.js")
    own = f"style-src {_hashed(css)}; script-src {_hashed(script)}"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    told = {"page": page, "css": Markup(css), "script": Markup(script), "policy": policy}  # noqa: S704 - our own files
    return _environment().get_template("report.html").render(told)


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@cache
def _part(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
