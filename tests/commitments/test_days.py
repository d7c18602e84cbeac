"""The mornings on which something is wrong: nothing is pushed on a guess, nothing is lost, nothing leaves twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bots import commitments
from mappings.standards.commitment import FULLY, NOT_AT_ALL
from reconciliation.commitments.words import reason
from tests.commitments.cities import city_of, crowd, renamed
from tests.commitments.conftest import Opener
from tests.commitments.one import AFTER, BEFORE, DUE, LATER, PLAIN, PUSH, SCENE, line, once, pushed, standing
from words.errors import SystemFailure, UsageError


async def test_what_is_pushed_stays_and_a_second_run_of_the_day_sends_nothing(opened: Opener) -> None:
    """Due, confirmed by reading back, and from then on already disclosed."""
    desk = opened(PLAIN)
    assert standing(await desk.morning(BEFORE)) == ("not_due", "")
    first = line(await desk.morning(PUSH))
    assert (first["bucket"], first["outcome"], first["late"]) == ("due", "confirmed", "")
    for day in (PUSH, AFTER):
        again = line(await desk.morning(day))
        assert (again["bucket"], again["pushed_on"], again["late"]) == ("already_disclosed", PUSH.isoformat(), "")
    once(desk, PUSH)


@pytest.mark.parametrize("how", ["deaf", "down"])
async def test_a_source_that_cannot_be_asked_on_the_push_day_pushes_nothing(opened: Opener, how: str) -> None:
    """Held with the reason on each such morning; out on the first that it answers, late by the working days between."""
    desk = opened(PLAIN)
    await desk.morning(BEFORE)
    setattr(desk.workspace.system, how, True)
    for day in (PUSH, AFTER):
        silent = await desk.morning(day)
        assert standing(silent) == ("held", reason("not-re-read"))
        assert [each.code for each in silent.troubles] == ["no-answer"]
        assert pushed(desk) == []
    setattr(desk.workspace.system, how, False)
    last = line(await desk.morning(LATER))
    assert (last["bucket"], last["outcome"], last["late"]) == ("due", "confirmed", "2")
    once(desk, LATER)


async def test_a_source_that_breaks_off_behind_a_new_row_is_told_of_from_memory(opened: Opener) -> None:
    """The list has news, and what stands behind it does not come: the run says so, and nothing is pushed."""
    desk = opened(city_of(DUE, SCENE.extension(SCENE.early(3))[0]))
    await desk.morning(SCENE.early(3))
    desk.workspace.system.deaf = True
    silent = await desk.morning(SCENE.early(2))
    assert [each.code for each in silent.troubles] == ["no-answer"]
    assert line(silent)["push_day"] == PUSH.isoformat()
    assert standing(await desk.morning(PUSH)) == ("held", reason("not-re-read"))
    desk.workspace.system.deaf = False
    assert standing(await desk.morning(AFTER)) == ("not_due", "")
    assert pushed(desk) == []


async def test_a_source_that_nobody_ever_read_stops_the_run(opened: Opener) -> None:
    """There is nothing to tell from memory."""
    desk = opened(PLAIN)
    desk.workspace.system.down = True
    with pytest.raises(SystemFailure):
        await desk.morning(PUSH)
    assert desk.journal.runs()[0].state == "stopped"


@pytest.mark.parametrize("lag", [timedelta(hours=10), timedelta(days=1), timedelta(days=8)])
@pytest.mark.parametrize("known", [True, False])
async def test_an_answer_of_an_earlier_day_is_none(opened: Opener, lag: timedelta, known: bool) -> None:
    """A replica that lags may not know of the confirmation yet."""
    desk = opened(PLAIN)
    if known:
        await desk.morning(BEFORE)
    desk.workspace.system.lag = lag
    assert standing(await desk.morning(PUSH)) == ("held", reason("older-state"))
    desk.workspace.system.lag = timedelta()
    assert line(await desk.morning(AFTER))["late"] == "1"
    once(desk, AFTER)


@pytest.mark.parametrize(("minutes", "believed"), [(5, True), (11, False), (60, False), (600, False)])
async def test_on_the_day_itself_an_answer_is_believed_for_some_minutes(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, minutes: int, believed: bool
) -> None:
    """Where today is the real one, an answer has to be of the last ten minutes."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Now:
            return cls.combine(PUSH, time(9), ZoneInfo("Asia/Shanghai")).astimezone(tz)

    monkeypatch.setattr(commitments, "datetime", Now)
    desk = opened(PLAIN)
    await desk.morning(BEFORE)
    desk.workspace.system.lag = timedelta(minutes=minutes)
    await desk.morning(PUSH)
    assert bool(pushed(desk)) == believed


