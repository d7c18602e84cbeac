"""The city's clock: it stands still until somebody moves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

OPENING = time(9)


class Clock:
    """What time it is in the city; whatever follows the clock is told when it moves."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._followers: list[Callable[[datetime], object]] = []

    @property
    def now(self) -> datetime:
        """The moment it is, in the city's own time."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now = moment
        for follower in self._followers:
            follower(moment)

    @property
    def today(self) -> date:
        """The day it is."""
        return self._now.date()

    @property
    def midnight(self) -> datetime:
        """The moment at which today began."""
        return datetime.combine(self.today, time())

    def stamp(self) -> str:
        """The moment as the systems write it."""
        return f"{self._now:%Y-%m-%d %H:%M:%S}"

    def follow(self, follower: Callable[[datetime], object]) -> None:
        """Tell a follower what time it is, now and whenever that changes."""
        self._followers.append(follower)
        follower(self._now)

    async def page(self, request: Request) -> Response:
        """The address that tells the time and takes another."""
        if request.method == "POST":
            try:
                self.now = _moment(await request.json())
            except (TypeError, ValueError, KeyError) as problem:
                return JSONResponse({"error": str(problem)}, 400)
        return JSONResponse({"now": self._now.isoformat()})


def _moment(order: dict[str, str]) -> datetime:
    moment = datetime.fromisoformat(order["now"])
    if moment.tzinfo:
        raise ValueError("the city's clock shows its own time; leave the time zone out")
    return moment
