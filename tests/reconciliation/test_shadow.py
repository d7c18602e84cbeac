"""Shadow mode: what a bot would have sent beside what the clerk sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation.history import Window
from reconciliation.shadow import COUNTED, Shadow, Standing, agreement, newest_comparisons, shadow
from tests.reconciliation.frames import Row, licence, shuffled, side, sides
from words.languages import choose


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def compared(bot: pl.DataFrame, feed: pl.DataFrame, **kept: str) -> Shadow:
    """Compare both sides over March 2024."""
    return shadow(bot, feed, standard=LICENCE, since="2024-03-01", until="2024-03-31", kept=kept)


def stands(bot: list[Row], feed: list[Row]) -> list[tuple[str, str]]:
    """Return document number and standing of every record."""
    found = compared(side("source", bot), side("feed", feed)).records
    return sorted(found.select("document_number", "standing").iter_rows())


def test_both_sent_the_same() -> None:
    """Equal in every field that the feed shows; what it never shows is not compared."""
    found = compared(side("source", [licence(remarks="x")]), side("feed", [licence()]))
    assert found.records["standing"].to_list() == [Standing.AGREED]
    assert found.records["compared"].to_list() == [
        "name,document_number,certificate_number,content,decision_date,valid_until,authority_name"
    ]


def test_a_field_that_differs_is_told_with_both_values() -> None:
    """One field is enough for the record to differ, and each field counts by itself."""
    found = compared(side("source", [licence()]), side("feed", [licence(content="占道", valid_until="")]))
    assert found.records.select("standing", "differing").row(0) == (Standing.DIFFERS, "content,valid_until")
    assert found.differences.select("field", "bot_value", "feed_value").rows() == [
        ("content", "施工", "占道"),
        ("valid_until", "2027-03-14", ""),
    ]
    fields = {each.name: (each.agreed, each.compared) for each in agreement(found.records, LICENCE).fields}
    assert fields["content"] == fields["valid_until"] == (0, 1)
    assert fields["name"] == (1, 1)
    assert "remarks" not in fields


def test_a_field_that_both_leave_empty_is_not_compared() -> None:
    """Agreement in nothing is no agreement."""
    found = compared(side("source", [licence(content="")]), side("feed", [licence(content="")]))
    assert "content" not in found.records["compared"][0]


def test_what_only_one_of_them_sent_is_told_apart() -> None:
    """The clerk alone counts against the bot; the bot alone does not, since the clerk may still come to it."""
    other = licence(document_number="审批〔2024〕2号", certificate_number="XK2")
    assert stands([licence()], [other]) == [("审批〔2024〕1号", "only_bot"), ("审批〔2024〕2号", "only_clerk")]
    found = agreement(compared(side("source", [licence()]), side("feed", [other])).records, LICENCE)
    assert (found.records.agreed, found.records.compared) == (0, 1)


def test_why_the_bot_would_not_send_it_is_told() -> None:
    """It is held or cannot be read; or no business system shows it."""
    rows = [licence(document_number="D1"), licence(document_number="D2", certificate_number="XK2")]
    found = compared(side("source", []), side("feed", rows), D1="malformed").records.sort("document_number")
    assert found["reason"].to_list() == ["malformed", "No business system shows it."]


def test_what_the_feed_shows_of_other_days_is_not_the_bots_business() -> None:
    """A record outside of the run's window was not asked for."""
    assert stands([], [licence(decision_date="2024-04-01")]) == []


@settings(max_examples=30, deadline=None)
@given(sides("source"), sides("feed"), st.integers(0, 99))
def test_every_count_adds_up_in_whatever_order_the_rows_come(bot: pl.DataFrame, feed: pl.DataFrame, seed: int) -> None:
    """Items sum to all records, differing fields to the differences; shuffled rows count the same."""
    found = compared(bot, feed)
    counted = agreement(found.records, LICENCE)
    assert sum(each.agreed for each in counted.items) == counted.records.agreed
    assert sum(each.compared for each in counted.items) == counted.records.compared
    assert counted.records.compared == sum(counted.standings[each] for each in COUNTED)
    assert sum(counted.standings.values()) == found.records.height
    assert sum(each.compared - each.agreed for each in counted.fields) == found.differences.height
    assert agreement(compared(shuffled(bot, seed), shuffled(feed, seed)).records, LICENCE) == counted


def comparisons(**stands: str) -> pl.DataFrame:
    """Return records of one day with their standing."""
    rows = [{"record_id": key, "decision_date": "2024-03-15", "standing": each} for key, each in stands.items()]
    nothing = compared(side("source", []), side("feed", [])).records
    return pl.DataFrame([dict.fromkeys(nothing.columns, "") | row for row in rows], schema=nothing.schema)


def test_a_record_counts_once_by_its_newest_comparison() -> None:
    """What a clerk uploads later, or a mapping that is put right, takes the place of what was compared before."""
    march = [Window("run", date(2024, 3, 1), date(2024, 3, 31))]
    older = comparisons(r1="only_bot", r2="differs", gone="only_clerk")
    newer = comparisons(r1="agreed", r2="agreed")
    found = newest_comparisons([(2, march, newer), (1, [], older)])
    assert dict(found.select("record_id", "standing").iter_rows()) == {"r1": "agreed", "r2": "agreed"}
    both = newest_comparisons([(2, [Window("run", date(2024, 4, 1), date(2024, 4, 30))], newer), (1, march, older)])
    assert both["standing"].to_list().count("differs") == 1


@pytest.mark.parametrize(
    ("agreed", "differs", "reached"), [(99, 1, True), (98, 2, False), (97, 0, False), (200, 0, True)]
)
def test_what_is_wanted_is_reached_with_enough_records_and_enough_agreement(
    agreed: int, differs: int, reached: bool
) -> None:
    """Both the share and the number have to be there."""
    stands = {f"a{number}": "agreed" for number in range(agreed)} | {
        f"d{number}": "differs" for number in range(differs)
    }
    assert agreement(comparisons(**stands), LICENCE).reaches(0.99, 100) is reached
