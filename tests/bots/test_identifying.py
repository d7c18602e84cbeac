"""A receiver that cannot show all of a record: what it shows gets its name back, and is confirmed all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import polars as pl
import pytest

from bots.gathering import read_feed
from bots.identifying import of_deliveries, of_records
from journal import Journal
from mappings.identity import with_identity
from mappings.profiles import Profile
from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.linking import SIDES
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.bots.hostile import HostileFeed
from tests.bots.test_exactly_once import Bureau
from tests.mappings.rows import FOLDER, canonical, record

OLD = (FOLDER / "receivers/licence-2016-new.profile.yaml").read_text("utf-8")


def old() -> Profile:
    """Return the 2016 edition, its document number under the heading by which the feed of these tests stores."""
    return Profile.parse(OLD.replace("header: 行政许可决定书文号, ", ""), "p", "p")


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Three licences, two of which only their certificates tell apart from what they would be without."""
    made = [
        record(document_number=f"呼审批许〔2024〕{number}号", certificate_number=f"15010{number}") for number in "123"
    ]
    return Bureau(tmp_path, HostileFeed(profile=old()), made)


def shown(bureau: Bureau) -> pl.DataFrame:
    """Return what the feed shows, as the bots read it."""
    with Journal.open(bureau.folder) as journal:
        return asyncio.run(read_feed(bureau.feed, journal)).records


def test_what_an_older_edition_shows_is_confirmed_and_sent_once(bureau: Bureau) -> None:
    """Authority and certificate are in no column of 2016, and still each record is known by its own name."""
    assert bureau.run()
    assert bureau.run()
    assert bureau.states() == {"confirmed": 3}
    assert set(bureau.stored().values()) == {1}
    assert shown(bureau).select("record_id", "fingerprint").equals(bureau.due.select("record_id", "fingerprint"))


def test_what_it_has_no_column_for_is_not_said_by_it(bureau: Bureau) -> None:
    """Null, not empty: a field that is never stated differs from nothing."""
    bureau.run()
    records = shown(bureau)
    assert records["certificate_number"].null_count() == records["counterpart_type"].null_count() == 3
    assert records["status"].to_list() == ["有效"] * 3


def test_a_correction_is_a_correction_there_too(bureau: Bureau) -> None:
    """Another form of a record that the feed shows replaces it; it is not published a second time."""
    bureau.run()
    bureau.records[0] |= {"content": "准予建筑工程施工，另附条件。"}
    assert bureau.run()
    assert set(bureau.stored().values()) == {1}
    assert bureau.states() == {"confirmed": 3, "superseded": 1}


def test_what_others_published_is_known_by_the_record_that_would_be_shown_so() -> None:
    """Nobody sent it from here; the row is the record's, under its own name, and another form of it is too."""
    profile, made = old(), with_identity(canonical(record(), record(document_number="另〔2024〕1号")), LICENCE)
    rows = profile.as_shown(made).with_columns(content=pl.Series(["准予建筑工程施工。", "别的内容"]))
    named = of_records(profile, with_identity(rows.drop("record_id", "fingerprint"), LICENCE), made)
    assert named["record_id"].to_list() == made["record_id"].to_list()
    assert [one == two for one, two in zip(named["fingerprint"], made["fingerprint"], strict=True)] == [True, False]
    told = [each.with_columns(origin=pl.lit("o")) for each in (made, made.clear(), named)]
    source, ledger, feed = (
        told[0].with_columns(malformed=pl.lit("")),
        told[1],
        told[2].with_columns(received=pl.lit("")),
    )
    found = reconcile(
        dict(zip(SIDES, (source, ledger, feed), strict=True)), Terms(LICENCE, Clock("2024-04-01", {}, ""))
    )
    assert found.differences["field"].to_list() == ["content"]
    assert found.rows["bucket"].to_list() == ["already_disclosed", "held"]


def test_two_penalties_in_one_code_are_what_the_record_says() -> None:
    """A code that stands for two kinds does not make a record differ from what was published of it."""
    from tests.mappings.test_penalties import frame
    from tests.mappings.test_penalties import record as penalty

    text = (FOLDER / "receivers/penalty-english.profile.yaml").read_text("utf-8")
    profile = Profile.parse(text, "p", "p")
    made = with_identity(frame(penalty(penalty_kind="没收违法所得")), profile.standard)
    rows = profile.as_shown(made)
    assert rows["penalty_kind"].to_list() == ["没收违法所得、没收非法财物"]
    sent = rows.with_columns(made["record_id"], made["fingerprint"])  # a run before this one has sent it
    for shown_now in (rows, sent):
        assert of_records(profile, shown_now, made).select(made.columns).equals(made)


def test_a_receiver_that_shows_everything_is_left_as_it_is(tmp_path: Path) -> None:
    """Whole editions cost nothing and change nothing; nor does an older one that shows nothing."""
    with Journal.open(tmp_path) as journal:
        whole = with_identity(canonical(record()), LICENCE)
        assert of_deliveries(HostileFeed(), journal, whole) is whole
        nothing = of_deliveries(HostileFeed(profile=old()), journal, whole.clear())
        assert nothing.height == 0
