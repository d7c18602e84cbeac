"""Purging from the command line: first only counted, then gone for good, and everything that proves goes on proving."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.tampering import edit, meddle
from tests.end_to_end.test_audit import noted
from tests.end_to_end.test_audit_export import script, verified  # noqa: F401 - a fixture
from tests.end_to_end.town import Desk, Town, assert_named, call

#: The columns of the licence record that name a person or hold a person's number.
PERSONAL = ("XK_XDR_MC", "XK_FRDB", "XK_FR_ZJHM", "XK_XDR_ZJHM")
ORDER = ("audit", "purge", "--before", f"{datetime.now(UTC).date() - timedelta(days=30)}", "--reason", "到期")


@pytest.fixture
def aged(copied: Desk) -> Desk:
    """The workspace long after its runs."""
    meddle(copied, "UPDATE runs SET finished_at = '2020-02-02T00:00:00.000000+00:00'")
    return copied


def planted(town: Town) -> set[str]:
    """Every name and personal number that the city's systems show."""
    return {decision.values[name] for decision in town.city.decisions for name in PERSONAL} - {""}


def found(folder: Path, values: set[str]) -> set[str]:
    """Which of the values stand in any file of a folder, as UTF-8 or as JSON escapes."""
    content = b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return {value for value in values if value.encode() in content or json.dumps(value)[1:-1].encode() in content}


def test_a_rehearsal_only_counts(aged: Desk) -> None:
    """It exits 1 because there is something to do, says how it is done, and leaves everything as it is."""
    before = (aged.folder / ".yinxin" / "journal.db").read_bytes()
    outcome = aged.call(*ORDER)
    assert outcome.code == 1
    assert outcome.result["purged"] is False
    counts = outcome.result["counts"]
    assert (counts["runs"], counts["deliveries"]) == (2, 89)
    assert all(counts[name] for name in ("receipts", "evidence", "records", "quarantine", "verdicts", "collected"))
    people = call(*ORDER, "-w", str(aged.folder))
    assert "--yes" in people.err
    assert "89" in people.out
    assert (aged.folder / ".yinxin" / "journal.db").read_bytes() == before


def test_a_purge_removes_what_is_personal_and_nothing_that_proves(
    settled: tuple[Town, Desk],
    aged: Desk,
    tmp_path: Path,
    script: Path,  # noqa: F811 - the fixture
) -> None:
    """No planted name or number is left below .yinxin, the audit is whole, exports of before and after verify."""
    values, state = planted(settled[0]), aged.folder / ".yinxin"
    exports = tmp_path / "exports"
    exports.mkdir()
    before, after = exports / "before.jsonl", exports / "after.jsonl"
    assert len(found(state, values)) > 100
    assert aged.call("audit", "export", str(before)).code == 0
    counts = aged.call(*ORDER).result["counts"]
    outcome = aged.call(*ORDER, "--yes")
    assert (outcome.code, outcome.result) == (0, {"purged": True, "counts": counts})
    assert found(state, values) == set()
    assert not any(file.is_file() for file in (state / "evidence").rglob("*"))
    audit = aged.call("audit", "verify")
    assert audit.code == 0
    assert audit.result["purged"] == {name: counts[name] for name in ("deliveries", "receipts", "evidence")}
    assert noted(aged)[-1] == (audit.result["head"]["seq"], audit.result["head"]["hash"])
    assert aged.call("audit", "export", str(after)).code == 0
    assert verified(script, before)[0] == verified(script, after, aged.folder / "reports/chain-heads.txt")[0] == 0
    assert after.read_bytes().startswith(before.read_bytes())
    assert found(exports, values) == set()


def test_what_is_purged_is_told_as_purged(aged: Desk) -> None:
    """A second purge has nothing to do, and commands that would need what is gone say so."""
    run = aged.call("status").result["runs"][0]["run"]
    number = aged.call("deliveries", "list", "--all").result["deliveries"][0]["document_number"]
    aged.call(*ORDER, "--yes")
    for words in (ORDER, (*ORDER, "--yes")):
        again = aged.call(*words)
        assert again.code == 0
        assert {name for name, count in again.result["counts"].items() if count} == {"runs"}
    assert "Nothing that ended before" in call(*ORDER, "-w", str(aged.folder)).err
    assert_named(aged.call("report", run), 2, "report-purged")
    assert "purged, SHA-256" in call("explain", number, "-w", str(aged.folder)).out
    replayed = aged.call("quarantine", "replay")
    assert (replayed.code, len(replayed.result["no_longer_there"])) == (0, 3)


def test_what_an_interruption_left_is_named_and_removed_by_the_next_purge(aged: Desk) -> None:
    """A file that is still there after its purge is no damage, and purging again ends it."""
    file = next(file for file in (aged.folder / ".yinxin" / "evidence").rglob("*") if file.is_file())
    content = file.read_bytes()
    aged.call(*ORDER, "--yes")
    file.write_bytes(content)
    assert_named(aged.call("audit", "verify"), 1, "purge-unfinished")
    assert aged.call(*ORDER, "--yes").code == 0
    assert not file.exists()
    assert aged.call("audit", "verify").code == 0


def test_the_next_run_after_a_purge_sends_nothing_again(settled: tuple[Town, Desk], aged: Desk) -> None:
    """What is purged is read anew and still known to have been sent."""
    town = settled[0]
    received = len(town.received)
    aged.call(*ORDER, "--yes")
    run = aged.call("run", "disclosure")
    assert run.result["balanced"] is True
    assert run.result["counts"]["due"] == 0
    assert len(town.received) == received
    assert aged.call("audit", "verify").code == 0


def test_runs_of_later_days_are_left_alone(copied: Desk) -> None:
    """What ended after the named day is not counted, and not removed."""
    outcome = copied.call(*ORDER, "--yes")
    assert (outcome.code, set(outcome.result["counts"].values())) == (0, {0})
    assert copied.call("audit", "verify").result["purged"] == {}


def test_a_purge_needs_a_day_that_is_over_a_reason_and_a_whole_journal(aged: Desk) -> None:
    """Whatever is missing is said before anything is removed."""
    tomorrow = f"{date.today() + timedelta(days=1)}"  # noqa: DTZ011 - the bureau's own day
    assert_named(aged.call("audit", "purge", "--before", tomorrow, "--reason", "x"), 2, "day-ahead")
    assert_named(aged.call("audit", "purge", "--before", "2021-02-30", "--reason", "x"), 2, "not-a-day")
    assert_named(aged.call("audit", "purge", "--before", "2021-01-01", "--reason", " "), 2, "no-reason")
    meddle(aged, edit("data"))
    assert_named(aged.call(*ORDER, "--yes"), 2, "purge-of-damaged")