@pytest.mark.parametrize("known", [True, False])
async def test_a_confirmation_minutes_before_the_run_counts(opened: Opener, known: bool) -> None:
    """The list is of midnight and says overdue; what stands behind the row is asked once more."""
    desk = opened(city_of(DUE, SCENE.upload(BEFORE), SCENE.confirmation(PUSH, "08:55")))
    if known:
        await desk.morning(BEFORE)
    done = line(await desk.morning(PUSH))
    assert (done["stage"], done["bucket"]) == ("closed", "not_due")
    assert pushed(desk) == []


async def test_a_confirmation_minutes_after_the_run_corrects_it_the_next_morning(opened: Opener) -> None:
    """The push was right when it was made, and so is what the platform says afterwards."""
    desk = opened(city_of(DUE, SCENE.confirmation(PUSH, "09:05")))
    await desk.morning(PUSH)
    await desk.morning(AFTER)
    assert pushed(desk) == [(PUSH, "publish", NOT_AT_ALL), (AFTER, "correct", FULLY)]


async def test_another_departments_word_waits_for_the_right_one_though_the_list_shows_neither(opened: Opener) -> None:
    """The list says confirmed both times; what a person would be told of is asked anew each morning."""
    wrong, right = SCENE.confirmation(SCENE.late(2), wrong=True), SCENE.confirmation(AFTER)
    desk = opened(city_of(DUE, wrong, right))
    await desk.morning(SCENE.late(3))
    for day in (PUSH, AFTER):
        assert standing(await desk.morning(day)) == ("held", reason("confirmed-by-another"))
    done = line(await desk.morning(LATER))
    assert (done["stage"], done["bucket"], done["why"]) == ("closed", "not_due", "")
    assert pushed(desk) == []


@pytest.mark.parametrize(
    ("lacks", "empties", "why"),
    [({"bmqr"}, set(), "not-re-read"), ({"clsc", "cncx"}, set(), "not-re-read"), (set(), {"bmqr"}, "older-state")],
)
async def test_an_answer_without_what_it_told_before_is_not_believed(
    opened: Opener, lacks: set[str], empties: set[str], why: str
) -> None:
    """A list of events that is gone, or was full and is empty, is no proof that nothing happened."""
    desk = opened(city_of(DUE, SCENE.confirmation(SCENE.late(2), partly=True)))
    await desk.morning(BEFORE)
    desk.workspace.system.lacks, desk.workspace.system.empties = frozenset(lacks), frozenset(empties)
    assert standing(await desk.morning(PUSH)) == ("held", reason(why))
    assert pushed(desk) == []


async def test_a_project_that_is_gone_is_held_and_the_others_go_on(opened: Opener) -> None:
    """Told each morning from the push day on, also where its row was the only news of the list."""
    desk = opened(city_of(DUE, vanishes=datetime.combine(SCENE.early(1), time(16))))
    await desk.morning(SCENE.early(3))
    for day in (SCENE.late(1), BEFORE):
        assert standing(await desk.morning(day)) == ("not_due", "")
    for day in (PUSH, AFTER):
        assert standing(await desk.morning(day)) == ("held", reason("vanished"))
    assert pushed(desk) == []


