"""双公示: collect what was decided, reconcile it three ways, deliver what is due, read it back, leave the workbook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from bots import delivering, gathering
from bots.declared import BotDeclared
from bots.order import Order
from bots.reporting import Facts, build_report
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.base import Window
from connectors.browser import Browsers
from connectors.portal.feed import PortalFeed
from connectors.portal.source import PortalSource
from journal import Journal
from reconciliation.clocks import Clock
from reconciliation.report import Bucket, Report
from reconciliation.verdicts import Reconciliation, reconcile
from schedules.workdays import add_workdays, first_day
from words.errors import YinxinError, first_of
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Done:
    """What a run leaves: its report, and what went wrong on the way, the gravest first."""

    report: Report
    troubles: tuple[YinxinError, ...]


class Disclosure:
    """One run of a disclosure bot."""

    def __init__(self, workspace: Workspace, journal: Journal, order: Order, watch: Watch) -> None:
        self.workspace, self.journal, self.order, self.watch = workspace, journal, order, watch
        self.declared: BotDeclared = workspace.bot(order.bot)
        self.browsers = Browsers()
        self.sources: list[PortalSource] = [workspace.source(name, self.browsers) for name in self.declared.sources]
        self.ledgers = workspace.ledgers(self.declared.ledgers)
        self.feed: PortalFeed = workspace.feed(self.declared.feed, self.browsers)
        self.standard = self.feed.profile.standard

    async def run(self) -> Done:
        """Do the whole job; a run that stops says so in the journal and raises what stopped it."""
        order = self.order
        days = (order.since.isoformat(), order.until.isoformat(), order.as_of.isoformat())
        run_id = self.journal.begin_run(order.bot, *days, dry_run=order.dry_run)
        try:
            done = await self._story(run_id)
        except BaseException as error:
            cause = first_of(error)
            code = cause.code if isinstance(cause, YinxinError) else type(cause).__name__
            self.journal.finish_run(run_id, "stopped", {}, {"error": code})
            raise
        finally:
            await self._leave()
        return done

    async def _story(self, run_id: str) -> Done:
        with self.watch.step("collect"):
            source, ledger, feed = await self._gather(run_id)
            delivering.settle(self.journal, run_id, self.feed, feed.records)
        with self.watch.step("reconcile"):
            records = self._judged(source.records)
            found = self._reconcile(records, ledger, feed, source.quarantine)
            due = records.filter(found.rows["bucket"] == Bucket.DUE.value)
        with self.watch.step("deliver"):
            trouble = await self._deliver(run_id, due)
        with self.watch.step("confirm"):
            trouble = trouble or await self._confirm(run_id, due)
        with self.watch.step("report"):
            facts = Facts(run_id, self.order, self.declared, source, ledger, feed, records, found)
            report = build_report(facts, self.journal, self.feed, due)
            self.journal.finish_run(run_id, _ending(report, trouble), report.counts.as_dict(), {})
        return Done(report, (*([trouble] if trouble else []), *ledger.troubles))

    async def _gather(self, run_id: str) -> tuple[gathering.Side, gathering.Side, gathering.Side]:
        """Read all three sides at once; the bureau systems do not wait for each other."""
        window = Window(self.order.since, self.order.until)
        async with asyncio.TaskGroup() as group:
            feed = group.create_task(gathering.read_feed(self.feed))
            ledger = group.create_task(asyncio.to_thread(gathering.read_ledgers, self.ledgers, self.watch))
            sources = [
                group.create_task(gathering.collect(source, window, self.journal, run_id, self.watch))
                for source in self.sources
            ]
        return gathering.merged([task.result() for task in sources]), ledger.result(), feed.result()

    def _judged(self, records: pl.DataFrame) -> pl.DataFrame:
        """Say of each record why the receiver would refuse it, or has refused exactly this before."""
        refused = delivering.refused_before(self.journal, self.feed)
        pairs = records.select("record_id", "fingerprint").iter_rows()
        before = [
            _("refused before: {reason}").format(reason=refused[pair]) if pair in refused else "" for pair in pairs
        ]
        malformed = self.feed.profile.malformed(records, self.order.as_of)
        both = [judged or earlier for judged, earlier in zip(malformed, before, strict=True)]
        return records.with_columns(malformed=pl.Series(both, dtype=pl.String))

    def _reconcile(
        self, records: pl.DataFrame, ledger: gathering.Side, feed: gathering.Side, quarantine: pl.DataFrame
    ) -> Reconciliation:
        own = gathering.with_known_authorities(ledger.records, records, self.standard)
        return reconcile(
            records,
            gathering.without_quarantined(own, quarantine),
            gathering.without_quarantined(feed.records, quarantine),
            standard=self.standard,
            clock=self._clock([records, own, feed.records]),
            policy=self.declared.policy,
        )

    def _clock(self, sides: list[pl.DataFrame]) -> Clock:
        settings, as_of = self.workspace.settings, self.order.as_of
        decided = pl.concat([side["decision_date"] for side in sides]).drop_nulls().unique()
        days = decided.str.to_date("%Y-%m-%d", strict=False).drop_nulls().to_list()
        deadlines = {day: add_workdays(day, settings.period) for day in days if _countable(day, as_of)}
        return Clock(
            as_of=as_of.isoformat(),
            deadlines={day.isoformat(): deadline.isoformat() for day, deadline in deadlines.items()},
            soon=add_workdays(as_of, settings.due_soon).isoformat(),
        )

    async def _deliver(self, run_id: str, due: pl.DataFrame) -> YinxinError | None:
        if not due.height:
            return None
        if self.order.dry_run:
            await self.feed.fill(due)
            return None
        return await delivering.deliver(self.journal, run_id, self.feed, due, self.watch)

    async def _confirm(self, run_id: str, due: pl.DataFrame) -> YinxinError | None:
        """Read back and keep the pictures; what fails here cannot undo what was sent, so it is told, not raised."""
        if not due.height or self.order.dry_run:
            return None
        try:
            await delivering.confirm(self.journal, run_id, self.feed, within=self.declared.visible_within)
            for piece in await self.feed.evidence():
                about = f"{self.feed.title} {piece.about}"
                self.journal.keep_evidence(run_id, piece.kind, about, piece.content, piece.suffix)
        except YinxinError as error:
            return error
        return None

    async def _leave(self) -> None:
        await asyncio.gather(self.feed.close(), *(source.close() for source in self.sources))
        await self.browsers.close()


def _ending(report: Report, trouble: YinxinError | None) -> Literal["done", "failed", "stopped"]:
    """A run that does not add up has failed, whatever else went well."""
    if not report.counts.balanced:
        return "failed"
    return "stopped" if trouble else "done"


def _countable(day: date, as_of: date) -> bool:
    """A day that lies ahead, or before there were notices, has no deadline to count; a typing slip is often both."""
    return first_day() <= day <= as_of
