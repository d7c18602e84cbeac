"""What runs judged by the day of the decision, and nil returns."""

from __future__ import annotations

from journal import Journal


def test_verdicts_are_found_by_the_day_of_the_decision(journal: Journal, run: str) -> None:
    """Both ends belong to it; what has no readable day is of no day."""
    days = ("2024-07-31", "2024-08-01", "2024-08-12", "2024-08-13", "", "unreadable")
    journal.remember_verdicts(run, [{"record_id": f"r{day}", "decision_date": day, "group": 1} for day in days])
    found = journal.verdicts_decided(run, "2024-08-01", "2024-08-12")
    assert [each["record_id"] for each in found] == ["r2024-08-01", "r2024-08-12"]
    assert found[0]["group"] == 1


def test_a_nil_return_is_remembered_with_who_declared_it(journal: Journal) -> None:
    """The newest declaration stands, a unit's name may hold whatever it does, and the chain covers it."""
    assert journal.nil_returns() == {}
    journal.confirm_nil("licence", "2024-07", "市教育局/体育局", "wang")
    journal.confirm_nil("licence", "2024-07", "市教育局/体育局", "li")
    (found,) = journal.nil_returns().values()
    assert (found.standard, found.month, found.unit, found.by) == ("licence", "2024-07", "市教育局/体育局", "li")
    assert journal.verify() is None