async def test_a_row_that_was_gone_when_it_was_first_seen_is_opened_once_it_is_back(opened: Opener) -> None:
    """Until then it is quarantined, because nothing is known of it; the list itself never changes."""
    city = crowd([1])
    desk = opened(city)
    for quarantined in (1, 1, 0):
        if not quarantined:
            desk.show(replace(city, projects=tuple(replace(each, vanishes=None) for each in city.projects)))
        assert (await desk.morning(date(2026, 6, 1))).report.counts.quarantined == quarantined


async def test_a_row_that_the_list_drops_is_held_until_it_is_back(opened: Opener) -> None:
    """Missing is neither kept nor broken."""
    desk = opened(PLAIN)
    await desk.morning(SCENE.late(3))
    desk.workspace.system.unlisted = frozenset(each.label for each in desk.workspace.system.rows(PUSH))
    assert standing(await desk.morning(BEFORE)) == ("not_due", "")
    assert standing(await desk.morning(PUSH)) == ("held", reason("unlisted"))
    desk.workspace.system.unlisted = frozenset()
    await desk.morning(AFTER)
    once(desk, AFTER)


@pytest.mark.parametrize("back", [BEFORE, SCENE.late(3), SCENE.early(9)])
async def test_a_clock_that_is_set_back_pushes_nothing_twice(opened: Opener, back: date) -> None:
    """After the push, and before it with something already known that has not happened yet."""
    desk = opened(PLAIN)
    await desk.morning(PUSH)
    for day in (back, PUSH, AFTER):
        await desk.morning(day)
    once(desk, PUSH)


async def test_a_clock_set_back_forgets_nothing_that_was_known(opened: Opener) -> None:
    """What was granted in the future of a clock that goes wrong stands."""
    desk = opened(city_of(DUE, SCENE.extension(SCENE.late(4))[0]))
    await desk.morning(SCENE.late(5))
    assert standing(await desk.morning(SCENE.late(2))) == ("not_due", "")
    desk.workspace.system.lag = timedelta(days=20)
    assert standing(await desk.morning(PUSH)) == ("not_due", "")
    assert pushed(desk) == []


@pytest.mark.parametrize(("day", "as_of"), [(PUSH, BEFORE), (BEFORE, PUSH), (PUSH, AFTER)])
async def test_a_bot_and_a_system_that_disagree_about_the_day_push_nothing(
    opened: Opener, day: date, as_of: date
) -> None:
    """Neither before the push day by one of the two clocks, nor on the word of yesterday."""
    desk = opened(PLAIN)
    await desk.morning(day, as_of=as_of)
    assert pushed(desk) == []
    await desk.morning(LATER)
    once(desk, LATER)


@pytest.mark.parametrize("known", [True, False])
async def test_missed_days_are_made_up_on_the_first_morning(opened: Opener, known: bool) -> None:
    """Three working days without a run: pushed once, and counted as late; a rest day is a morning too."""
    desk = opened(PLAIN)
    if known:
        await desk.morning(BEFORE)
    first = line(await desk.morning(SCENE.late(10)))
    assert (first["outcome"], first["late"]) == ("confirmed", "3")
    await desk.morning(SCENE.late(11))
    once(desk, SCENE.late(10))


async def test_a_day_beyond_the_calendar_is_refused_before_anything_is_done(opened: Opener) -> None:
    """Nobody knows how late it would be."""
    desk = opened(PLAIN)
    with pytest.raises(UsageError) as refused:
        await desk.morning(desk.workspace.calendar.horizon + timedelta(days=4))
    assert refused.value.code == "calendar-horizon"
    assert pushed(desk) == []


async def test_a_commitment_that_is_shown_under_another_name_is_not_shown_twice(opened: Opener) -> None:
    """A builder that changed its name is the same builder, and its commitment the same one."""
    desk = opened(PLAIN)
    await desk.morning(PUSH)
    desk.show(renamed(PLAIN, "呼和浩特市新名置业有限公司"))
    assert standing(await desk.morning(AFTER)) == ("held", reason("shown-otherwise"))
    once(desk, PUSH)
