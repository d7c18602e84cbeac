"""The clock: it goes on whatever goes wrong in one of its turns."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

from journal import Journal
from schedules.clerk import Clerk, present
from schedules.planned import Planned
from schedules.serving import Clockwork
from schedules.workdays import Calendar
from words.errors import UsageError

EVERY_MINUTE = Planned.model_validate({"title": "x", "bot": "disclosure", "cron": "* * * * *", "misfire_grace": "1d"})


def test_a_file_that_is_broken_on_duty_leaves_the_schedules_as_they_were(journal: Journal) -> None:
    """What was due goes on, and so do the other things of a round, of which one fails as well."""
    now = present()
    clerk = Clerk(journal, {"minutely": EVERY_MINUTE}, Calendar(), lambda: now)
    clerk.settle()
    now += timedelta(minutes=2)
    stopping, rounds = threading.Event(), iter(range(3))

    def broken() -> Mapping[str, Planned]:
        raise UsageError("bad-value", "This value does not fit.", todo="Correct it.")

    def fails() -> None:
        raise ZeroDivisionError

    def last() -> None:
        if next(rounds) == 2:
            stopping.set()

    Clockwork(clerk, broken, rounds=[fails, last], sweep=1).run(stopping)
    assert [each.state for each in journal.firings("minutely")] == ["queued", "coalesced"]


def test_schedules_that_come_change_or_go_while_on_duty_are_followed(journal: Journal) -> None:
    """The clock is set anew in every round; what is settled is handed on."""
    clerk = Clerk(journal, {}, Calendar())
    changes = iter([{}, {"a": EVERY_MINUTE}, {"a": EVERY_MINUTE.model_copy(update={"cron": "5 * * * *"})}, {}])
    stopping, seen = threading.Event(), list[Mapping[str, Planned]]()

    def plans() -> Mapping[str, Planned]:
        try:
            seen.append(next(changes))
        except StopIteration:
            stopping.set()
        return seen[-1]

    Clockwork(clerk, plans, sweep=1).run(stopping)
    assert [len(each) for each in seen] == [0, 1, 1, 0]
    assert set(journal.settled_until()) == {"a"}
