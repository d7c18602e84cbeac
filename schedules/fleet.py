"""Many machines: firings go through Procrastinate's queues on the journal's own PostgreSQL, to whoever works there.

The journal stays the only one who says what a firing is: a job only carries its key. A job that comes twice, or too
late, finds its firing taken and ends; one that gets lost is deferred again, because its firing is still queued.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import psycopg
from loguru import logger
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.schema import SchemaManager
from sqlalchemy import URL

from journal import Firing
from words.errors import SystemFailure
from words.languages import gettext as _

TASK = "yinxin.fire"
#: The task of a part of a reconciliation, its queue, and how much more urgent it is than a firing: a run waits for it.
PART_TASK, PART_QUEUE, PART_PRIORITY = "yinxin.part", "parts", 1 << 20
#: Seconds after which a worker that did not report counts as dead, and between two of its reports.
SILENCE, REPORT = 30.0, 10.0
_MAKING = 0x5979  # any number that nobody else locks
_THERE = "SELECT to_regclass('procrastinate_jobs')"


def address_of(database: URL) -> str:
    """Return a journal's address as libpq reads it."""
    return database.set(drivername="postgresql").render_as_string(hide_password=False)


def prepare(address: str) -> None:
    """Make Procrastinate's tables beside the journal's if they are not there.

    Raises:
        SystemFailure: the server cannot be reached.
    """
    try:
        with psycopg.connect(address) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])
            if (row := connection.execute(_THERE).fetchone()) and row[0] is None:
                connection.execute(SchemaManager.get_schema())
    except psycopg.OperationalError as error:
        raise away() from error


def away() -> SystemFailure:
    """Return the error of a queue that cannot be reached."""
    return SystemFailure(
        "queue-away",
        _("The database with the workers' queue cannot be reached."),
        todo=_("Nothing is lost; it goes on by itself as soon as the server answers."),
    )


class Dispatch:
    """Hands queued firings to the workers."""

    def __init__(self, address: str) -> None:
        self._app = app_of(SyncPsycopgConnector(conninfo=address, min_size=0, max_size=2))
        self._app.open()

    def send(self, queued: Iterable[Firing]) -> None:
        """Defer a job for every firing that has none waiting.

        Raises:
            SystemFailure: the server cannot be reached.
        """
        try:
            there = {job.queueing_lock for job in self._app.job_manager.list_jobs(task=TASK, status=Status.TODO.value)}
            for firing in queued:
                if firing.key not in there:
                    with suppress(AlreadyEnqueued):
                        _deferrer(self._app, firing).defer(key=firing.key)
        except ConnectorException as error:
            raise away() from error

    def call(self, keys: Iterable[str]) -> None:
        """Defer a job for every part of a reconciliation that waits for whoever is free.

        Raises:
            SystemFailure: the server cannot be reached.
        """
        try:
            for key in keys:
                job = self._app.configure_task(
                    PART_TASK, queue=PART_QUEUE, priority=PART_PRIORITY, queueing_lock=f"part {key}"
                )
                job.defer(key=key)
        except ConnectorException as error:
            raise away() from error

    def close(self) -> None:
        """Let go of the server."""
        self._app.close()


@contextmanager
def dispatching(database: URL) -> Iterator[Dispatch]:
    """Give what hands work to the workers of a journal's server, and make its tables if they are not there.

    Raises:
        SystemFailure: the server cannot be reached.
    """
    address = address_of(database)
    prepare(address)
    dispatch = Dispatch(address)
    try:
        yield dispatch
    finally:
        dispatch.close()


def app_of(connector: BaseConnector) -> App:
    """Return Procrastinate's entry point."""
    return App(connector=connector, worker_defaults={"update_heartbeat_interval": REPORT})


def _deferrer(app: App, firing: Firing, pause: timedelta = timedelta()) -> JobDeferrer:
    """Return how a firing is queued: once while it waits, where its schedule says, not before it may start."""
    starts = max(datetime.fromisoformat(firing.starts_at), datetime.now(UTC) + pause)
    return app.configure_task(
        TASK, queue=firing.queue, priority=firing.priority, queueing_lock=firing.key, schedule_at=starts
    )


async def again(app: App, firing: Firing, pause: timedelta) -> None:
    """Defer a firing once more that could not start now."""
    with suppress(AlreadyEnqueued):
        await _deferrer(app, firing, pause).defer_async(key=firing.key)


async def supply(app: App, queued: Iterable[Firing]) -> None:
    """Defer a job for every firing that has none waiting."""
    there = {job.queueing_lock for job in await app.job_manager.list_jobs_async(task=TASK, status=Status.TODO.value)}
    for firing in queued:
        if firing.key not in there:
            await again(app, firing, timedelta())


async def revive(app: App) -> int:
    """Queue the jobs of dead workers again; returns how many there were."""
    stalled = [
        job
        for task in (TASK, PART_TASK)
        for job in await app.job_manager.get_stalled_jobs(task_name=task, seconds_since_heartbeat=SILENCE)
    ]
    for job in stalled:
        logger.warning("the worker of {} is dead; its job is queued again", job.task_kwargs.get("key"))
        try:
            await app.job_manager.retry_job(job)
        except (AlreadyEnqueued, ConnectorException):  # its firing has another job already
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    return len(stalled)


def worker_app(address: str, concurrency: int) -> App:
    """Return Procrastinate's entry point for a worker."""
    return app_of(PsycopgConnector(conninfo=address, min_size=1, max_size=concurrency + 4))
