"""The whole job on the real case: what the run says, what the journal holds and what the platform got is the truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bots.reporting import kept_disclosure
from journal import Journal, State
from mappings.identity import record_id
from mappings.standards import LICENCE
from reconciliation.matching import NORMALISED, RULES
from reconciliation.report import Report
from sandbox.model import COLUMNS, City
from tests.end_to_end.town import Outcome, alone, city_of, finished, furnished, received_in, serving

FIELD_OF = {field.code: field.name for field in LICENCE.fields}
DATES = {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"}


@dataclass(frozen=True, slots=True)
class Story:
    """One run on one city, and what it left."""

    seed: int
    command: str
    outcome: Outcome
    city: City
    truth: dict[str, Any]
    workspace: Path
    received: list[dict[str, Any]]
    report: Report
    verdicts: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    states: Counter[State]

    @property
    def result(self) -> dict[str, Any]:
        """What the envelope tells of the disclosure run."""
        result = self.outcome.result
        return dict(result["disclosure"] if self.command == "demo" else result)


def told(seed: int, command: str, outcome: Outcome, workspace: Path, state: Path, truth: dict[str, Any]) -> Story:
    """Gather what a run left."""
    with Journal.open(workspace / ".yinxin") as journal:
        last = journal.last_run()
        assert last is not None, outcome.err
        return Story(
            seed,
            command,
            outcome,
            city_of(seed, 1.0),
            truth,
            workspace,
            received_in(state),
            kept_disclosure(journal, last.run_id),
            journal.verdicts_of(last.run_id),
            journal.quarantine_of(last.run_id),
            Counter(each.state for each in journal.deliveries("credit")),
        )


@pytest.fixture(scope="module", params=[1, 7, 42])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The real case of 2,772 rows: the default seed as the demo, two others as runs of the bot."""
    seed, folder = request.param, tmp_path_factory.mktemp("story")
    if seed == 1:
        outcome = alone("demo", "--json", "--dir", "demo", "--scale", "1", cwd=folder)
        state = folder / "demo" / "sandbox"
        truth = json.loads((state / "truth.json").read_text("utf-8"))
        yield told(seed, "demo", outcome, folder / "demo", state, truth)
        return
    with serving(folder / "city", seed, 1.0) as town:
        desk = furnished(folder / "desk", town)
        outcome = finished(desk.process("run", "disclosure", "--json"))
        yield told(seed, "run", outcome, desk.folder, town.state, town.truth)


def test_the_envelope_tells_of_a_balanced_run(story: Story) -> None:
    """One envelope with every part the contract names, and exit code 1 because something needs a person."""
    assert story.outcome.code == 1
    assert story.outcome.envelope["command"] == story.command
    assert story.outcome.envelope["ok"] is True
    assert story.outcome.envelope["errors"] == []
    assert {"balanced", "counts", "verdicts", "rates", "workbook", "seconds"} <= set(story.result)
    assert story.result["balanced"] is True
    assert {"collect", "reconcile", "deliver", "confirm", "report", "workbook"} <= set(story.result["seconds"])
    assert set(story.result["rates"]) == {"compliance", "late", "concealment"}


def test_all_counts_are_the_truth(story: Story) -> None:
    """2,772 rows were collected, and every one ended in the bucket it belongs to."""
    due = story.truth["counts"]["due"]
    after = {"confirmed": due, "waiting": 0, "differs": 0, "rejected": 0, "unknown": 0, "exempt": 0}
    assert story.result["counts"]["collected"] == 2772
    assert story.result["counts"] == {**story.truth["counts"], **after}


def test_all_verdict_counts_are_the_truth(story: Story) -> None:
    """Every verdict, and every word beside it, was counted as often as it was planted."""
    assert story.result["verdicts"] == story.truth["verdicts"]


def test_the_records_behind_every_count_are_the_planted_ones(story: Story) -> None:
    """Record for record: where it is, which bucket it went to, whether it is on time and well formed."""
    expected = Counter(
        (
            record_id(LICENCE, entry["identity"]),
            entry["verdict"],
            entry["bucket"] or "",
            entry["timeliness"],
            entry["compliance"] or "",
        )
        for entry in story.truth["records"]
    )
    told = ("record_id", "verdict", "bucket", "timeliness", "compliance")
    actual = Counter(tuple(row[name] for name in told) for row in story.verdicts)
    assert actual == expected


def test_the_differing_fields_are_the_planted_ones(story: Story) -> None:
    """Each record that differs does so in exactly the field that was mistyped, against the side that has it."""
    expected = {
        (record_id(LICENCE, entry["identity"]), FIELD_OF[code], entry["against"], entry["written"])
        for entry in story.truth["records"]
        for code in entry["differs"]
    }
    record_of = {row["group"]: row["record_id"] for row in story.verdicts}
    differing = story.report.differences.select("group", "field", "against", "other_value").iter_rows()
    actual = [(record_of[group], *told) for group, *told in differing]
    assert Counter(actual) == Counter(expected)
    stated = {(row["record_id"], name) for row in story.verdicts for name in row["differing"].split(",") if name}
    assert stated == {(record, name) for record, name, _against, _written in expected}


