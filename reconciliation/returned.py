"""A workbook that came back: which rows were answered, and which are not as they were handed out.

Rows are known by their seal and columns by their heading, so that sorting, filtering, moving and hiding do not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from reconciliation.answers import Answer
from reconciliation.handed import KEYS, Handed, HandedOut
from reconciliation.tables import REVIEW
from words.errors import BusinessError, Place
from words.languages import gettext as _
from words.languages import ngettext

_HEAD_ROWS = 20  # a heading stands no lower than this, whatever was put above it


@dataclass(slots=True)
class Returned:
    """What came back.

    Attributes:
        answers: of rows that are as they were handed out, and whose answer is another than before.
        problems: everything that is not as it should be.
    """

    answers: list[Answer] = field(default_factory=list)
    problems: list[BusinessError] = field(default_factory=list)


def read_back(handed_out: HandedOut, sheets: Mapping[str, pl.DataFrame], file: str) -> Returned:
    """Compare what came back with what was handed out.

    Args:
        handed_out: the lists that persons answer in, as they were written.
        sheets: the cells of every sheet of the file as text, from its first row on.
        file: its name.
    """
    return _Reading(handed_out, file).read(sheets)


class _Reading:
    """One file."""

    def __init__(self, handed_out: HandedOut, file: str) -> None:
        self.file, self.found = file, Returned()
        self.keys, self.handed = handed_out.keys, handed_out.rows
        self.rows: dict[str, list[tuple[str, int, dict[str, str]]]] = {}
        self.gone: dict[tuple[str, str], int] = {}

    def read(self, sheets: Mapping[str, pl.DataFrame]) -> Returned:
        for sheet, cells in sheets.items():
            self._read_sheet(sheet, cells)
        if self.found.problems and not self.rows:
            return Returned(problems=[self._other_edition()])
        for seal, rows in self.rows.items():
            self._judge(self.handed[seal], rows)
        self._tell_columns()
        self._miss()
        return self.found

    def _other_edition(self) -> BusinessError:
        return BusinessError(
            "workbook-other-edition",
            _("No row of this workbook is one that this edition of the program would write; nothing was taken."),
            todo=_("Write it again with “yinxin report RUN”, and copy the answers over."),
            place=Place(file=self.file),
        )

    def _read_sheet(self, sheet: str, cells: pl.DataFrame) -> None:
        """Collect the rows of a sheet that has the columns in which persons answer."""
        lines = cells.with_columns(pl.all().fill_null("")).iter_rows()
        head: tuple[str, ...] = ()
        for number, line in enumerate(lines, 1):
            if head and any(line):
                self._take(sheet, number, _by_heading(head, line))
            elif not head and {self.keys[name] for name in KEYS} <= {text.strip() for text in line}:
                head = tuple(text.strip() for text in line)
            elif number > _HEAD_ROWS and not head:
                return

    def _take(self, sheet: str, number: int, cells: dict[str, str]) -> None:
        seal = cells[self.keys["seal"]].strip()
        if seal in self.handed:
            self.rows.setdefault(seal, []).append((sheet, number, cells))
            return
        self.found.problems.append(
            BusinessError(
                "row-foreign",
                _("This row is not one of those that were handed out: its seal or its record id is another."),
                todo=_("Fill in a fresh workbook; “yinxin report RUN” writes it again."),
                place=Place(file=self.file, sheet=sheet, row=number),
            )
        )

    def _judge(self, handed: list[Handed], rows: list[tuple[str, int, dict[str, str]]]) -> None:
        if len(rows) > len(handed):
            self._refuse_copies(rows)
            return
        for row, (sheet, number, cells) in zip(handed, rows, strict=False):
            if gone := [heading for heading in row.cells if heading not in cells]:
                self.gone |= {(sheet, heading): self.gone.get((sheet, heading), 0) + 1 for heading in gone}
                continue
            edits = list(self._edits(row, sheet, number, cells))
            self.found.problems += edits
            if not edits:
                self._answer(row, sheet, number, cells)

    def _refuse_copies(self, rows: list[tuple[str, int, dict[str, str]]]) -> None:
        told = _(", ").join(f"{sheet} {number}" for sheet, number, _cells in rows)
        for sheet, number, _cells in rows[1:]:
            self.found.problems.append(
                BusinessError(
                    "row-twice",
                    _("This row stands there more than once ({rows}); none of them is taken.").format(rows=told),
                    todo=_("Delete the copies, and import the workbook again."),
                    place=Place(file=self.file, sheet=sheet, row=number),
                )
            )

    def _edits(self, handed: Handed, sheet: str, number: int, cells: dict[str, str]) -> Iterator[BusinessError]:
        """Yield an error for every locked cell that does not show what it showed."""
        for heading, was in handed.cells.items():
            now = cells[heading]
            if _same(was, now):
                continue
            yield BusinessError(
                "cell-changed",
                _("Evidence was changed: “{was}” became “{now}”. Nothing of this row is taken.").format(
                    was=was, now=now
                ),
                todo=_("Put back what stood there; what is wrong is corrected where it comes from."),
                place=Place(file=self.file, sheet=sheet, row=number, field=heading),
            )

    def _tell_columns(self) -> None:
        """Tell of columns that did not come back, each once."""
        for (sheet, heading), count in self.gone.items():
            told = ngettext(
                "A column of evidence is gone; its {count} row is not taken.",
                "A column of evidence is gone; none of its {count} rows is taken.",
                count,
            )
            self.found.problems.append(
                BusinessError(
                    "evidence-gone",
                    told.format(count=f"{count:,}"),
                    todo=_("Put it back, or fill in a fresh workbook; “yinxin report RUN” writes it again."),
                    place=Place(file=self.file, sheet=sheet, field=heading),
                )
            )

    def _answer(self, handed: Handed, sheet: str, number: int, cells: dict[str, str]) -> None:
        word, reviewer, reason = (cells.get(self.keys[name], "").strip() for name in REVIEW)
        if (word, reviewer, reason) == tuple(text.strip() for text in handed.given):
            return
        if word:
            self.found.answers.append(Answer(sheet, number, handed.record_id, word, reviewer, reason))
        elif reason or handed.given[0]:
            self.found.problems.append(
                BusinessError(
                    "no-disposition",
                    _("A disposition was deleted, or a reason was given without one."),
                    todo=_("Choose one from the list; a decision is taken back by another one."),
                    place=Place(file=self.file, sheet=sheet, row=number, field=self.keys["disposition"]),
                )
            )

    def _miss(self) -> None:
        """Tell of rows that did not come back; of a list that is missing whole, once."""
        handed = Counter(row.sheet for rows in self.handed.values() for row in rows)
        missing: dict[str, list[Handed]] = {}
        for seal, rows in self.handed.items():
            for row in rows[len(self.rows.get(seal, ())) :]:
                missing.setdefault(row.sheet, []).append(row)
        for sheet, rows in missing.items():
            if len(rows) == handed[sheet]:
                told = ngettext(
                    "A list is missing with its {count} row.", "A list is missing with its {count} rows.", len(rows)
                )
                self._missing(sheet, told.format(count=f"{len(rows):,}"))
                continue
            for row in rows:
                number, name = list(row.cells.values())[:2]
                self._missing(sheet, _("A row is missing: {number} {name}").format(number=number, name=name).rstrip())

    def _missing(self, sheet: str, sentence: str) -> None:
        todo = _("Nothing was taken of what is missing; put it back if there was an answer in it.")
        self.found.problems.append(
            BusinessError("row-missing", sentence, todo=todo, place=Place(file=self.file, sheet=sheet))
        )


def _by_heading(head: Iterable[str], line: Iterable[str]) -> dict[str, str]:
    """Return the cells by heading, of a heading that stands there twice the first."""
    cells: dict[str, str] = {}
    for heading, text in zip(head, line, strict=True):
        cells.setdefault(heading, text)
    return cells


def _same(was: str, now: str) -> bool:
    """Programs write the end of a line within a cell in their own way; the blank at the end of one shows nowhere."""
    return was == now or was.replace("\r", "").strip() == now.replace("\r", "").strip()
