"""A report as bytes and back."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reconciliation.report import TRIED_COLUMNS, Report
from reconciliation.shipping import pack, unpack
from tests.reconciliation.builders import empty_report, report


@pytest.mark.parametrize("made", [report(), report(1, dry_run=True), report(0), empty_report()])
def test_what_is_packed_is_unpacked_the_same(made: Report) -> None:
    """Every part of a report survives, types of columns included, also when there is nothing in it."""
    back = unpack(pack(made))
    for field in fields(Report):
        kept, was = getattr(back, field.name), getattr(made, field.name)
        if isinstance(was, pl.DataFrame):
            assert_frame_equal(kept, was)
        else:
            assert kept == was


def test_the_same_report_gives_the_same_bytes() -> None:
    """What was kept can be compared by its hash, however often and whenever it is packed."""
    assert pack(report()) == pack(report()) == pack(unpack(pack(report())))
    assert pack(report()) != pack(report(59))


def test_a_report_of_an_earlier_time_says_less_and_can_still_be_read() -> None:
    """What was not yet told when it was kept is empty, so that its workbook can be written again."""
    plain = json.loads(gzip.decompress(pack(report())))
    later = ("why_not", "normalised")
    assert [plain["verdicts"].pop(name) for name in later]
    del plain["tried"]
    kept = unpack(gzip.compress(json.dumps(plain).encode()))
    assert isinstance(kept, Report)
    assert kept.verdicts.columns == [*(name for name in kept.verdicts.columns if name not in later), *later[::-1]]
    assert kept.tried.columns == list(TRIED_COLUMNS)