def test_every_pair_carries_the_rule_by_which_it_can_be_known(story: Story) -> None:
    """What the ledger holds of number, name and certificate number, and what was mistyped in it, decides the rule."""
    expected = Counter(
        (record_id(LICENCE, entry["identity"]), _first_rule({FIELD_OF[code] for code in entry["matched_by"]}))
        for entry in story.truth["records"]
        if entry["matched_by"]
    )
    actual = {row["record_id"]: row["rule"].replace(NORMALISED, "identity") for row in story.verdicts if row["rule"]}
    assert Counter(actual.items()) == expected
    assert all(row["normalised"] for row in story.verdicts if row["rule"] == NORMALISED)
    assert {NORMALISED, "identity"} <= {row["rule"] for row in story.verdicts}


def _first_rule(known: set[str]) -> str:
    """The first rule that wants no more than what is known."""
    return next(rule.name for rule in RULES if not rule.one_sided and known >= set(rule.keys))


def test_every_reason_is_the_planted_one(story: Story) -> None:
    """Why a record is held: the field that differs, and from which side, the field that is refused, or the doubt."""
    for entry in story.truth["records"]:
        (row,) = [each for each in story.verdicts if each["record_id"] == record_id(LICENCE, entry["identity"])]
        assert (row["reason"] != "") == bool(entry["held_for"]), row
        if entry["held_for"] == "ambiguous":
            assert row["reason"] == "Several records carry the same key; a person has to say which is which."
        elif entry["held_for"]:
            label = LICENCE.by_name[FIELD_OF[entry["held_for"]]].english
            start = {None: "The receiver would refuse it", "ledger": "It differs from the ledger"}
            start["feed"] = "It differs from what the feed shows"
            assert row["reason"].startswith(f"{start[entry['against']]}: {label}"), row


def test_what_stands_alone_says_why(story: Story) -> None:
    """Whatever is missing somewhere names what comes nearest; a mistyped number is the first."""
    alone = [row for row in story.verdicts if row["verdict"].startswith("only_in_")]
    assert [row for row in story.verdicts if bool(row["why_not"]) != (row in alone)] == []
    suggested = {entry["suggested"] for entry in story.truth["records"] if entry["suggested"]}
    first = " ".join(row["why_not"].splitlines()[0] for row in alone)
    assert [number for number in suggested if number not in first] == []


def test_the_suggestions_are_the_planted_ones(story: Story) -> None:
    """A mistyped document number is suggested to a person and never taken as a match."""
    expected = {
        (entry["verdict"], entry["identity"]["name"], entry["suggested"])
        for entry in story.truth["records"]
        if entry["suggested"] and entry["verdict"] == "only_in_ledger"
    }
    suggested = [(row["verdict"], row["name"], row["suggestion"]) for row in story.verdicts if row["suggestion"]]
    found = {
        each
        for each in expected
        if any(each[:2] == (verdict, name) and each[2] in words for verdict, name, words in suggested)
    }
    assert expected
    assert found == expected


def test_the_quarantined_rows_are_the_planted_ones(story: Story) -> None:
    """Rows that cannot be read wait in quarantine with field, rule, raw value and mapping version."""
    expected = Counter((row["document_number"], FIELD_OF[row["field"]]) for row in story.truth["quarantined"])
    mine = [row for row in story.quarantine if row["side"] == "source"]
    assert Counter((row["document_number"], row["field"]) for row in mine) == expected
    rules = {"valid_until": "impossible-date", "uscc": "uscc-check", "name": "masked-name"}
    for row in mine:
        assert row["rule"] == rules[row["field"]]
        assert row["value"]
        assert row["mapping"].partition("@")[0] in {"approval", "bureau"}
        assert row["mapping"].partition("@")[2]


def test_the_platform_holds_every_due_record_once_and_equal_in_every_field(story: Story) -> None:
    """What the platform itself wrote down is what was due: nothing twice, nothing else, nothing refused."""
    decisions = {each.serial: each for each in story.city.decisions}
    due = [entry for entry in story.truth["records"] if entry["bucket"] == "due"]
    expected = Counter(_row(decisions[serial].values) for entry in due for serial in entry["serials"])
    assert {line["result"] for line in story.received} == {"stored"}
    actual = Counter(tuple(line["values"][code] for _label, code in COLUMNS) for line in story.received)
    assert actual == expected
    assert set(actual.values()) == {1}


def _row(values: dict[str, str]) -> tuple[str, ...]:
    """A decision in the platform's own spelling."""
    spelt = {code: values[code].replace("-", "/") if code in DATES else values[code] for _label, code in COLUMNS}
    return tuple({**spelt, "XK_ZT": {"有效": "1", "无效": "2"}[values["XK_ZT"]]}.values())


def test_the_journal_confirms_every_delivery(story: Story) -> None:
    """Each due record was read back, and no delivery is left open."""
    assert story.states == {State.CONFIRMED: story.truth["counts"]["due"]}


def test_the_workbook_opens(story: Story) -> None:
    """The workbook the envelope names is there, and its full list has a row for every mapped record."""
    path = Path(story.result["workbook"])
    path = path if path.is_absolute() else story.workspace / path
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        longest = max(sum(1 for _row in sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    finally:
        book.close()
    assert longest >= story.truth["counts"]["mapped"]
