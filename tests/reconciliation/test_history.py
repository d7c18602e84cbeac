"""The history of all runs: every decision once, by the newest run that looked at its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.history import JUDGED, Window, ends_of, months, newest, newest_quarantined, stretches, whole
from reconciliation.rates import flagged, rates_of
from reconciliation.report import VERDICT_COLUMNS

FIRST = date(2024, 5, 20)
DAYS = 30
LAST = FIRST + timedelta(days=DAYS - 1)


def day(number: int) -> date:
    """Return a day of the time that is looked at."""
    return FIRST + timedelta(days=number)


DECISIONS = st.lists(
    st.fixed_dictionaries({
        "decision_date": st.integers(0, DAYS - 1).map(lambda number: day(number).isoformat()),
        "authority_name": st.sampled_from(["审批局", "住建局", ""]),
        "item": st.sampled_from(["食品经营许可证", "施工许可证", ""]),
        "bucket": st.sampled_from(["due", "held", "already_disclosed", ""]),
        "outcome": st.sampled_from(["", "confirmed", "rejected", "unknown"]),
        "source_origin": st.sampled_from(["", "row"]),
        "ledger_origin": st.sampled_from(["", "sheet"]),
        "feed_origin": st.sampled_from(["", "feed"]),
        "deadline": st.integers(0, DAYS - 1).map(lambda number: day(number).isoformat()),
    }),
    max_size=25,
)  # fmt: skip
CUTS = st.sets(st.integers(1, DAYS - 1), max_size=4).map(sorted)


def judged(decisions: Sequence[dict[str, str]], turn: int = 0) -> pl.DataFrame:
    """Return decisions as one run judged them."""
    usual = dict.fromkeys(VERDICT_COLUMNS[1:], "") | {"as_of": LAST.isoformat(), "turn": turn}
    rows = [
        usual | {"record_id": f"r{number}", "document_number": f"D{number}", "group": number} | each
        for number, each in enumerate(decisions)
    ]
    return pl.DataFrame(rows, schema=JUDGED)


def last_words(windows: Sequence[Window], runs: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what each run said of the days on which it has the last word."""
    parts = [
        runs[each.run].filter(pl.col("decision_date").is_between(pl.lit(f"{each.since}"), pl.lit(f"{each.until}")))
        for each in stretches(windows, FIRST, LAST)
    ]
    return pl.concat([pl.DataFrame(schema=JUDGED), *parts])


@settings(max_examples=40, deadline=None)
@given(DECISIONS)
def test_the_parts_of_every_rate_add_up(decisions: list[dict[str, str]]) -> None:
    """By authority, by item and by month the counts are those over all, above the line and below it."""
    found = rates_of(flagged(newest(judged(decisions)), pl.col("as_of")))
    for name in ("compliance", "late", "concealment"):
        total = next((each.numerator, each.denominator) for each in found if (each.name, each.scope) == (name, "all"))
        for scope in ("authority", "item", "month"):
            parts = [each for each in found if (each.name, each.scope) == (name, scope)]
            assert (sum(each.numerator for each in parts), sum(each.denominator for each in parts)) == total


@settings(max_examples=40, deadline=None)
@given(DECISIONS, CUTS, st.randoms(use_true_random=False))
def test_the_history_of_a_split_run_is_that_of_one_run(
    decisions: list[dict[str, str]], cuts: list[int], random: object
) -> None:
    """Whoever runs week by week gets the same history, whatever a run says of days that it did not ask for."""
    one = newest(last_words([Window("one", FIRST, LAST)], {"one": judged(decisions)}))
    ends = [0, *cuts, DAYS]
    windows = [Window(f"{since}", day(since), day(until - 1)) for since, until in pairwise(ends)]
    beside = [each | {"source_origin": "", "bucket": "", "outcome": ""} for each in decisions]
    runs = {}
    for turn, each in enumerate(windows):
        mine = pl.col("decision_date").is_between(pl.lit(f"{each.since}"), pl.lit(f"{each.until}"))
        whole_run = pl.concat([judged(decisions, turn).filter(mine), judged(beside, turn).filter(~mine)])
        runs[each.run] = whole_run.sample(fraction=1, shuffle=True, seed=random.randint(0, 99))  # type: ignore[attr-defined]
    split = newest(last_words(windows[::-1], runs))
    assert split.drop("turn").equals(one.drop("turn"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)).map(sorted), max_size=6))
def test_every_day_belongs_to_the_newest_run_that_covers_it(ends: list[list[int]]) -> None:
    """No day is told twice, none that was looked at is left out, and an older run never speaks over a newer one."""
    windows = [Window(f"{index}", day(first), day(last)) for index, (first, last) in enumerate(ends)]
    told: dict[date, str] = {}
    for each in stretches(windows, FIRST, LAST):
        for number in range((each.until - each.since).days + 1):
            assert told.setdefault(each.since + timedelta(days=number), each.run) == each.run
    expected: dict[date, str] = {}
    for each in reversed(windows):
        expected |= {day(number): each.run for number in range(DAYS) if each.since <= day(number) <= each.until}
    assert told == expected


def test_a_record_that_moved_counts_on_its_newest_day() -> None:
    """A corrected decision date does not leave the decision behind on the old one."""
    before = judged([{"decision_date": "2024-05-31", "source_origin": "row"}], 1)
    after = judged([{"decision_date": "2024-06-03", "source_origin": "row"}], 2)
    assert newest(pl.concat([after, before]))["decision_date"].to_list() == ["2024-06-03"]


def test_who_knows_a_record_is_believed_before_who_only_sees_it_at_the_feed() -> None:
    """Another bot that finds it on the feed, later, knows less of it than the one whose source has it."""
    known = judged([{"decision_date": "2024-05-31", "source_origin": "row", "verdict": "agreed"}], 1)
    seen = judged([{"decision_date": "2024-05-31", "feed_origin": "feed", "verdict": "only_in_feed"}], 2)
    assert newest(pl.concat([known, seen]))["verdict"].to_list() == ["agreed"]


def test_a_row_that_was_put_right_is_in_quarantine_no_more() -> None:
    """It counts where its newest judgement is, and a row with two findings counts once."""
    found = pl.DataFrame({"origin": ["a", "a", "b"], "turn": [1, 1, 1], "document_number": ["D1", "D1", "D2"]})
    found = found.with_columns(decision_date=pl.lit("2024-05-31"))
    fixed = judged([{"decision_date": "2024-06-03", "source_origin": "b"}], 2)
    assert newest_quarantined(found, fixed)["origin"].to_list() == ["a"]


def test_months_and_their_ends() -> None:
    """Twelve months reach over the turn of a year; a leap year has its day."""
    assert months("2024-02", 3) == ["2023-12", "2024-01", "2024-02"]
    assert ends_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert whole(
        [Window("a", date(2024, 1, 20), date(2024, 2, 10)), Window("b", date(2024, 2, 11), LAST)], *ends_of("2024-02")
    )
    assert not whole([Window("a", date(2024, 2, 2), LAST)], *ends_of("2024-02"))
