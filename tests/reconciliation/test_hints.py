"""What an auditor reads beside a finding, and beside a record that nothing keeps back."""

from __future__ import annotations

import polars as pl
import pytest

from mappings.standards import LICENCE
from reconciliation.sheets import quarantine_table, tables
from reconciliation.shown import Shown
from tests.reconciliation.builders import report
from words.languages import choose


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def test_each_finding_says_what_to_do_and_what_a_mistyped_code_probably_means() -> None:
    """A personal number is masked in the value, and never comes back in the hint."""
    made = report(3)
    findings = {
        "field": ["uscc", "id_number"],
        "rule": ["uscc-form", "identity-check"],
        "value": ["9115010OMA0N12340B", "110105491231002"],
    }
    made.quarantine = made.quarantine.head(2).with_columns(pl.Series(name, texts) for name, texts in findings.items())
    shown = {column.heading: column.values.to_list() for column in quarantine_table(made, Shown(LICENCE)).columns}
    assert shown["What to do"][0].endswith("Is “91150100MA0N12340B” meant?")
    assert "“19”" in shown["What to do"][1]
    assert "110105491231002" not in str(shown)


def test_warnings_stand_beside_the_record_and_reports_of_before_have_none() -> None:
    """They are one column of the full list; a report that was kept without it is still written."""
    made = report(9)
    before = list(tables(made, LICENCE))
    made.records = made.records.with_columns(warnings=pl.lit("Valid until: this day is over already"))
    after = list(tables(made, LICENCE))
    headings = [[column.heading for table in each for column in table.columns] for each in (before, after)]
    assert ["Worth a look" in each for each in headings] == [False, True]
