"""What all bots have in common: a run that begins, tells its story, says how it ended, and closes its doors."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bots import delivering, gathering
from bots.asking import Shown, ask
from bots.declared import Bot
from bots.guarding import Guard, guard_of
from bots.order import Order
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.base import Feed, Incremental, Source
from connectors.browser import Browsers
from journal import Journal
from reconciliation.report import RunReport
from words.errors import YinxinError, first_of
from words.tracing import about


@dataclass(frozen=True, slots=True)
class Done:
    """What a run leaves: its report, and what went wrong on the way, the gravest first."""

    report: RunReport
    troubles: tuple[YinxinError, ...]


class Story(ABC):
    """One run of one bot.

    Attributes:
        received: of each record that was read back, the day on which the feed took it.
        result: what else the journal keeps of the run.
        tried: connector → the mapping that is tried on it in the place of its own.
    """

    def __init__(self, workspace: Workspace, journal: Journal, order: Order, watch: Watch, declared: Bot) -> None:
        self.workspace, self.journal, self.order, self.watch = workspace, journal, order, watch
        self.calendar = workspace.calendar
        self.browsers = Browsers(wanted=order.browser)
        self.tried = declared.tried
        self.sources: list[Source] = [
            workspace.source(name, self.browsers, self.tried.get(name)) for name in declared.sources
        ]
        self.feed: Feed = workspace.feed(declared.feed, self.browsers)
        self.received: dict[str, str] = {}
        self.result: dict[str, object] = {}
        self._declared = declared

    async def run(self, resumed: str = "") -> Done:
        """Do the whole job; a run that stops says so in the journal and raises what stopped it.

        ``resumed`` is an earlier run that did not come to its end, and goes on.
        """
        run_id = self._begin(resumed)
        try:
            with about(self.order.bot, run_id):
                done = await self._story(run_id)
        except BaseException as error:
            cause = first_of(error)
            code = cause.code if isinstance(cause, YinxinError) else type(cause).__name__
            self.journal.finish_run(run_id, "stopped", {}, {"error": code})
            raise
        finally:
            await self._leave()
        return done

    def _guard(self, run_id: str, source: Source, back: int = 0) -> Guard:
        """Return who looks at what a source shows before it is believed; it is asked so many days further back."""
        return guard_of(self.workspace, self.journal, run_id, source, self.order, back)

    @abstractmethod
    async def _story(self, run_id: str) -> Done:
        """Do the job, from collecting to the report."""

    def _begin(self, resumed: str) -> str:
        order = self.order
        if resumed:
            self.journal.resume_run(resumed)
            return resumed
        self.journal.stop_crashed(order.bot)
        days = (order.since.isoformat(), order.until.isoformat(), order.as_of.isoformat())
        return self.journal.begin_run(order.bot, *days, dry_run=order.dry_run)

    async def _asked(self, run_id: str, feed: gathering.Side) -> Shown:
        """Clear up what earlier runs left open; a dry run only looks."""
        shown = Shown.of(feed.records)
        if not self.order.dry_run:
            await ask(self.journal, run_id, self.feed, shown)
        return shown

    def _courier(self, run_id: str) -> delivering.Courier:
        return delivering.Courier(self.journal, run_id, self.feed, self.watch, self._declared.visible_within)

    async def _confirm(self, run_id: str) -> YinxinError | None:
        """Read back and keep the pictures; what fails here cannot undo what was sent, so it is told, not raised."""
        try:
            self.received |= await self._courier(run_id).confirm()
            for piece in await self.feed.evidence():
                about = f"{self.feed.title} {piece.about}"
                self.journal.keep_evidence(run_id, piece.kind, about, piece.content, piece.suffix)
        except YinxinError as error:
            return error
        return None

    def _ended(self, run_id: str, report: RunReport, troubles: Sequence[YinxinError | None]) -> Done:
        """Say how the run ended, and what the feed took long ago and never showed."""
        told = [each for each in troubles if each]
        self.journal.finish_run(run_id, _ending(report, stopped=bool(told)), report.counts.as_dict(), self.result)
        if not told and self._settles(report):
            self._moved_on(run_id)
        after = timedelta(hours=self._declared.unseen_after)
        unseen = delivering.unseen(self.journal, self.feed, after=after)
        return Done(report, (*told, *([unseen] if unseen else [])))

    def _settles(self, report: RunReport) -> bool:
        """Tell whether what came has come to its end, in a run that looked up to the present."""
        counts, order = report.counts, self.order
        return (
            not (order.dry_run or counts.waiting or counts.unknown) and counts.balanced and order.until >= order.as_of
        )

    def _moved_on(self, run_id: str) -> None:
        for source in self.sources:
            if isinstance(source, Incremental):
                self.journal.move_mark(run_id, source.name, source.reached)

    async def _leave(self) -> None:
        await asyncio.gather(self.feed.close(), *(source.close() for source in self.sources))
        await self.browsers.close()


def _ending(report: RunReport, *, stopped: bool) -> Literal["done", "failed", "stopped"]:
    """A run that does not add up has failed, whatever else went well."""
    if not report.counts.balanced:
        return "failed"
    return "stopped" if stopped else "done"
