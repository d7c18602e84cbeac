"""The audit workbook of one run; the same report gives the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from mappings.standards import Standard
from reconciliation import headings
from reconciliation.cover import write_cover
from reconciliation.headings import rate_name, title
from reconciliation.naming import NamedBook
from reconciliation.notes import Meanings, write_notes
from reconciliation.painter import Book, write_table
from reconciliation.report import Report, RunReport
from reconciliation.sheets import tables
from reconciliation.styles import Styles, font
from reconciliation.summary import RATES, chain_head
from words.errors import Place, UsageError
from words.languages import current
from words.languages import gettext as _


def write_workbook(report: Report, path: Path, standard: Standard) -> Path:
    """Write what an auditor opens and prints, and return where it lies.

    Raises:
        UsageError: the file cannot be written, most often because it is open in a spreadsheet program.
    """
    book = open_book(report, path, standard)
    lists = list(tables(report, standard))
    write_cover(book, report, lists)
    for table in lists:
        write_table(book, table)
    write_notes(book, meanings())
    return close_book(book, path)


def open_book(report: RunReport, path: Path, standard: Standard) -> Book:
    """Begin a workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook = NamedBook(str(path), {"default_format_properties": {"font_name": font(), "font_size": 10}})
    book = Book(workbook, Styles(workbook), report, standard)
    _properties(book)
    return book


def meanings() -> list[Meanings]:
    """Return what the verdicts mean and how the rates are computed."""
    verdicts = [(title(verdict), _(text)) for verdict, text in headings.MEANINGS.items()]
    rates = [(rate_name(name), _(headings.FORMULAS[name])) for name in RATES]
    effects = [(_(headings.DISPOSITIONS[code]), _(text)) for code, text in headings.EFFECTS.items()]
    return [
        (_("What the verdicts mean"), verdicts),
        (_("What the dispositions bring about"), effects),
        (_("How the rates are computed"), rates),
    ]


def _properties(book: Book) -> None:
    created = datetime.fromisoformat(book.report.as_of).replace(tzinfo=UTC)
    report = book.report
    said = {"title": report.title, "subject": report.run_id, "author": "Yinxin 印信", "created": created}
    said |= {"category": _("Audit workbook"), "keywords": report.bot, "status": _status(report)}
    book.workbook.set_properties(said | {"comments": f"{_(headings.CHAIN_HEAD)}: {chain_head(report) or '–'}"})
    # An import reads these to know which run, and in which language, a filled-in workbook speaks.
    book.workbook.set_custom_property("yinxin_run", book.report.run_id)
    book.workbook.set_custom_property("yinxin_language", current())


def _status(report: RunReport) -> str:
    if report.dry_run:
        return _("Dry run")
    return _("Balanced") if report.counts.balanced else _("Not balanced")


def close_book(book: Book, path: Path) -> Path:
    """Write the file, and return where it lies.

    Raises:
        UsageError: the file cannot be written, most often because it is open in a spreadsheet program.
    """
    try:
        book.workbook.close()
    except FileCreateError as error:
        raise UsageError(
            "workbook-not-written",
            _("The workbook cannot be written: {reason}").format(reason=error),
            todo=_("Close it in the spreadsheet program, or name another file."),
            place=Place(file=str(path)),
        ) from None
    return path
