"""The quarantine of a run as a file: each finding beside the raw row as it was collected, all of it as text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from bots.replaying import Stored, findings_of, placed, standard_of, stored
from bots.workspace import Workspace
from bots.writing import refuse_existing
from journal import Journal, RunRow
from mappings.apply import ORIGIN, OWN_COLUMNS
from mappings.headers import find_columns
from mappings.hints import hints_of
from mappings.mapping import FieldRule
from mappings.standards import Standard
from reconciliation.headings import field_label
from reconciliation.naming import NamedBook
from reconciliation.shown import Shown
from reconciliation.styles import Styles, font
from reconciliation.texts import masked, personal_fields, plain
from words.errors import Place, UsageError
from words.languages import gettext as _

_TOLD = ("origin", "document_number", "field", "value", "rule", "sentence", "hint", "mapping")
_RULE_CODE = "rule_code"
_SUFFIXES = (".xlsx", ".csv")
#: What a spreadsheet program would compute, or turn into a number or a day, if it read the text by itself.
_COMPUTED = re.compile(r"[=+\-@\t\r].*|[\s.,:/%eE年月日-]*\d[\d\s.,:/%eE年月日-]*", re.DOTALL)
_WIDTHS = {"origin": 40, "document_number": 26, "field": 20, "value": 26, "sentence": 44, "hint": 44}
_NARROW = 18


def refuse_to_overwrite(file: Path, *, force: bool) -> None:
    """Refuse a file of another kind, and one that is there already.

    Raises:
        UsageError: the ending is neither .xlsx nor .csv, or the file exists and ``force`` is not given.
    """
    if file.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "unknown-file-kind",
            _("A file of the kind “{suffix}” cannot be written.").format(suffix=file.suffix),
            todo=_("Let its name end with .xlsx or .csv."),
            place=Place(file=str(file)),
        )
    refuse_existing(file, force=force)


def export_quarantine(workspace: Workspace, journal: Journal, run: RunRow, file: Path) -> int:
    """Write the quarantine of a run, and return how many findings it has.

    A workbook gets one sheet a system, a CSV file all headings side by side. Personal numbers are masked.

    Raises:
        UsageError: the file cannot be written.
        YinxinError: a connector or a mapping cannot be read.
    """
    findings = placed(findings_of(journal, run))
    sheets = _sheets(findings, list(stored(workspace, journal, run)), standard_of(workspace, run.bot))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        (_write_csv if file.suffix.lower() == ".csv" else _write_workbook)(file, sheets)
    except (OSError, FileCreateError) as error:
        raise UsageError(
            "file-not-written",
            _("This file cannot be written: {reason}").format(reason=error),
            todo=_("Close it in the spreadsheet program, or name another file."),
            place=Place(file=str(file)),
        ) from None
    return findings.height


def _sheets(findings: pl.DataFrame, parts: list[Stored], standard: Standard) -> dict[str, pl.DataFrame]:
    """Return per system its findings beside the raw rows; what has no raw row any more comes last."""
    hints = pl.Series(hints_of(findings["rule"], findings["value"]), dtype=pl.String)
    shown = Shown(standard).hide(findings, "value").with_columns(hint=hints).select(*_TOLD, "place")
    sheets: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        raw = placed(_hidden(part).rename({ORIGIN: "origin"})).drop("origin")
        joined = shown.join(raw, on="place", how="inner", maintain_order="left")
        shown = shown.join(raw, on="place", how="anti", maintain_order="left")
        sheets.setdefault(part.title, []).append(joined)
    sheets.setdefault(_("No longer there"), []).append(shown)
    whole = {name: pl.concat(frames, how="diagonal") for name, frames in sheets.items()}
    return {name: _labelled(frame, standard) for name, frame in whole.items() if frame.height}


def _hidden(part: Stored) -> pl.DataFrame:
    """Return the raw rows with the personal numbers masked, under whatever heading they stand."""
    headers = [name for name in part.rows.columns if name not in OWN_COLUMNS]
    words = [
        word for name in personal_fields(part.mapping.standard) for word in _headings(part.mapping.fields.get(name))
    ]
    personal = [name for word in words for name in find_columns(headers, (word,))]
    frame = part.rows.select(ORIGIN, *headers).with_columns(plain(pl.col(name)).alias(name) for name in headers)
    return frame.with_columns(masked(pl.col(name)).alias(name) for name in dict.fromkeys(personal))


def _headings(rule: FieldRule | None) -> tuple[str, ...]:
    return () if rule is None else (*rule.headers, *_headings(rule.otherwise))


def _labelled(frame: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """Return the findings under headings of the reader's language, the raw row under its own behind them."""
    labels = {name: field_label(standard, name) for name in standard.names}
    frame = frame.with_columns(pl.col("field").replace(labels))
    raw = [name for name in frame.columns if name not in {*_TOLD, "place"}]
    own = {name: field_label(standard, _RULE_CODE if name == "rule" else name) for name in _TOLD}
    taken = set(own.values())
    renamed = {name: _("{heading} (raw)").format(heading=name) if name in taken else name for name in raw}
    return frame.select(*_TOLD, *raw).rename(own | renamed).fill_null("")


def _write_workbook(file: Path, sheets: dict[str, pl.DataFrame]) -> None:
    with NamedBook(str(file), {"default_format_properties": {"font_name": font(), "font_size": 10}}) as book:
        styles = Styles(book)
        for name, frame in sheets.items():
            _write_sheet(book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31]), frame, styles)


def _write_sheet(sheet: Worksheet, frame: pl.DataFrame, styles: Styles) -> None:
    told = [_WIDTHS.get(name, _NARROW) for name in _TOLD]
    for column, heading in enumerate(frame.columns):
        ours = column < len(told)
        sheet.set_column(column, column, told[column] if ours else _NARROW)
        sheet.write_string(0, column, heading, styles.get("heading" if ours else "entry_heading"))
    for number, row in enumerate(frame.iter_rows(), 1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text, styles.get("text"))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, frame.height, frame.width - 1)


def _write_csv(file: Path, sheets: dict[str, pl.DataFrame]) -> None:
    """Write for spreadsheet programs: with a byte order mark, and an apostrophe before what they would compute."""
    frame = pl.concat(sheets.values(), how="diagonal").fill_null("") if sheets else pl.DataFrame()
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(map(as_text, frame.columns))
        writer.writerows(map(as_text, row) for row in frame.iter_rows())


def as_text(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula, a number or a day."""
    return f"'{cell}" if _COMPUTED.fullmatch(cell) else cell
