"""双公示: collect what was decided, reconcile it three ways, deliver what is due, read it back, leave the workbook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from bots import delivering, gathering
from bots.asking import Shown, ask
from bots.declared import BotDeclared
from bots.gating import Gate, Gated, rules_of
from bots.operator import operator
from bots.order import Order
from bots.recounting import tell_calendar
from bots.reporting import Facts, build_report
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.base import Window
from connectors.browser import Browsers
from connectors.portal.feed import PortalFeed
from connectors.portal.source import PortalSource
from journal import Action, Journal, State
from reconciliation.clocks import Clock
from reconciliation.report import Bucket, Report
from reconciliation.verdicts import Reconciliation, reconcile
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
        self.calendar = workspace.calendar
        self.browsers = Browsers()
        self.sources: list[PortalSource] = [workspace.source(name, self.browsers) for name in self.declared.sources]
        self.ledgers = workspace.ledgers(self.declared.ledgers)
        self.feed: PortalFeed = workspace.feed(self.declared.feed, self.browsers)
        self.standard = self.feed.profile.standard

    async def run(self, resumed: str = "") -> Done:
        """Do the whole job; a run that stops says so in the journal and raises what stopped it.

        ``resumed`` is an earlier run that did not come to its end, and goes on.
        """
        run_id = self._begin(resumed)
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

    def _begin(self, resumed: str) -> str:
        order = self.order
        if resumed:
            self.journal.resume_run(resumed)
            return resumed
        self.journal.stop_crashed(order.bot)
        days = (order.since.isoformat(), order.until.isoformat(), order.as_of.isoformat())
        return self.journal.begin_run(order.bot, *days, dry_run=order.dry_run)

    async def _story(self, run_id: str) -> Done:
        with self.watch.step("collect"):
            source, ledger, feed = await self._gather(run_id)
            shown = await self._asked(run_id, feed)
        with self.watch.step("reconcile"):
            records = self._judged(source.records)
            found = self._reconcile(records, ledger, feed, source.quarantine)
            gated, found = self._gated(run_id, records, found, shown, source, feed)
            tell_calendar(self.journal, run_id, self.order.bot, self.calendar.version, found.verdicts)
            due = records.filter(found.rows["bucket"] == Bucket.DUE.value)
        with self.watch.step("deliver"):
            trouble = await self._deliver(run_id, due, gated)
        with self.watch.step("confirm"):
            trouble = trouble or await self._confirm(run_id, due)
        with self.watch.step("report"):
            version = self.calendar.version
            facts = Facts(run_id, self.order, self.declared, version, source, ledger, feed, records, found)
            report = build_report(facts, self.journal, self.feed, due)
            self.journal.finish_run(run_id, _ending(report, trouble), report.counts.as_dict(), {})
        unseen = delivering.unseen(self.journal, self.feed, after=timedelta(hours=self.declared.unseen_after))
        return Done(report, (*(each for each in (trouble, unseen) if each), *ledger.troubles))

    async def _asked(self, run_id: str, feed: gathering.Side) -> Shown:
        """Clear up what earlier runs left open; a dry run only looks."""
        shown = Shown.of(feed.records)
        if not self.order.dry_run:
            await ask(self.journal, run_id, self.feed, shown)
        return shown

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
        deadlines = {day: self.calendar.add(day, settings.period) for day in days if self._countable(day)}
        return Clock(
            as_of=as_of.isoformat(),
            deadlines={day.isoformat(): deadline.isoformat() for day, deadline in deadlines.items()},
            soon=self.calendar.add(as_of, settings.due_soon).isoformat(),
        )

    def _countable(self, day: date) -> bool:
        """A day that lies ahead, or before there were notices, has no deadline; a typing slip is often both."""
        return self.calendar.first_day <= day <= self.order.as_of

    def _gated(
        self,
        run_id: str,
        records: pl.DataFrame,
        found: Reconciliation,
        shown: Shown,
        source: gathering.Side,
        feed: gathering.Side,
    ) -> tuple[Gated, Reconciliation]:
        """Say what may leave now; what this very run has sent already, before it was interrupted, stays its own."""
        rules = rules_of([*source.mappings, *feed.mappings])
        gate = Gate(self.journal, self.feed, self.declared.release, rules, operator())
        gated = gate.judge(records.filter(found.rows["bucket"] == Bucket.DUE.value), shown)
        mine = self.journal.deliveries(self.feed.name, run_id=run_id)
        own = {each.record_id for each in mine if each.action != Action.WITHDRAW}
        return gated, found.with_buckets(records["record_id"], held=gated.held, due=own)

    async def _deliver(self, run_id: str, due: pl.DataFrame, gated: Gated) -> YinxinError | None:
        if due.height or gated.items:
            await self.feed.check()
        if self.order.dry_run:
            await delivering.rehearse(self.feed, gated.items)
            return None
        self.journal.discarded(gated.overtaken, "overtaken by another form", run_id)
        prepared = {each.id for each in self.journal.prepare(run_id, self.feed.name, gated.items)}
        return await self._courier(run_id).deliver(prepared | self._left_by_persons())

    def _left_by_persons(self) -> set[int]:
        """Return the withdrawals that somebody ordered and that did not leave yet."""
        prepared = self.journal.deliveries(self.feed.name, [State.PREPARED])
        return {each.id for each in prepared if each.action == Action.WITHDRAW}

    def _courier(self, run_id: str) -> delivering.Courier:
        return delivering.Courier(self.journal, run_id, self.feed, self.watch, self.declared.visible_within)

    async def _confirm(self, run_id: str, due: pl.DataFrame) -> YinxinError | None:
        """Read back and keep the pictures; what fails here cannot undo what was sent, so it is told, not raised."""
        if not due.height or self.order.dry_run:
            return None
        try:
            await self._courier(run_id).confirm()
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
