"""Reading in what persons decided in a workbook: all good rows of a file in one transaction, every other one told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bots.operator import operator
from bots.reporting import kept_disclosure
from bots.reviewed import bases_of, newest_report
from bots.standing import Standing, standing
from bots.weighing import LANGUAGES, decided, disagrees, refuse_changed, released_by
from connectors.files import workbooks
from connectors.files.declared import Limits
from connectors.files.properties import properties
from journal import Disposition, Journal
from mappings.standards import STANDARDS
from reconciliation.answers import Answer, by_record
from reconciliation.handed import HandedOut, hand_out
from reconciliation.judged import judged
from reconciliation.report import Report, Verdict
from reconciliation.returned import read_back
from reconciliation.shown import Shown
from words.errors import BusinessError, Place, UsageError, YinxinError
from words.languages import gettext as _
from words.languages import speaking


@dataclass(slots=True)
class Imported:
    """What became of one file.

    Attributes:
        file: its name.
        run_id: the run whose workbook it is; empty if it is none.
        made: what was decided and is kept now, disagreements among it.
        unchanged: how many answers say what stands already.
        problems: what was not taken and why, and who disagrees with whom.
    """

    file: str
    run_id: str = ""
    made: list[Disposition] = field(default_factory=list)
    unchanged: int = 0
    problems: list[YinxinError] = field(default_factory=list)


def import_files(
    journal: Journal, files: Iterable[Path], by: str, *, settle: bool = False, dry_run: bool = False
) -> list[Imported]:
    """Import workbooks that came back, each by itself; one that cannot be read keeps no other from being read.

    Args:
        journal: where the decisions are kept.
        files: the workbooks.
        by: who decided what states no reviewer.
        settle: whether the decisions in them end disagreements of others.
        dry_run: whether to change nothing.
    """
    found = []
    for file in files:
        imported = Imported(str(file))
        try:
            _Import(journal, file, by, imported).take(settle=settle, dry_run=dry_run)
        except YinxinError as error:
            error.place = error.place if error.place.file else Place(file=str(file))
            imported.problems.append(error)
        found.append(imported)
    return found


class _Import:
    """One file."""

    def __init__(self, journal: Journal, file: Path, by: str, imported: Imported) -> None:
        self.journal, self.file, self.by, self.imported = journal, file, by, imported
        self.content = _content(file)
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.let_go: dict[int, str] = {}

    def take(self, *, settle: bool, dry_run: bool) -> None:
        """Take every good row."""
        report, language = self._report()
        sheets = {each.name: each.cells for each in workbooks.read(self.content, str(self.file), Limits())}
        returned = read_back(_handed_out(report, language), sheets, str(self.file))
        answers, contradictions = by_record(returned.answers, str(self.file))
        self.imported.problems += [*returned.problems, *contradictions]
        self._decide(report, answers, settle=settle)
        if self.imported.made and not dry_run:
            self.journal.dispose(self.imported.made, self.let_go)

    def _report(self) -> tuple[Report, str]:
        """Return the report whose workbook this is, and the language it was written in."""
        told = self._properties()
        run_id, language = told.get("yinxin_run", ""), told.get("yinxin_language", "")
        if not run_id or language not in LANGUAGES:
            raise UsageError(
                "not-a-review",
                _("This is not the workbook of a run, or its properties were removed."),
                todo=_("Fill in the workbook in reports/, and save it as .xlsx."),
            )
        try:
            self.journal.run(run_id)
        except UsageError as error:
            raise UsageError(
                "foreign-workbook",
                _("This is the workbook of the run “{run}”, which this workspace does not know.").format(run=run_id),
                todo=_("Import it in the workspace that wrote it."),
            ) from error
        self.imported.run_id = run_id
        return kept_disclosure(self.journal, run_id), language

    def _properties(self) -> dict[str, str]:
        """Return the properties of the file; what is not packed, or not packed as a workbook, has none."""
        try:
            return properties(self.content, str(self.file), Limits())
        except BusinessError as error:
            if error.code == "zip-damaged":
                return {}
            raise

    def _decide(self, report: Report, answers: list[Answer], *, settle: bool) -> None:
        rows = bases_of(report, [each.record_id for each in answers])
        newest = self._newest(report, answers)
        kept = self.journal.dispositions()
        stands, before = standing(kept), {_content_of(each) for each in kept}
        for answer in sorted(answers, key=lambda each: (rows[each.record_id]["document_number"], each.record_id)):
            row, place = rows[answer.record_id], Place(file=str(self.file), sheet=answer.sheet, row=answer.row)
            try:
                made = self._made(answer, row, place)
                there = stands.get((made.record_id, made.basis))
                if there and (there.has(made) or _content_of(made) in before):
                    self.imported.unchanged += 1
                    self.imported.problems += [] if there.follows(made) else [disagrees(made, there, place)]
                    continue
                refuse_changed(made, newest, place)
                self._keep(made, there, place, settle=settle)
            except BusinessError as error:
                self.imported.problems.append(error)

    def _newest(self, report: Report, answers: list[Answer]) -> dict[str, str]:
        """Return what the bot's newest run made of the records, as far as it saw them: record → basis."""
        newest = newest_report(self.journal, report.bot)
        records = [each.record_id for each in answers]
        return {key: row["basis"] for key, row in bases_of(newest, records).items()} if newest else {}

    def _made(self, answer: Answer, row: Mapping[str, Any], place: Place) -> Disposition:
        """Return the decision that an answer states.

        Raises:
            BusinessError: it states none that can be made.
        """
        code = decided(answer, row, place)
        return Disposition(
            run_id=self.imported.run_id,
            record_id=answer.record_id,
            document_number=row["document_number"],
            verdict=row["verdict"],
            fingerprint=row.get("fingerprint", ""),
            basis=row["basis"],
            disposition=code,
            reviewer=answer.reviewer or self.by,
            reason=answer.reason,
            settles=False,
            imported_by=operator(),
            file_sha256=self.sha256,
        )

    def _keep(self, made: Disposition, there: Standing | None, place: Place, *, settle: bool) -> None:
        """Keep a decision; one that contradicts that of another person is kept, and told, and not in force."""
        settles = settle and there is not None and bool(there.objections) and made.reviewer not in there.said
        follows = settles or there is None or there.follows(made)
        if follows and made.disposition == "deliver":
            self.let_go |= dict.fromkeys(released_by(self.journal, made, place), made.reviewer)
        self.imported.made.append(replace(made, settles=settles))
        if there and not follows:
            self.imported.problems.append(disagrees(made, there, place))


def _content_of(made: Disposition) -> tuple[str, ...]:
    """Return by what a decision is known again that the same file states once more."""
    return made.file_sha256, made.record_id, made.basis, made.disposition, made.reviewer, made.reason


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            "unreadable-file",
            _("This file cannot be read: {reason}").format(reason=error.strerror or error),
            todo=_("Name a workbook that is there and that you may read."),
            place=Place(file=str(file)),
        ) from error


def _handed_out(report: Report, language: str) -> HandedOut:
    """Return the lists as the workbook showed them, whatever language is spoken now."""
    standard = STANDARDS[report.standard]
    with speaking(language):
        shown = Shown(standard)
        tables = [judged(report, standard, shown, verdict) for verdict in Verdict]
        return hand_out(table for table in tables if table.height)
