"""What all runs together say of the decisions of a time, as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bots.declared import BotDeclared
from bots.workspace import Workspace
from journal import Journal, RunRow
from mappings.standards import STANDARDS, Standard
from reconciliation.history import JUDGED, Window, newest, newest_quarantined, stretches, whole
from reconciliation.rates import flagged
from reconciliation.report import QUARANTINE_COLUMNS
from words.errors import UsageError
from words.languages import gettext as _

_RUNS = 10_000  # more than a journal has of one bot
_FOUND = {**dict.fromkeys(QUARANTINE_COLUMNS, pl.String), "turn": pl.Int64}


@dataclass(frozen=True, slots=True)
class Past:
    """What the runs of all bots of one standard say.

    Attributes:
        rows: the newest judgement of each decision, and each row in quarantine, as ``flagged`` returns them.
        covered: per bot, which run has the last word on which days.
    """

    standard: Standard
    rows: pl.DataFrame
    covered: Mapping[str, list[Window]]

    def whole(self, first: date, last: date) -> bool:
        """Tell whether every bot looked at every day from ``first`` to ``last``."""
        return all(whole(each, first, last) for each in self.covered.values())

    @property
    def runs(self) -> list[str]:
        """The runs that have the last word on some day."""
        return list(dict.fromkeys(each.run for windows in self.covered.values() for each in windows))


def pasts_of(workspace: Workspace, journal: Journal, first: date, last: date) -> list[Past]:
    """Return the past of each standard that a disclosure bot of the workspace discloses.

    Raises:
        UsageError: there is no such bot, or what it names is not declared as it should be.
    """
    bots: dict[str, list[str]] = {}
    for name in workspace.names("bots"):
        if isinstance(workspace.bot(name), BotDeclared):
            bots.setdefault(workspace.standard(name).name, []).append(name)
    if not bots:
        raise UsageError(
            "no-disclosure",
            _("No bot of this workspace discloses anything."),
            todo=_("Write bots/NAME.yaml with “kind: disclosure”."),
        )
    return [past_of(journal, STANDARDS[name], bots[name], first, last) for name in STANDARDS if name in bots]


def past_of(journal: Journal, standard: Standard, bots: list[str], first: date, last: date) -> Past:
    """Return what the runs of some bots say of the decisions between two days."""
    runs = {bot: _judging(journal, bot) for bot in bots}
    every = sorted((run for mine in runs.values() for run in mine), key=lambda run: run.started_at)
    turns = {run.run_id: turn for turn, run in enumerate(every)}
    covered = {bot: stretches(map(_window, mine), first, last) for bot, mine in runs.items()}
    last_words = [each for windows in covered.values() for each in windows]
    days = {run.run_id: run.as_of for run in every}
    judged = [
        verdict | {"as_of": days[each.run], "turn": turns[each.run]}
        for each in last_words
        for verdict in journal.verdicts_decided(each.run, each.since.isoformat(), each.until.isoformat())
    ]
    verdicts = newest(pl.DataFrame([_only(row, JUDGED) for row in judged], schema=JUDGED))
    found = [
        finding | {"turn": turns[each.run]}
        for each in last_words
        for finding in journal.quarantine_of(each.run)
        if finding["side"] == "source" and _within(finding, each)
    ]
    quarantined = newest_quarantined(pl.DataFrame([_only(row, _FOUND) for row in found], schema=_FOUND), verdicts)
    unread = quarantined.with_columns(reason="sentence", source_origin="origin")
    return Past(standard, flagged(verdicts, pl.col("as_of"), unread), covered)


def _judging(journal: Journal, bot: str) -> list[RunRow]:
    """Return the runs of a bot that count, newest first; a rehearsal does not, a run in the shadow does."""
    return [run for run in journal.judged_runs(_RUNS, bot) if not run.dry_run or run.result.get("shadow")]


def _window(run: RunRow) -> Window:
    return Window(run.run_id, date.fromisoformat(run.since), date.fromisoformat(run.until))


def _within(finding: Mapping[str, object], each: Window) -> bool:
    return each.since.isoformat() <= str(finding.get("decision_date") or "") <= each.until.isoformat()


def _only(row: Mapping[str, object], schema: Mapping[str, object]) -> dict[str, object]:
    """Return a row with exactly the columns of a schema; what an older edition did not keep is empty."""
    return {name: row.get(name, "") for name in schema}
