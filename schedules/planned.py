"""``schedules/NAME.yaml``: when a bot runs by itself, over which window, and what happens when it could not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from words.declared import Declared, line_of, parse
from words.errors import Place, UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d+)\s*([smhd])", re.ASCII)
_SIZES = {"MB": 1 << 20, "GB": 1 << 30}
_SIZE = re.compile(r"(\d+)\s*(MB|GB)", re.ASCII)

Window = Literal["bot", "today", "yesterday", "last_success", "this_month", "last_month"]


def _duration(given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    if isinstance(given, str) and (found := _SPAN.fullmatch(given.strip())):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    raise ValueError("write a number and s, m, h or d, such as 90s, 15m, 2h, 1d")


def told_duration(span: timedelta) -> str:
    """Return a duration as it is declared, in the largest unit that says it without a rest."""
    seconds = int(span.total_seconds())
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def _bytes(given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    if isinstance(given, str) and (found := _SIZE.fullmatch(given.strip())):
        return int(found[1]) * _SIZES[found[2]]
    raise ValueError("write a number and MB or GB, such as 800MB, 2GB")


def _zone(given: str) -> str:
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        raise ValueError("there is no such time zone; write one such as Asia/Shanghai") from None
    return given


def _cron(given: str) -> str:
    """Check five fields; APScheduler counts weekdays from Monday as 0, so that only their names are unmistakable."""
    if re.search(r"\d", given.rsplit(maxsplit=1)[-1] if given.split() else ""):
        raise ValueError("write weekdays by name (mon, tue …): numbers begin on other days in other programs")
    CronTrigger.from_crontab(given)
    return given


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(told_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d+\s*[smhd]$"}),
]
Size = Annotated[int, BeforeValidator(_bytes), WithJsonSchema({"type": "string", "pattern": r"^\d+\s*(MB|GB)$"})]
NOTHING = timedelta()


class Planned(Declared):
    """One schedule.

    Attributes:
        title: what it is called in lists and messages.
        bot: the bot that runs.
        cron: minute, hour, day of month, month, weekday (by name), for example ``30 8,14 * * *``.
        timezone: where the clock of ``cron`` hangs.
        working_days: only on working days, make-up working days included; without it on every day.
        window: the decision dates of a run: the bot's own choice, a day, a month, or all since the last run that
            succeeded. Days are those of the time zone, counted from the firing.
        jitter: a firing starts up to so much later, each time another moment that all schedulers agree on.
        misfire_grace: how late a firing may still start when nobody was there at its time.
        coalesce: of several due times that nobody served, only the last runs.
        split: a window longer than this is first collected in parts of at most so many days, each of one source, by
            all workers that are free; then the bot runs over the whole of it, and writes one report.
        priority: among firings that wait, the higher one goes first.
        concurrency: how many firings of its bot may be under way; runs that share a login still wait for each other.
        deadline: by when after its due time the work has to be done: not begun by then it is missed, still at work it
            is stopped in order.
        queue: which workers take it (“yinxin worker --queues”).
        attempts: how often it is tried when a system fails or its process dies.
        pause: how long it waits before the second attempt; twice as long before each further one.
        memory: what its process and the browser may use together; one that needs more is stopped in order.
        enabled: without it, nothing is due.
    """

    title: str
    bot: str
    cron: Annotated[str, AfterValidator(_cron)]
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    working_days: bool = False
    window: Window = "bot"
    jitter: Duration = NOTHING
    misfire_grace: Duration = timedelta(hours=1)
    coalesce: bool = True
    split: Annotated[Duration, Field(ge=timedelta(days=1))] | None = None
    priority: int = 0
    concurrency: int = Field(default=1, ge=1)
    deadline: Duration | None = None
    queue: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] = "default"
    attempts: int = Field(default=3, ge=1)
    pause: Duration = timedelta(minutes=1)
    memory: Size | None = None
    enabled: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def read_planned(text: str, file: str) -> Planned:
    """Read and lint a schedule.

    Raises:
        UsageError: a key is unknown, a value does not fit, or the deadline ends before the jitter does.
    """
    planned = parse(Planned, text, file)
    if planned.deadline is not None and planned.deadline <= planned.jitter:
        from words.languages import gettext as _

        raise UsageError(
            "deadline-before-start",
            _("The deadline ends before the last moment at which this schedule may start."),
            todo=_("Make “deadline” longer than “jitter”."),
            place=Place(file=file, line=line_of(text, ("deadline",)), field="deadline"),
        )
    return planned
