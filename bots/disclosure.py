"""双公示: collect what was decided, reconcile it three ways, deliver what is due, read it back, leave the workbook."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import polars as pl

from bots import delivering, gathering
from bots.asking import Shown
from bots.chaining import chain
from bots.gating import Gate, Gated, rules_of
from bots.identifying import of_records
from bots.operator import operator
from bots.order import Order
from bots.recounting import tell_calendar
from bots.reporting import Facts, build_report
from bots.shadowing import kept_back, would_send
from bots.sharing import Calling, Sharing
from bots.standing import as_frame, standing
from bots.story import Done, Story
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.base import Ledgers, Source
from journal import Action, Journal, State
from mappings.standards import Standard
from reconciliation.clocks import Clock
from reconciliation.disposing import dispose
from reconciliation.linking import FEED, LEDGER, SOURCE
from reconciliation.parts import in_parts, one_after_the_other
from reconciliation.reconciled import Reconciliation
from reconciliation.report import Bucket
from reconciliation.shadow import Shadow, shadow
from reconciliation.terms import Terms
from words.errors import Place, UsageError, YinxinError
from words.languages import gettext as _


class Disclosure(Story):
    """One run of a disclosure bot."""

    def __init__(
        self, workspace: Workspace, journal: Journal, order: Order, watch: Watch, call: Calling | None = None
    ) -> None:
        self.declared = workspace.disclosing(order.bot)
        if self.declared.in_shadow:
            order = replace(order, dry_run=True)  # whoever asked, and for whatever
        super().__init__(workspace, journal, order, watch, self.declared)
        self._call = call
        self.ledgers = workspace.ledgers(self.declared.ledgers)
        self.standard = self.feed.profile.standard
        sides: list[Source | Ledgers] = [*self.sources, self.ledgers]
        for side in sides:
            _refuse_another(side, self.standard, order.bot)

    async def _story(self, run_id: str) -> Done:
        with self.watch.step("collect"):
            self.spread = Sharing(self.workspace, run_id, self._call) if self._call else one_after_the_other
            source, ledger, feed = await self._gather(run_id)
            feed = replace(feed, records=of_records(self.feed.profile, feed.records, source.records))
            shown = await self._asked(run_id, feed)
        with self.watch.step("reconcile"):
            records = self._judged(source.records)
            own = gathering.with_known_authorities(ledger.records, records, self.standard)
            ledger = replace(ledger, records=own)
            found = self._reconcile(records, ledger, feed, source.quarantine)
            found, reviews = dispose(found, as_frame(standing(self.journal.dispositions())))
            gated, found = self._gated(run_id, records, found, shown, source, feed)
            tell_calendar(self.journal, run_id, self.order.bot, self.calendar.version, found.verdicts)
            due = records.filter(found.rows["bucket"] == Bucket.DUE.value)
        with self.watch.step("deliver"):
            trouble = await self._deliver(run_id, records, due, gated)
        with self.watch.step("confirm"):
            if due.height and not self.order.dry_run:
                trouble = trouble or await self._confirm(run_id)
        with self.watch.step("report"):
            shade = self._shadow(records, ledger, feed, source.quarantine)
            sides = (source, ledger, feed)
            facts = Facts(
                *(run_id, self.order, self.declared, self.calendar, *sides, records, found, reviews),
                *(self.received, self.clock, shade),
            )
            report = build_report(facts, self.journal, self.feed, due)
            done = self._ended(run_id, report, [trouble])
        return Done(report, (*done.troubles, *ledger.troubles))

    async def _gather(self, run_id: str) -> tuple[gathering.Side, gathering.Side, gathering.Side]:
        """Read all three sides at once; the bureau systems do not wait for each other."""
        back = {source.name: self.declared.back(source.name) for source in self.sources}
        async with asyncio.TaskGroup() as group:
            feed = group.create_task(gathering.read_feed(self.feed, self.journal))
            ledger = group.create_task(asyncio.to_thread(gathering.read_ledgers, self.ledgers, self.watch))
            sources = [
                group.create_task(gathering.collect(self._guard(run_id, source, back[source.name]), self.watch))
                for source in self.sources
            ]
        return self._mapped(run_id, [task.result() for task in sources]), ledger.result(), feed.result()

    def _mapped(self, run_id: str, collected: list[gathering.Collected]) -> gathering.Side:
        """Map every source by itself, and those that are halves together."""
        left = {each.source.name: each for each in collected}
        sides = []
        for each in self.declared.chains:
            halves = left.pop(each.first), left.pop(each.second)
            tried = {each.first, each.second} & self.tried.keys()
            sides.append(chain(self.journal, run_id, each, halves, self.order, remember=not tried))
        sides += [
            gathering.map_rows(self.journal, run_id, each, remember=name not in self.tried)
            for name, each in left.items()
        ]
        return gathering.merged(sides)

    def _judged(self, records: pl.DataFrame) -> pl.DataFrame:
        """Say of each record why the receiver would refuse it, or has refused exactly this before, and what is odd."""
        refused = delivering.refused_before(self.journal, self.feed)
        pairs = records.select("record_id", "fingerprint").iter_rows()
        before = [
            _("refused before: {reason}").format(reason=refused[pair]) if pair in refused else "" for pair in pairs
        ]
        malformed = self.feed.profile.malformed(records, self.order.as_of)
        both = [judged or earlier for judged, earlier in zip(malformed, before, strict=True)]
        odd = self.feed.profile.warnings(records, self.order.as_of)
        return records.with_columns(malformed=pl.Series(both, dtype=pl.String), warnings=odd)

    def _reconcile(
        self, records: pl.DataFrame, ledger: gathering.Side, feed: gathering.Side, quarantine: pl.DataFrame
    ) -> Reconciliation:
        self.clock = self._clock([records, ledger.records, feed.records, quarantine])
        return self._against(records, ledger.records, feed.records, quarantine)

    def _against(
        self, records: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame, quarantine: pl.DataFrame
    ) -> Reconciliation:
        sides = {
            SOURCE: records,
            LEDGER: gathering.without_quarantined(ledger, quarantine),
            FEED: gathering.without_quarantined(feed, quarantine),
        }
        terms = Terms(self.standard, self.clock, self.declared.policy, self.declared.matching)
        return in_parts(sides, terms, self.workspace.settings.rows_at_once, self.spread)

    def _shadow(
        self, records: pl.DataFrame, ledger: gathering.Side, feed: gathering.Side, quarantine: pl.DataFrame
    ) -> Shadow | None:
        """Compare what the run would send, did the feed show nothing, with what it does show."""
        if not self.declared.in_shadow:
            return None
        self.result = {"shadow": True}
        alone = self._against(records, ledger.records, feed.records.clear(), quarantine)
        return shadow(
            would_send(self.feed, records.filter(alone.rows["bucket"] == Bucket.DUE.value)),
            feed.records,
            standard=self.standard,
            since=self.order.since.isoformat(),
            until=self.order.until.isoformat(),
            kept=kept_back(alone, quarantine),
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

    async def _deliver(self, run_id: str, records: pl.DataFrame, due: pl.DataFrame, gated: Gated) -> YinxinError | None:
        if due.height or gated.items:
            await self.feed.check()
        if self.order.dry_run:
            await delivering.rehearse(self.feed, gated.items)
            return None
        self.journal.discarded(gated.overtaken, "overtaken by another form", run_id)
        self.journal.discarded(self._not_due(records, due), "not due any more", run_id)
        prepared = {each.id for each in self.journal.prepare(run_id, self.feed.name, gated.items)}
        return await self._courier(run_id).deliver(prepared | self._left_by_persons())

    def _not_due(self, records: pl.DataFrame, due: pl.DataFrame) -> list[int]:
        """Return what was made ready, never left, and is now kept back: the feed shows the record otherwise, say."""
        kept_back = set(records["record_id"]) - set(due["record_id"])
        prepared = self.journal.deliveries(self.feed.name, [State.PREPARED])
        return [each.id for each in prepared if each.record_id in kept_back and each.action != Action.WITHDRAW]

    def _left_by_persons(self) -> set[int]:
        """Return the withdrawals that somebody ordered and that did not leave yet."""
        prepared = self.journal.deliveries(self.feed.name, [State.PREPARED])
        return {each.id for each in prepared if each.action == Action.WITHDRAW}


def _refuse_another(side: Source | Ledgers, standard: Standard, bot: str) -> None:
    """Refuse rows of another standard than the feed takes."""
    if side.mapping.standard is not standard:
        raise UsageError(
            "other-standard",
            _(
                "The mapping “{mapping}” of {system} makes records of the standard {other}; the feed takes {own}."
            ).format(
                mapping=side.mapping.name, system=side.title, other=side.mapping.standard.label, own=standard.label
            ),
            todo=_("Name connectors in the bot whose mappings and profile are of one standard."),
            place=Place(file=f"bots/{bot}.yaml"),
        )
