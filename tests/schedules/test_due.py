"""When a schedule is due, and what becomes of each due time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.due import due_times, holes, next_times, settle, slices, starts_at, window_of
from schedules.planned import Planned, read_planned, told_duration
from schedules.workdays import Calendar
from words.errors import UsageError

CALENDAR = Calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
#: The Spring Festival of 2026 with both of its make-up weekends lies between these.
BEGIN, END = datetime(2026, 2, 9, tzinfo=SHANGHAI), datetime(2026, 3, 2, tzinfo=SHANGHAI)

moments = st.integers(0, 364 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
crons = st.sampled_from(
    ["30 8 * * *", "0 8,14 * * *", "*/20 9-11 * * *", "0 9 * * mon", "0 7 1 * *", "15 10 * * sat-sun"]
)


def planned(**changes: object) -> Planned:
    """Return a schedule."""
    told = {"title": "双公示", "bot": "disclosure", "cron": "30 8 * * *", "working_days": True, **changes}
    return Planned.model_validate(told)


def test_only_working_days_are_run_and_the_others_say_why() -> None:
    """The festival's days and plain weekends are skipped with their names; the make-up weekends are run."""
    fates = {
        due.at.astimezone(SHANGHAI).date(): due
        for due in settle(planned(coalesce=False, misfire_grace="99d"), BEGIN, END, CALENDAR)
    }
    assert fates[date(2026, 2, 14)].fate == fates[date(2026, 2, 28)].fate == "queued"  # Saturdays that are made up for
    assert {fates[date(2026, 2, day)].fate for day in range(15, 24)} == {"skipped"}
    assert fates[date(2026, 2, 17)].reason not in {"", "weekend"}
    assert fates[date(2026, 3, 1)].reason == "weekend"
    assert len(fates) == 21


def test_every_day_counts_where_it_is_not_told_otherwise() -> None:
    """Without “working_days” a holiday is a day like others, also in a year that nobody knows."""
    fates = settle(
        planned(working_days=False, misfire_grace="9000d", coalesce=False), BEGIN, BEGIN + timedelta(days=800), CALENDAR
    )
    assert {due.fate for due in fates} == {"queued"}


def test_a_day_of_a_year_that_nobody_knows_is_missed_not_guessed() -> None:
    """Neither run nor skipped: it says that the calendar ends, until that knows the year."""
    begin, end = datetime(2026, 12, 31, 12, tzinfo=SHANGHAI), datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)
    assert {(due.fate, due.reason) for due in settle(planned(), begin, end, CALENDAR)} == {("missed", "calendar")}
    known = Calendar(frozenset({2027}), {})
    assert [due.fate for due in settle(planned(coalesce=False, misfire_grace="9d"), begin, end, known)] == [
        "queued",
        "skipped",
        "skipped",
        "queued",
    ]


@settings(deadline=None)
@given(
    cron=crons,
    begin=moments,
    hours=st.integers(1, 24 * 20),
    cuts=st.lists(st.integers(0, 24 * 20), max_size=4),
    coalesce=st.booleans(),
)
def test_settling_in_turns_leaves_no_hole_and_takes_none_twice(
    cron: str, begin: datetime, hours: int, cuts: list[int], coalesce: bool
) -> None:
    """However often and whenever somebody settles, every due time is met once."""
    plan = planned(cron=cron, coalesce=coalesce)
    ends = [*sorted({begin + timedelta(hours=cut) for cut in cuts if cut < hours}), begin + timedelta(hours=hours)]
    met, after = [], begin
    for end in ends:
        met += [due.at for due in settle(plan, after, end, CALENDAR)]
        after = end
    assert met == list(due_times(plan, begin, ends[-1]))
    assert len(met) == len(set(met))


@settings(deadline=None)
@given(cron=crons, begin=moments, hours=st.integers(1, 24 * 10), grace=st.integers(1, 300))
def test_of_what_nobody_served_only_the_last_runs_and_only_in_time(
    cron: str, begin: datetime, hours: int, grace: int
) -> None:
    """At most one is queued, the newest within its grace; earlier ones within it are coalesced, older ones missed."""
    plan = planned(cron=cron, misfire_grace=f"{grace}m", working_days=False)
    present = begin + timedelta(hours=hours)
    fates = settle(plan, begin, present, CALENDAR)
    fresh = [due for due in fates if present - due.at <= plan.misfire_grace]
    assert [due.fate for due in fresh] == ["coalesced"] * (len(fresh) - 1) + ["queued"] * bool(fresh)
    assert {(due.fate, due.reason) for due in fates if due not in fresh} <= {("missed", "down")}


