"""How long each decision took, as a list with bars."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from gzip import compress, decompress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation.report import TIMELINE_COLUMNS, Report
from reconciliation.shipping import pack, unpack
from reconciliation.shown import Shown
from reconciliation.texts import BEYOND, LEFT, WITHIN
from reconciliation.timeline import LONGEST, bar, timeline_table
from tests.reconciliation.builders import report
from words.languages import choose


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@given(days=st.integers(0, 60), period=st.integers(0, 12))
def test_a_bar_shows_every_day_up_to_its_end(days: int, period: int) -> None:
    """Each day used is one square, those beyond the period apart; what does not fit is told by one mark."""
    found = {look: text for text, look in bar(days, period)}
    assert len(found.get(WITHIN, "")) == min(days, period)
    assert len(found.get(LEFT, "")) == max(period - days, 0)
    beyond = max(days - period, 0)
    assert found.get(BEYOND, "").count("■") == max(min(days, LONGEST) - period, 0)
    assert ("…" in found.get(BEYOND, "")) == (days > LONGEST)
    assert bool(found.get(BEYOND)) == bool(beyond)


def test_every_decision_has_its_line() -> None:
    """The list holds each stage in the order of time, and the working days as a number that can be sorted."""
    made = report(30)
    table = timeline_table(made, Shown(LICENCE), "#000000")
    named = {each.heading: each for each in table.columns}
    assert table.height == made.timeline.height == 31
    assert named["Working days used"].values.to_list()[:3] == [0, 1, 2]
    assert named["Working days against the legal period"].values.to_list()[9] == "■" * 9
    assert list(named)[3:9] == [
        *("Decision date", "Disclose by", "First collected on", "Handed over at", "Accepted at", "Disclosed on"),
    ]


def test_a_decision_without_a_deadline_has_no_bar() -> None:
    """Where the working days are not known, nothing is drawn and nothing is invented."""
    made = report(1)
    made.timeline = made.timeline.with_columns(days=made.timeline["days"].str.replace(".*", ""))
    bars = timeline_table(made, Shown(LICENCE), "#000000").columns[-3]
    assert bars.values.to_list() == ["", ""]
    assert bars.inside.to_list() == [None, None]


def test_a_report_of_an_earlier_edition_is_read() -> None:
    """What was kept before there were times is read with none, and all else as it was."""
    plain = json.loads(decompress(pack(report())))
    del plain["timeline"]
    back, was = unpack(compress(json.dumps(plain).encode())), report()
    assert isinstance(back, Report)
    assert (back.timeline.height, tuple(back.timeline.columns)) == (0, TIMELINE_COLUMNS)
    kept = {each.name for each in fields(Report)} - {"timeline"}
    assert {name for name in kept if str(getattr(back, name)) != str(getattr(was, name))} == set()
