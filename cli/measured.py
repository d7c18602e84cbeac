"""What ``/metrics`` tells, measured when it is asked for."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loguru import logger
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from journal import SETTLED, State, Worker
from words.errors import YinxinError

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import Tally

_RUN_STATES = ("running", "done", "failed", "stopped")
_FIRING_STATES = ("queued", "running", *SETTLED)
#: Stands for whatever is not declared any more, so that old names do not pile up.
_OTHER = "other"
_Samples = Iterable[tuple[tuple[str, ...], float]]


class Measured(Collector):
    """Reads journal, calendar and disk of a workspace at each scrape."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics; without the journal, those that need none."""
        yield from self._surroundings()
        try:
            with self._workspace.journal() as journal:
                tally, crew, stalled = journal.tally(), journal.workers(), len(journal.abandoned())
        except YinxinError as error:
            logger.bind(action="scrape", code=error.code).warning("{}", error.sentence)
            yield _one("journal_up", "Whether the journal can be read.", 0)
            return
        yield _one("journal_up", "Whether the journal can be read.", 1)
        yield from self._runs(tally)
        yield from self._others(tally)
        yield _one("workers", "Workers that reported within a minute.", sum(not each.gone for each in crew))
        yield _one("workers_gone", "Workers that fell silent without signing off.", sum(map(_gone, crew)))
        yield _one("firings_stalled", "Running firings whose worker is dead.", stalled)

    def _surroundings(self) -> Iterator[GaugeMetricFamily]:
        workspace = self._workspace
        with suppress(YinxinError):  # a calendar that cannot be read has no horizon
            left = (workspace.calendar.horizon - workspace.today).days
            yield _one("calendar_horizon_days", "Days until working days are not known any more.", left)
        free = shutil.disk_usage(workspace.state if workspace.state.exists() else workspace.folder).free
        yield _one("disk_free_bytes", "Free space where the journal and the evidence lie.", free)

    def _runs(self, tally: Tally) -> Iterator[GaugeMetricFamily]:
        bots = self._workspace.names("bots")
        counts = _bounded(tally.runs, bots, _RUN_STATES)
        yield _many("runs", "Runs that are not rehearsals.", ("bot", "state"), counts.items())
        last = {(bot,): run for bot, run in tally.last.items() if bot in bots}
        seconds = {key: run.seconds for key, run in last.items()}
        yield _many("last_run_seconds", "How long the newest run took that has ended.", ("bot",), seconds.items())
        rows = {key: run.quarantined for key, run in last.items()}
        yield _many("quarantined", "Rows that the newest run which has ended could not read.", ("bot",), rows.items())
        now = datetime.now(UTC)
        ages = {(bot,): _age(at, now) for bot, at in tally.succeeded.items() if bot in bots}
        yield _many("last_success_age_seconds", "Since the newest run that was done.", ("bot",), ages.items())

    def _others(self, tally: Tally) -> Iterator[GaugeMetricFamily]:
        feeds = self._workspace.names("connectors")
        deliveries = _bounded(tally.deliveries, feeds, [state.value for state in State])
        yield _many("deliveries", "Deliveries by where they stand.", ("feed", "state"), deliveries.items())
        firings = {(state,): tally.firings.get(state, 0) for state in _FIRING_STATES}
        yield _many("firings", "Due times of schedules by how they ended.", ("state",), firings.items())
        yield _one("alarms_open", "Alarms that last.", tally.alarms)


def _gone(worker: Worker) -> bool:
    return worker.gone


def _age(at: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(at)).total_seconds()


def _bounded(
    counts: Mapping[tuple[str, str], int], names: Iterable[str], states: Iterable[str]
) -> dict[tuple[str, ...], float]:
    """Give each declared name that has any all states, and put what is not declared together."""
    known, told = set(names), Counter[tuple[str, ...]]()
    for (name, state), count in counts.items():
        label = name if name in known else _OTHER
        told.update({(label, each): 0 for each in states})
        told[label, state] += count
    return dict(told)


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"yinxin_{name}", about, value=value)


def _many(
    name: str, about: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"yinxin_{name}", about, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
