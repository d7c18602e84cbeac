"""Shadow mode: a bot that sends nothing is compared with the clerk who does, and accumulates how far both agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from bots.declared import BotDeclared
from bots.declared import Shadow as Declared
from bots.reporting import kept_report
from bots.workspace import Workspace
from connectors.base import Feed
from journal import Journal, RunRow
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.standards import Standard
from reconciliation.history import Window, stretches
from reconciliation.reconciled import Reconciliation
from reconciliation.report import Bucket, Report
from reconciliation.shadow import Agreement, Compared, agreement, newest_comparisons
from reconciliation.shown import Shown
from words.errors import UsageError
from words.languages import gettext as _

_RUNS = 10_000  # more than a journal has of one bot


def would_send(feed: Feed, records: pl.DataFrame) -> pl.DataFrame:
    """Return canonical records in the form in which the feed would show them after taking them."""
    if records.is_empty():
        return records
    keys = [str(row) for row in range(records.height)]
    payloads = feed.profile.encode(records).with_columns(
        records["origin"].alias(ORIGIN), pl.Series(ROW_KEY, keys, dtype=pl.String)
    )
    read = apply(feed.profile.reading(), payloads).records
    rows = pl.Series([int(key) for key in read["row_key"]], dtype=pl.Int64)
    return read.with_columns(records["record_id"].gather(rows))


def kept_back(alone: Reconciliation, quarantine: pl.DataFrame) -> dict[str, str]:
    """Return document number → why the bot would not send it, as the run would have judged without the feed."""
    held = alone.verdicts.filter((pl.col("bucket") == Bucket.HELD.value) & (pl.col("document_number") != ""))
    unread = quarantine.filter((pl.col("side") == "source") & (pl.col("document_number") != ""))
    told = dict(unread.select("document_number", "sentence").iter_rows())
    return told | dict(held.select("document_number", "reason").iter_rows())


@dataclass(frozen=True, slots=True)
class Watched:
    """How far a bot and the clerk agree by now.

    Attributes:
        bot: the bot.
        standard: of its records.
        wanted: what it has to reach; None if the bot does not run in the shadow any more.
        records: the newest comparison of each record.
        differences: the differing fields of the newest comparisons, personal numbers masked.
        agreement: what they come to.
        since: the day of the run since which what was wanted has been reached; empty if it is not.
        runs: the runs that were looked at, newest first.
    """

    bot: str
    standard: Standard
    wanted: Declared | None
    records: pl.DataFrame
    differences: pl.DataFrame
    agreement: Agreement
    since: str
    runs: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether enough records were compared, and enough of them agree."""
        return bool(self.since)


def watched(workspace: Workspace, journal: Journal, bot: str) -> Watched:
    """Return how far a bot in the shadow and the clerk agree, from all its runs whose reports are kept.

    Raises:
        UsageError: there is no such bot, or it never ran in the shadow.
    """
    declared = workspace.disclosing(bot)
    kept = list(_kept(journal, bot))
    if not kept:
        raise UsageError(
            "not-in-shadow",
            _("The bot “{bot}” never ran in the shadow.").format(bot=bot),
            todo=_("Write “shadow: {{}}” into bots/{bot}.yaml and run it.").format(bot=bot),
        )
    standard = workspace.standard(bot)
    records = _newest(kept)
    newest = records.select("record_id", "turn")
    apart = pl.concat(
        report.shadow_differences.with_columns(turn=pl.lit(turn, pl.Int64)) for turn, _run, report in _turns(kept)
    )
    mine = apart.join(newest, on=["record_id", "turn"], how="semi", maintain_order="left").drop("turn")
    return Watched(
        bot=bot,
        standard=standard,
        wanted=declared.shadow,
        records=records,
        differences=Shown(standard).hide(mine, "bot_value", "feed_value"),
        agreement=agreement(records, standard),
        since=_since(declared, kept, standard),
        runs=tuple(run.run_id for run, _report in kept),
    )


_Kept = Sequence[tuple[RunRow, Report]]


def _kept(journal: Journal, bot: str) -> Iterator[tuple[RunRow, Report]]:
    """Yield the runs in the shadow whose reports were not purged, newest first."""
    for run in journal.judged_runs(_RUNS, bot):
        if run.result.get("shadow"):
            try:
                report = kept_report(journal, run.run_id)
            except UsageError:
                continue
            if isinstance(report, Report) and report.in_shadow:
                yield run, report


def _turns(kept: _Kept) -> Iterator[tuple[int, RunRow, Report]]:
    return ((turn, run, report) for turn, (run, report) in zip(range(len(kept), 0, -1), kept, strict=True))


def _newest(kept: _Kept) -> pl.DataFrame:
    windows = [Window(run.run_id, date.fromisoformat(run.since), date.fromisoformat(run.until)) for run, _ in kept]
    first, last = min(each.since for each in windows), max(each.until for each in windows)
    words: dict[str, list[Window]] = {}
    for each in stretches(windows, first, last):
        words.setdefault(each.run, []).append(each)
    return newest_comparisons((turn, words.get(run.run_id, []), report.shadow) for turn, run, report in _turns(kept))


def _since(declared: BotDeclared, kept: _Kept, standard: Standard) -> str:
    """Return the day of the first run since which what is wanted was always reached; empty if it is not now."""
    since = ""
    for behind in range(len(kept) if declared.shadow else 0):
        found = agreement(_newest(kept[behind:]), standard)
        assert declared.shadow
        if not found.reaches(declared.shadow.agreement, declared.shadow.records):
            break
        since = kept[behind][0].as_of
    return since


def result_of(found: Watched) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "bot": found.bot,
        "wanted": found.wanted and {"agreement": found.wanted.agreement, "records": found.wanted.records},
        "agreement": _counted(found.agreement.records),
        "reached": found.reached,
        "since": found.since,
        "fields": [_counted(each) for each in found.agreement.fields],
        "items": [_counted(each) for each in found.agreement.items],
        "standings": found.agreement.standings,
        "records": found.records.drop("turn").to_dicts(),
        "differences": found.differences.to_dicts(),
        "runs": list(found.runs),
    }


def _counted(each: Compared) -> dict[str, Any]:
    return {"name": each.name, "agreed": each.agreed, "compared": each.compared, "value": each.value}
