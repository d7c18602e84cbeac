"""告知承诺: watch commitments, re-read the broken ones, push them on the seventh working day, follow up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from bots import delivering, gathering
from bots.asking import Shown
from bots.casebook import Casebook, read_cases
from bots.commitment_reporting import Facts, build_report
from bots.errands import takes_nothing_back
from bots.gating import Gate, Gated, rules_of
from bots.operator import operator
from bots.order import Order
from bots.story import Done, Story
from bots.watching import Watch
from bots.workspace import Workspace
from journal import Action, Delivery, Journal, Prepared, State
from mappings.identity import record_id, with_identity
from mappings.standards import COMMITMENT
from mappings.standards.commitment import NOT_AT_ALL
from reconciliation.commitments.cases import Case
from reconciliation.commitments.judging import Judgement, Stage, Terms, judge
from reconciliation.commitments.records import record_of
from words.errors import YinxinError
from words.languages import gettext as _

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LEAVING = (State.HELD, State.PREPARED)


class Watched(NamedTuple):
    """A commitment on this day: its case, where it stands, the record it would be published as, and any doubt."""

    book: Casebook
    key: str
    case: Case
    judgement: Judgement
    record: dict[str, str]
    record_id: str
    doubt: str = ""

    @property
    def broken(self) -> bool:
        """Whether it has to be pushed now."""
        return self.judgement.stage is Stage.BREACHED


@dataclass(slots=True)
class Sorted:
    """What is to be done about the commitments of a day.

    Attributes:
        due: record id → what is sent of it now.
        held: record id → why a person must look at it.
        shown: record ids of what the feed shows.
        broken: record ids of what was not kept, as far as is known, whether or not it can be sent now.
    """

    due: dict[str, Watched] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)


class Commitments(Story):
    """One run of a commitment bot."""

    def __init__(self, workspace: Workspace, journal: Journal, order: Order, watch: Watch) -> None:
        self.declared = workspace.watching(order.bot)
        super().__init__(workspace, journal, order, watch, self.declared)
        self.terms = Terms(self.declared.remind, self.declared.grace, self.declared.closes)

    async def _story(self, run_id: str) -> Done:
        self.calendar.is_workday(self.order.as_of)  # refuses a day that it does not know, before anything is done
        with self.watch.step("collect"):
            feed = await gathering.read_feed(self.feed, self.journal)
            books = [await read_cases(self._guard(run_id, each), self.watch) for each in self.sources]
            shown = await self._asked(run_id, feed)
        with self.watch.step("reconcile"):
            await self._read_again(books, shown)
            watched = self._watched(books)
            found = self._sorted(watched, shown)
            gated = self._gated(found, books, feed, shown)
        with self.watch.step("deliver"):
            trouble = await self._deliver(run_id, found, gated)
        with self.watch.step("confirm"):
            if found.due and not self.order.dry_run:
                trouble = trouble or await self._confirm(run_id)
        with self.watch.step("report"):
            facts = Facts(run_id, self.order, self.declared, self.calendar, books, feed, found)
            report = build_report(facts, self.journal, self.feed, watched)
        return self._ended(run_id, report, [trouble, *(book.trouble for book in books)])

    def _watched(self, books: list[Casebook]) -> list[Watched]:
        return [self._one(book, key, case) for book in books for key, case in book.cases.items()]

    def _one(self, book: Casebook, key: str, case: Case) -> Watched:
        judgement = judge(case, self.terms, self.calendar, self.order.as_of)
        record = record_of(case, judgement)
        return Watched(book, key, case, judgement, record, record_id(COMMITMENT, record), book.doubts.get(key, ""))

    async def _read_again(self, books: list[Casebook], shown: Shown) -> None:
        """Read anew what would be pushed now, or told to a person: a list does not show everything that happens."""
        for book in books:
            watched = self._watched([book])
            doubtful = [each for each in watched if each.judgement.why]
            leaving = [each for each in watched if each.broken and not shown.forms(each.record_id)]
            workers = self.workspace.connector(book.source.name).connections
            await book.read_again([each.key for each in (*doubtful, *leaving)], self._since(), workers)

    def _since(self) -> str:
        """Return the moment since which an answer is believed: today; where today is the real one, some minutes ago."""
        now = datetime.now(_SHANGHAI)
        if self.order.as_of != now.date():
            return f"{self.order.as_of.isoformat()} 00:00:00"
        return (now - timedelta(minutes=self.declared.fresh)).strftime("%Y-%m-%d %H:%M:%S")

    def _sorted(self, watched: list[Watched], shown: Shown) -> Sorted:
        found, on_hold = Sorted(), self.journal.on_hold()
        codes = {row["document_number"] for rows in shown.rows.values() for row in rows}
        for each in watched:
            rows = shown.rows.get(each.record_id, ())
            if each.broken:
                found.broken.add(each.record_id)
            if rows:
                found.shown.add(each.record_id)
                self._follow(each, rows[0], found)
            elif why := self._in_doubt(each):
                found.held[each.record_id] = why
            elif each.broken and each.record["document_number"] in codes:
                found.held[each.record_id] = "shown-otherwise"
            elif each.broken and each.record_id in on_hold:
                found.held[each.record_id] = _("held back by {who}").format(who=on_hold[each.record_id])
            elif each.broken:
                found.due[each.record_id] = each
        return found

    def _in_doubt(self, each: Watched) -> str:
        """Return why a person must look before anything is pushed; empty before the push day."""
        push_day = each.judgement.push_day
        come = push_day is not None and self.order.as_of >= push_day
        if each.judgement.why or each.judgement.stage in (Stage.CLOSED, Stage.CANCELLED):
            return each.judgement.why
        return each.doubt if come else ""

    def _follow(self, each: Watched, row: dict[str, str], found: Sorted) -> None:
        """Follow up what is published: kept since then, wholly or in part, or no longer to be held against anybody."""
        stage, published = each.judgement.stage, row["performance"] or NOT_AT_ALL
        if each.doubt:
            return
        if each.judgement.performance not in (NOT_AT_ALL, published):
            found.due[each.record_id] = each
        elif stage in (Stage.CANCELLED, Stage.RUNNING, Stage.AT_RISK, Stage.OVERDUE):
            found.held[each.record_id] = "changed-meanwhile"

    def _gated(self, found: Sorted, books: list[Casebook], feed: gathering.Side, shown: Shown) -> Gated:
        """Say what may leave now, what waits for a second person, and what was made ready in vain."""
        versions = [version for book in books for version in book.side.mappings]
        gate = Gate(self.journal, self.feed, self.declared.release, rules_of([*versions, *feed.mappings]), operator())
        back = {key: each for key, each in found.due.items() if key in found.shown and self._withdraws(each)}
        records = self._records([each.record for key, each in found.due.items() if key not in back])
        malformed = dict(zip(records["record_id"], self.feed.profile.malformed(records, self.order.as_of), strict=True))
        refused = delivering.refused_before(self.journal, self.feed)
        for key, fingerprint in records.select("record_id", "fingerprint").iter_rows():
            before = _("refused before: {reason}").format(reason=refused.get((key, fingerprint), ""))
            if why := malformed[key] or (before if (key, fingerprint) in refused else ""):
                found.held[key] = why
        gated = gate.judge(records.filter(~pl.col("record_id").is_in(list(found.held))), shown)
        gated.items += [self._withdrawal(each, shown) for each in back.values()]
        for key, why in gated.held.items():
            found.held[key] = why
        wanted = found.due.keys() | found.broken
        gated.overtaken += [each.id for each in self._waiting() if each.record_id not in wanted]
        found.due = {key: each for key, each in found.due.items() if key not in found.held}
        return gated

    def _withdraws(self, each: Watched) -> bool:
        """Whether a performance takes the published failure back in place of correcting it."""
        return self.declared.performed == "withdraw" and each.judgement.stage is Stage.CLOSED

    def _withdrawal(self, each: Watched, shown: Shown) -> Prepared:
        row = shown.rows[each.record_id][0]
        back = self.feed.withdrawal(pl.DataFrame([row]), _("kept after all"))
        if back is None:
            raise takes_nothing_back(self.feed)
        payload, after = back
        return Prepared(each.record_id, after, payload, Action.WITHDRAW, row["fingerprint"], by=operator())

    def _records(self, records: list[dict[str, str]]) -> pl.DataFrame:
        frame = pl.DataFrame(records, schema=dict.fromkeys(COMMITMENT.names, pl.String))
        return with_identity(frame, COMMITMENT)

    def _waiting(self) -> list[Delivery]:
        """What was made ready, and has not left."""
        return [each for each in self.journal.deliveries(self.feed.name, _LEAVING) if each.action != Action.WITHDRAW]

    async def _deliver(self, run_id: str, found: Sorted, gated: Gated) -> YinxinError | None:
        if found.due or gated.items:
            await self.feed.check()
        if self.order.dry_run:
            await delivering.rehearse(self.feed, gated.items)
            return None
        self.journal.discarded(gated.overtaken, "not broken any more", run_id)
        prepared = self.journal.prepare(run_id, self.feed.name, gated.items)
        return await self._courier(run_id).deliver({each.id for each in prepared})