@given(at=moments, name=st.text(min_size=1, max_size=20), minutes=st.integers(0, 90))
def test_jitter_is_the_same_for_all_schedulers_and_never_early(at: datetime, name: str, minutes: int) -> None:
    """It hangs on the name and the due time alone, and lies within what is declared."""
    plan = planned(jitter=f"{minutes}m")
    assert starts_at(plan, name, at) == starts_at(plan, name, at)
    assert at <= starts_at(plan, name, at) <= at + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("bot", None),
        ("today", (date(2026, 3, 1), date(2026, 3, 1))),
        ("yesterday", (date(2026, 2, 28), date(2026, 2, 28))),
        ("this_month", (date(2026, 3, 1), date(2026, 3, 1))),
        ("last_month", (date(2026, 2, 1), date(2026, 2, 28))),
        ("last_success", (date(2026, 2, 20), date(2026, 3, 1))),
    ],
)
def test_windows_are_counted_from_the_firing(window: str, expected: tuple[date, date] | None) -> None:
    """Days are those of the schedule's time zone."""
    assert window_of(planned(window=window), date(2026, 3, 1), date(2026, 2, 20)) == expected


def test_without_a_success_the_bot_chooses() -> None:
    """There is nothing to go on from."""
    assert window_of(planned(window="last_success"), date(2026, 3, 1), None) is None


def test_clocks_that_change_fire_once() -> None:
    """Where the clock is put back, the hour that comes twice fires once; where it is put on, the day is not lost."""
    plan = planned(cron="30 2 * * *", timezone="Europe/Berlin", working_days=False)
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin")) - timedelta(hours=12)
        assert len(list(due_times(plan, begin, begin + timedelta(hours=48)))) == 2


def test_what_runs_next_leaves_out_what_is_skipped() -> None:
    """The day before the festival is followed by the first day after it."""
    found = next_times(planned(), datetime(2026, 2, 13, 12, tzinfo=SHANGHAI), CALENDAR, 2)
    assert [due.at.astimezone(SHANGHAI).date() for due in found] == [date(2026, 2, 14), date(2026, 2, 24)]


def test_a_row_that_is_missing_is_a_hole() -> None:
    """Take one out of what was settled, and it is named."""
    plan = planned(working_days=False)
    rows = [at.isoformat(timespec="seconds") for at in due_times(plan, BEGIN, END)]
    assert holes(plan, rows, rows[-1]) == []
    assert holes(plan, [*rows[:4], *rows[5:]], rows[-1]) == [rows[4]]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("cron: '30 8 * * 1'", "cron"),
        ("cron: '30 8 * *'", "cron"),
        ("cron: '61 8 * * *'", "cron"),
        ("cron: '0 8 * * *'\njitter: 5 minutes", "jitter"),
        ("cron: '0 8 * * *'\ntimezone: Asia/Peking", "timezone"),
        ("cron: '0 8 * * *'\nmemory: 2 TB", "memory"),
        ("cron: '0 8 * * *'\njitter: 2h\ndeadline: 1h", "deadline"),
        ("cron: '0 8 * * *'\nworking_day: true", "working_day"),
    ],
)
def test_a_schedule_that_cannot_mean_anything_is_refused_with_its_line(text: str, field: str) -> None:
    """A weekday by number, four fields, an impossible minute, a loose duration, a place without a clock."""
    with pytest.raises(UsageError) as caught:
        read_planned(f"title: x\nbot: disclosure\n{text}\n", "schedules/x.yaml")
    assert caught.value.place.field == field
    assert caught.value.place.line == 2 + len(text.splitlines())


@given(seconds=st.integers(0, 10_000_000))
def test_durations_read_as_they_are_told(seconds: int) -> None:
    """Written and read again they are the same."""
    told = told_duration(timedelta(seconds=seconds))
    assert planned(jitter=told).jitter == timedelta(seconds=seconds)


@given(st.dates(date(2024, 1, 1), date(2025, 12, 31)), st.integers(0, 800), st.integers(1, 200))
def test_a_window_is_split_into_stretches_that_cover_it_once(since: date, more: int, most: int) -> None:
    """No day twice, none left out, none longer than allowed, and none much shorter than the others."""
    until = since + timedelta(days=more)
    stretches = list(slices(since, until, timedelta(days=most)))
    days = [first + timedelta(days=each) for first, last in stretches for each in range((last - first).days + 1)]
    assert days == [since + timedelta(days=each) for each in range(more + 1)]
    lengths = {(last - first).days + 1 for first, last in stretches}
    assert max(lengths) <= most
    assert max(lengths) - min(lengths) <= 1
