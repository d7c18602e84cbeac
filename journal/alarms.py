"""Alarms: what somebody has to be told, by what it is about.

An alarm opens when something is found wrong, is seen again for as long as that lasts, and is over when it is not found
any more. The same key may open again later: then it begins anew, and whoever was told before is told again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from journal.database import Book
from journal.events import Entry, append
from journal.schema import alarms

#: A digest is told by the clock and not because of anything; its row only remembers who was told when.
AlarmKind = Literal["failed", "degraded", "digest"]
_DIGEST: AlarmKind = "digest"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody has to be told; times are UTC ISO text to the microsecond.

    Attributes:
        key: what it is about, such as ``bot/disclosure/held``.
        kind: failed or degraded.
        actor: who acts next: business, system, login, drift, delivery or usage.
        sentence: what is wrong, in the language of whoever found it.
        todo: what to do about it.
        since: when it was found first.
        seen_at: when it was found last.
        times: how often it was found.
        told: the channels that know, and since when; one that was told after ``over_at`` knows that it is over.
        over_at: when it was not found any more; empty while it lasts.
    """

    key: str
    kind: AlarmKind
    actor: str
    sentence: str
    todo: str
    since: str = ""
    seen_at: str = ""
    times: int = 0
    told: dict[str, str] = field(default_factory=dict)
    over_at: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still lasts."""
        return not self.over_at


class Alarms(Book):
    """Opening alarms, seeing them again, ending them, and remembering who was told."""

    def raise_alarms(self, found: Sequence[Alarm], moment: datetime) -> None:
        """Remember what was found wrong: a key that is open counts up and says what it is now, any other one opens."""
        at, opened = _at(moment), []
        with self._writing() as connection:
            known = {each.key: each for each in _stored(connection, [each.key for each in found])}
            for each in found:
                before = known.get(each.key)
                if before and before.is_open:
                    again = replace(each, since=before.since, told=before.told, times=before.times + 1, seen_at=at)
                    _store(connection, again)
                else:
                    opened.append(replace(each, since=at, seen_at=at, times=1, told={}, over_at=""))
                    _store(connection, opened[-1], new=before is None)
            append(connection, (_entry("opened", each, actor=each.actor) for each in opened))

    def end_alarms(self, keys: Collection[str], moment: datetime) -> None:
        """Say that what these were about is not found any more; one that is over already is left alone."""
        with self._writing() as connection:
            over = [replace(each, over_at=_at(moment)) for each in _stored(connection, keys) if each.is_open]
            for each in over:
                _store(connection, each)
            append(connection, (_entry("over", each, times=each.times) for each in over))

    def alarms(self, *, over: bool = False) -> list[Alarm]:
        """Return the alarms that are open, the oldest first; with ``over`` those as well that no longer are."""
        query = select(alarms).where(alarms.c.kind != _DIGEST).order_by(alarms.c.since, alarms.c.key)
        with self._reading() as connection:
            return [Alarm(*row) for row in connection.execute(query if over else query.where(alarms.c.over_at == ""))]

    def told(self, channel: str, keys: Collection[str], moment: datetime) -> None:
        """Remember that a channel was told of alarms as they are now."""
        with self._writing() as connection:
            for each in _stored(connection, keys):
                _store(connection, replace(each, told={**each.told, channel: _at(moment)}))

    def digest_told(self, channel: str) -> str:
        """Return when a channel got its last digest; empty if it never did."""
        with self._reading() as connection:
            return "".join(each.told[channel] for each in _stored(connection, [_digest_of(channel).key]))

    def tell_digest(self, channel: str, moment: datetime) -> None:
        """Remember that a channel got its digest."""
        at, row = _at(moment), _digest_of(channel)
        with self._writing() as connection:
            new = not _stored(connection, [row.key])
            _store(connection, replace(row, since=at, seen_at=at, told={channel: at}), new=new)


def _digest_of(channel: str) -> Alarm:
    return Alarm(f"{_DIGEST}/{channel}", _DIGEST, "", "", "")


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _stored(connection: Connection, keys: Iterable[str]) -> list[Alarm]:
    return [Alarm(*row) for row in connection.execute(select(alarms).where(alarms.c.key.in_(list(keys))))]


def _store(connection: Connection, alarm: Alarm, *, new: bool = False) -> None:
    statement = alarms.insert() if new else alarms.update().where(alarms.c.key == alarm.key)
    connection.execute(statement.values(asdict(alarm)))


def _entry(what: str, alarm: Alarm, **data: Any) -> Entry:  # noqa: ANN401 - anything JSON-able
    """The event of an alarm; its sentence stays out, because a source's own words may stand in it."""
    return Entry("", f"alarm.{what}", f"alarm/{alarm.key}", {"kind": alarm.kind, **data})
