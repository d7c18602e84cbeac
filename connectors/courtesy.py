"""Courtesy: how many requests a system is asked at most, and in which hours it is left alone."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

from words.declared import Declared
from words.errors import Place, SystemFailure
from words.languages import gettext as _

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def _hours(given: str) -> str:
    if not _HOURS.fullmatch(given):
        raise ValueError("write two times of day, such as 22:00-06:00")
    return given


class Courtesy(Declared):
    """What a system is spared.

    Attributes:
        per_minute: the most requests in any minute, of all processes and machines that use the same login together.
        quiet: hours in which it is not asked at all, such as 22:00-06:00, by this machine's clock.
    """

    per_minute: int | None = Field(default=None, ge=1)
    quiet: tuple[Annotated[str, AfterValidator(_hours)], ...] = ()

    @property
    def pace(self) -> tuple[float, float]:
        """Seconds between two requests, and by how many seconds they may run ahead; together never more in a minute."""
        most = self.per_minute or 1
        ahead = max(0, most // 20 - 1)
        interval = 60.0 / (most - ahead)
        return interval, ahead * interval

    def rests(self, moment: datetime) -> str:
        """Return the quiet hours that a moment lies in; empty if it lies in none."""
        return next((hours for hours in self.quiet if _within(moment.time(), hours)), "")


def _within(moment: time, hours: str) -> bool:
    begin, end = (time.fromisoformat(each) for each in hours.split("-"))
    return begin <= moment < end if begin <= end else moment >= begin or moment < end


class Turns(Protocol):
    """Whoever gives the requests of a login their turns."""

    async def turn(self) -> None:
        """Wait until one more request may be sent.

        Raises:
            SystemFailure: the system is to be left alone at this hour.
        """
        ...

    def close(self) -> None:
        """Let go of what gives the turns."""
        ...


class Unlimited:
    """Nobody is spared."""

    async def turn(self) -> None:
        """Go on."""

    def close(self) -> None:
        """Nothing is held."""


UNLIMITED = Unlimited()


def quiet_now(title: str, hours: str) -> SystemFailure:
    """Return the error for a system that is left alone at this hour."""
    return SystemFailure(
        "quiet-hours",
        _("This system is left alone between {begin} and {end}.").format(begin=hours[:5], end=hours[6:]),
        todo=_("Run it again after that; what was begun goes on with “yinxin resume”."),
        place=Place(system=title, field="courtesy.quiet"),
    )
