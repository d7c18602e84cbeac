"""Writing the audit workbook and reading ledgers, as ratios to openpyxl and to bare XML, in one invocation.

    .venv/bin/python -m benchmarks.workbook [--differing 10000] [--rows 100000] [--sample 5000] [--rounds 3] [--json]

How to read it. Ratios are of CPU seconds, which stay within a fifth on a loaded machine while wall time does not; all
ways take turns within a round, and each ratio is the median of the rounds' own.

- *differing*: the whole workbook of a run in which every record differs, over openpyxl in write-only mode with the same
  cells and no style at all.
- *full list*: the list of all records alone, laid out as in the workbook; openpyxl in write-only mode writes the same
  cells of a sample of the rows, with the style of each cell, and is scaled.
- *ledger*: a ledger of as many rows of text through the connector's own reader, with all that it checks; openpyxl in
  read-only mode reads a ledger of the sample's size and is scaled. The floor inflates the same file and has expat go
  over its XML with no handlers.
- *opened*: whether LibreOffice opens the workbook of the sample's size and saves it again, where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from xml.parsers.expat import ParserCreate

import openpyxl
import polars as pl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from connectors.files import workbooks
from connectors.files.declared import Limits
from mappings.standards import LICENCE
from reconciliation.painter import write_table
from reconciliation.report import Report
from reconciliation.sheets import tables
from reconciliation.tables import Table
from reconciliation.workbook import close_book, open_book, write_workbook
from tests.reconciliation.builders import report
from words.languages import choose

DIFFERING, FULL_LIST, LEDGER, LEDGER_FLOOR = 1.3, 10.0, 8.0, 2.0
_PATTERN = 200  # records that the large reports repeat


def large(count: int, *, differing: bool) -> Report:
    """Return a report of so many records, each with its own numbers; where they differ, each in one field."""
    made = report(_PATTERN)
    made.records = _repeated(made.records, count)
    if not differing:
        return made
    number = pl.int_range(pl.len())
    verdicts = _repeated(made.verdicts, count).with_columns(verdict=pl.lit("differs"), group=number.cast(pl.Int64))
    made.verdicts = verdicts.with_columns(record_id=number.cast(pl.String).str.zfill(32))
    values = {"field": "uscc", "against": "ledger", "source_value": "91150100MA0N12340B", "origin": "台账"}
    rows = made.verdicts.select("group", "document_number", "name")
    told = rows.with_columns(pl.lit(value).alias(name) for name, value in values.items())
    other = pl.lit("91150100MA0N1234") + (pl.col("group") % 90 + 10).cast(pl.String)
    made.differences = told.with_columns(other_value=other).select(made.differences.columns)
    made.timeline = _repeated(made.timeline, count)
    return made


def _repeated(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    whole = pl.concat([frame] * (count // frame.height + 1)).head(count)
    number = (pl.int_range(pl.len()) + 10_000_000).cast(pl.String)
    return whole.with_columns(document_number=pl.lit("青审批许准字〔2026〕第") + number + pl.lit("号"))


def full_list(made: Report) -> Table:
    """Return the list of all records."""
    return next(table for table in tables(made, LICENCE) if table.name == "Full list")


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a piece of work takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def write_list(made: Report, table: Table, path: Path) -> None:
    """Write one list as the workbook has it."""
    book = open_book(made, path, LICENCE)
    write_table(book, table)
    close_book(book, path)


def bare(lists: Sequence[Table], path: Path) -> Callable[[], None]:
    """Return what writes the cells of these lists with openpyxl in write-only mode and no style."""
    told = [(table.name, [each.heading for each in table.columns], _rows(table)) for table in lists]

    def write() -> None:
        book = openpyxl.Workbook(write_only=True)
        for name, head, rows in told:
            sheet = book.create_sheet(name)
            for row in (head, *rows):
                sheet.append(row)
        book.save(path)

    return write


def styled(table: Table, path: Path) -> Callable[[], None]:
    """Return what writes the cells of a list with openpyxl in write-only mode, each with its style, and filtered."""
    head, rows = [each.heading for each in table.columns], _rows(table)
    line = Side(style="thin", color="C9D1DA")
    looks = {
        "font": Font(name="Calibri", size=10),
        "border": Border(line, line, line, line),
        "alignment": Alignment(vertical="top", wrap_text=True),
    }

    def cell(value: str | float | None, **more: PatternFill) -> Any:  # noqa: ANN401 - a cell has no type of its own
        made = WriteOnlyCell(sheet, value)
        for name, look in (looks | more).items():
            setattr(made, name, look)
        return made

    sheet: Any = None

    def write() -> None:
        nonlocal sheet
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes, sheet.auto_filter.ref = "C2", f"A1:AE{table.height + 1}"
        sheet.append([cell(each, fill=PatternFill("solid", "24405F")) for each in head])
        for row in rows:
            sheet.append([cell(each) for each in row])
        book.save(path)

    return write


def _rows(table: Table) -> list[tuple[Any, ...]]:
    return list(zip(*(each.values.to_list() for each in table.columns), strict=True))


def ledger(path: Path, rows: int) -> bytes:
    """Return a ledger as a department has it: 20 columns of text in the shared strings of a workbook."""
    made = _repeated(report(_PATTERN).records.select(LICENCE.names[:20]), rows)
    number = (pl.int_range(pl.len()) + 10_000_000).cast(pl.String)
    made = made.with_columns(certificate_number=pl.lit("JY2150102") + number)
    made.write_excel(path, autofit=False)
    return path.read_bytes()


def read(content: bytes) -> None:
    """Read a ledger as the connector does, with every check."""
    for sheet in workbooks.read(content, "ledger.xlsx", Limits()):
        assert sheet.cells.height


def read_plainly(path: Path) -> None:
    """Read a ledger with openpyxl in read-only mode."""
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        for _row in sheet.iter_rows(values_only=True):
            pass


def tokenised(content: bytes) -> None:
    """Inflate a ledger and have expat go over its XML."""
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(content)) as packed:
        for name in packed.namelist():
            parser = ParserCreate()
            parser.Parse(packed.read(name), True)


def opened(path: Path) -> bool | None:
    """Tell whether LibreOffice opens a workbook and saves it; None where it is not installed."""
    office = shutil.which("soffice")
    if office is None:
        return None
    with tempfile.TemporaryDirectory() as made:
        own = f"-env:UserInstallation={(Path(made) / 'profile').as_uri()}"
        command = [office, own, "--headless", "--convert-to", "xlsx", "--outdir", made, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        return done.returncode == 0 and (Path(made) / path.name).exists()


def rounds(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, float]]:
    """Yield the ratios of each round."""
    differing, whole = large(options.differing, differing=True), large(options.rows, differing=False)
    sampled = large(options.sample, differing=False)
    all_rows, some_rows = full_list(whole), full_list(sampled)
    big, small = ledger(folder / "big.xlsx", options.rows), folder / "small.xlsx"
    ledger(small, options.sample)
    scale = options.rows / options.sample
    plain, pretty = bare(list(tables(differing, LICENCE)), folder / "b.xlsx"), styled(some_rows, folder / "d.xlsx")
    naked = bare([some_rows], folder / "e.xlsx")
    write_list(sampled, some_rows, folder / "warm.xlsx")
    for _round in range(options.rounds):
        ours = cpu(lambda: write_workbook(differing, folder / "a.xlsx", LICENCE))
        bare_time = cpu(plain)
        listed = cpu(lambda: write_list(whole, all_rows, folder / "c.xlsx"))
        styled_time, naked_time = scale * cpu(pretty), scale * cpu(naked)
        reading, floor = cpu(lambda: read(big)), cpu(lambda: tokenised(big))
        plainly = scale * cpu(lambda: read_plainly(small))
        yield {
            "differing": ours / bare_time,
            "full_list": styled_time / listed,
            "full_list_unstyled": naked_time / listed,
            "ledger": plainly / reading,
            "ledger_floor": reading / floor,
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbook", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--differing", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    choose("en")
    with tempfile.TemporaryDirectory() as made:
        found = list(rounds(options, Path(made)))
        path = write_workbook(large(options.sample, differing=True), Path(made) / "run.xlsx", LICENCE)
        told: dict[str, Any] = {name: median(each[name] for each in found) for name in found[0]}
        told["opened"] = opened(path)
    goals = {
        f"differing ≤ {DIFFERING} × openpyxl write-only, unstyled": told["differing"] <= DIFFERING,
        f"full list ≥ {FULL_LIST:g} × faster than openpyxl write-only": told["full_list"] >= FULL_LIST,
        f"ledger ≥ {LEDGER:g} × faster than openpyxl read-only": told["ledger"] >= LEDGER,
        f"ledger ≤ {LEDGER_FLOOR:g} × its XML through expat": told["ledger_floor"] <= LEDGER_FLOOR,
        "LibreOffice opens it": told["opened"] is not False,
    }
    if options.as_json:
        print(json.dumps({"load": os.getloadavg()[0], **told, "goals": goals}, indent=2, ensure_ascii=False))
        return
    print(f"{options.differing:,} differing rows: {told['differing']:.2f} × openpyxl write-only without styles")
    print(f"full list of {options.rows:,}: {told['full_list']:.1f} × faster than openpyxl write-only with styles,")
    print(f"  {told['full_list_unstyled']:.1f} × faster than without")
    print(f"ledger of {options.rows:,}: {told['ledger']:.1f} × faster than openpyxl read-only, ", end="")
    print(f"{told['ledger_floor']:.2f} × its XML through expat")
    for goal, met in goals.items():
        print(f"{'met' if met else 'NOT MET':<8} {goal}")


if __name__ == "__main__":
    main()
