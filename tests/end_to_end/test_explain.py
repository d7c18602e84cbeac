"""Explaining a document number: where it is, why it is late or refused, what has to be done, and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from journal import Journal, RecordRow
from schedules.workdays import Calendar
from tests.docs.pages import DOCS, blocks
from tests.end_to_end.town import Desk, Town, assert_named, call, furnished, serving

PAGES = {"en": DOCS / "how-to/explain-a-record.md", "zh": DOCS / "how-to/explain-a-record.zh-CN.md"}
#: What every run writes anew: times, run ids, hashes, and lines that are broken because of their length.
VOLATILE = re.compile(r"\d\d:\d\d:\d\d|disclosure-\d|[0-9a-f]{10}|…|\.yinxin|SHA-256")

Settled = tuple[Town, Desk, list[dict[str, Any]]]
Entry = dict[str, Any]


def let_through(desk: Desk) -> Desk:
    """Let the bot send what the feed will refuse."""
    desk.change("bots/disclosure.yaml", "malformed: hold", "malformed: deliver")
    return desk


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settled]:
    """The city of the pages and a workspace after one run that let malformed records through, for looking at only."""
    folder = tmp_path_factory.mktemp("explained")
    with serving(folder / "city", 1, 0.05) as town:
        desk = let_through(furnished(folder / "desk", town))
        assert desk.call("run", "disclosure").code == 1
        with Journal.open(desk.folder / ".yinxin") as journal:
            last = journal.last_run()
            assert last is not None
            yield town, desk, journal.verdicts_of(last.run_id)


def one(entries: list[Entry], wanted: Callable[[Entry], bool]) -> Entry:
    """The first entry of a kind; there is one."""
    return next(entry for entry in entries if wanted(entry))


def explained(desk: Desk, number: str) -> dict[str, Any]:
    """What is told of a number that was seen."""
    outcome = desk.call("explain", number)
    assert outcome.code == 0, outcome.out
    return outcome.result


def only(desk: Desk, number: str) -> dict[str, Any]:
    """The one record under a number."""
    (record,) = explained(desk, number)["records"]
    return dict(record)


def test_a_late_record_tells_its_deadline_and_why_it_is_late(settled: Settled) -> None:
    """The last of seven working days, how many it is over, and the stage that came too late."""
    _town, desk, verdicts = settled
    late = one(verdicts, lambda each: each["timeliness"] == "late" and each["outcome"] == "confirmed")
    record = only(desk, late["document_number"])
    deadline = record["deadline"]
    assert deadline["last_day"] == late["deadline"]
    assert deadline["calendar"].startswith("chinesecalendar ")
    assert deadline["late"] == Calendar().between(date.fromisoformat(late["deadline"]), date(2024, 8, 13)) > 0
    assert deadline["shown"] is True
    assert "collected for the first time on 2024-08-13" in deadline["why"]
    assert [stage["name"] for stage in deadline["stages"]] == ["collected", "prepared", "sent", "confirmed"]


def test_a_record_on_its_way_tells_every_step_with_its_papers(settled: Settled) -> None:
    """State by state with the run and the batch number; the delivered file, the receipt and the picture are named."""
    town, desk, verdicts = settled
    sent = one(verdicts, lambda each: each["outcome"] == "confirmed")
    record = only(desk, sent["document_number"])
    (way,) = record["ways"]
    assert [step["state"] for step in way["steps"]] == ["prepared", "sent", "accepted", "confirmed"]
    assert way["batches"] == [line["batch"] for line in town.received][:1]
    assert {"payload", "receipt", "screenshot"} <= {paper["kind"] for paper in way["papers"]}
    for paper in way["papers"]:
        assert not paper["path"] or Path(paper["path"]).is_file()
    assert record["advice"]["who"] in {"nobody", "a clerk"}


def test_a_refused_record_tells_the_feeds_own_reason(settled: Settled) -> None:
    """The reason as the feed wrote it, and the clerk who has to correct it where it stands."""
    _town, desk, verdicts = settled
    refused = one(verdicts, lambda each: each["outcome"] == "rejected")
    record = only(desk, refused["document_number"])
    assert record["ways"][-1]["state"] == "rejected"
    assert record["ways"][-1]["reason"] == refused["reason"] != ""
    assert record["ways"][-1]["batches"] != []
    assert record["advice"]["who"] == "a clerk"
    assert refused["source_origin"] in record["advice"]["what"]
    assert refused["reason"] in record["advice"]["what"]


def test_a_difference_is_told_with_both_values(settled: Settled) -> None:
    """The field, what each side says, and where the other row stands."""
    _town, desk, verdicts = settled
    differing = one(verdicts, lambda each: each["verdict"] == "differs" and each["feed_origin"])
    record = only(desk, differing["document_number"])
    (difference,) = record["judgements"][0]["differences"]
    assert difference["field"] == differing["differing"]
    assert difference["here"] != difference["there"]
    assert difference["origin"] == differing["feed_origin"]
    assert record["advice"]["who"] == "a supervisor"


def test_a_near_record_is_a_suggestion_and_nothing_more(settled: Settled) -> None:
    """A mistyped number in the ledger is only in the ledger, and its nearest record is named."""
    town, desk, _verdicts = settled
    entry = one(town.truth["records"], lambda each: each["verdict"] == "only_in_ledger" and each["suggested"])
    record = only(desk, entry["identity"]["document_number"])
    judgement = record["judgements"][0]
    assert judgement["verdict"] == "only_in_ledger"
    assert judgement["rule"] == judgement["source"] == ""
    assert entry["suggested"] in judgement["suggestion"]
    assert record["forms"] == record["ways"] == []
    (failed,) = [each for each in judgement["tried"] if each["rule"] == "document_number"]
    assert (failed["here"], failed["there"]) == (entry["identity"]["document_number"], entry["suggested"])
    assert "certificate_number_and_name" in {each["rule"] for each in judgement["tried"]}
    assert "nearest record" in record["advice"]["what"]


def test_a_group_that_cannot_be_told_apart_is_shown_whole(settled: Settled) -> None:
    """Every record of it, on whichever side, and a clerk who says which is right."""
    _town, desk, verdicts = settled
    doubtful = one(verdicts, lambda each: each["verdict"] == "ambiguous")
    record = only(desk, doubtful["document_number"])
    members = record["judgements"][0]["members"]
    assert len(members) > 2
    assert {each["number"] for each in members} == {doubtful["document_number"]}
    assert {doubtful["source_origin"], doubtful["ledger_origin"]} <= {each["origin"] for each in members}
    assert record["advice"]["who"] == "a clerk"


def test_a_quarantined_row_tells_field_value_and_rule(settled: Settled) -> None:
    """It became no record, and the finding says why, under which mapping, and who corrects it."""
    town, desk, _verdicts = settled
    planted = town.truth["quarantined"][0]
    result = explained(desk, planted["document_number"])
    (finding,) = result["quarantined"]
    assert result["records"] == []
    assert finding["now"] is True
    assert finding["value"]
    assert finding["sentence"]
    assert "@" in finding["mapping"]
    assert finding["advice"]["who"] == "a clerk"


def test_a_number_that_nobody_bears_tells_where_it_was_looked_for(settled: Settled) -> None:
    """Exit code 1, the systems, the windows of the runs, and the numbers that look like it."""
    _town, desk, verdicts = settled
    known = one(verdicts, lambda each: each["verdict"] == "agreed")["document_number"]
    mistyped = known[1:]
    assert mistyped not in {each["document_number"] for each in verdicts}
    outcome = desk.call("explain", mistyped)
    assert outcome.code == 1
    never = outcome.result["never"]
    assert outcome.result["records"] == []
    assert never["systems"] == ["审批平台", "老业务系统", "部门台账", "信用平台"]
    assert [(run["since"], run["until"]) for run in never["runs"]] == [("2024-03-15", "2024-08-13")]
    assert never["near"][0]["number"] == known
    assert never["advice"]["who"] == "a clerk"


def test_a_number_that_only_the_ledger_writes_so_leads_to_its_record(settled: Settled) -> None:
    """A record that was matched by its certificate tells both numbers, whichever of them is asked for."""
    town, desk, _verdicts = settled
    entry = one(town.truth["records"], lambda each: each["differs"] == ["XK_WSH"])
    record = only(desk, entry["identity"]["document_number"])
    (difference,) = [each for each in record["judgements"][0]["differences"] if each["field"] == "document_number"]
    outcome = desk.call("explain", difference["there"])
    assert outcome.code == 1
    (written,) = outcome.result["never"]["written"]
    assert written["here"] == entry["identity"]["document_number"]
    assert written["origin"] == difference["origin"]


@pytest.mark.parametrize("change", ["[]", "()", "（）", "【】", "wide", "blanks"])
def test_brackets_blanks_and_widths_do_not_matter(settled: Settled, change: str) -> None:
    """However the number is typed, it is the same number."""
    _town, desk, verdicts = settled
    number = one(verdicts, lambda each: re.search(r"〔\d{4}〕\d+号$", each["document_number"]) is not None)[
        "document_number"
    ]
    typed = {
        "wide": number.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}),
        "blanks": f"  {number[:4]} {number[4:]}　",
    }.get(change) or number.replace("〔", change[0]).replace("〕", change[-1])
    result = explained(desk, typed)
    assert result["asked"] == typed
    assert result["number"] == number
    assert result["records"]


def test_personal_numbers_are_masked(settled: Settled) -> None:
    """Neither the text nor the envelope shows an identity number whole."""
    town, desk, verdicts = settled
    persons = [each.values for each in town.city.decisions if each.values["XK_XDR_ZJHM"] or each.values["XK_FR_ZJHM"]]
    shown = {each["document_number"] for each in verdicts}
    for values in [each for each in persons if each["XK_WSH"] in shown][:5]:
        texts = [call("explain", values["XK_WSH"], "-w", str(desk.folder), *more).out for more in ((), ("--json",))]
        for number in filter(None, (values["XK_XDR_ZJHM"], values["XK_FR_ZJHM"])):
            assert not [text for text in texts if number in text]
            assert all(number[:6] in text for text in texts)


def test_a_blank_number_is_refused(quiet: Desk) -> None:
    """There is nothing to look for."""
    assert_named(quiet.call("explain", " "), 2, "no-document-number")


def test_before_the_first_run_nothing_was_looked_at(quiet: Desk) -> None:
    """An empty journal has seen nothing, and says where a run would look."""
    outcome = quiet.call("explain", "呼审批许〔2024〕1号")
    assert outcome.code == 1
    never = outcome.result["never"]
    assert never["runs"] == never["near"] == []
    assert never["systems"] == ["审批平台", "老业务系统", "部门台账", "信用平台"]


def test_a_record_that_changed_tells_what_it_said_before(quiet: Desk) -> None:
    """The newest form first; the text names the fields that were otherwise."""
    values = {"document_number": "呼审批许〔2024〕1号", "name": "某某公司", "decision_date": "2024-08-12"}
    with Journal.open(quiet.folder / ".yinxin") as journal:
        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-13", "2024-08-13")
        for fingerprint, name in (("f1", "某某公司"), ("f2", "某某有限公司")):
            row = RecordRow(
                "r1", fingerprint, "审批平台 › 1", "approval@1", values | {"name": name}, {"name": f" {name}"}
            )
            journal.remember_records(run, [row])
    (record,) = explained(quiet, "呼审批许〔2024〕1号")["records"]
    assert [form["values"]["name"] for form in record["forms"]] == ["某某有限公司", "某某公司"]
    assert record["forms"][0]["changed"] == {"name": " 某某有限公司"}
    text = call("explain", "呼审批许〔2024〕1号", "-w", str(quiet.folder)).out
    assert "What it said before" in text
    assert "No run has judged it yet" in text
    assert "6 working days left" in text


@pytest.mark.parametrize("language", PAGES)
def test_the_page_shows_what_the_commands_print(tmp_path: Path, language: str) -> None:
    """Every command of the page gives the answer below it, but for times, run ids and hashes."""
    commands = [block.text for block in blocks(PAGES[language], "sh") if block.text.startswith("yinxin explain")]
    answers = [block.text for block in blocks(PAGES[language], "text")]
    assert len(commands) == len(answers) == 4
    with serving(tmp_path / "city", 1, 0.05) as town:
        desk = let_through(furnished(tmp_path / "desk", town))
        assert desk.call("run", "disclosure", "--lang", language).code == 1
    for command, answer in zip(commands, answers, strict=True):
        number = re.findall(r"explain '(.+)'", command)[0]
        outcome = call("explain", number, "-w", str(desk.folder), "--lang", language)
        assert outcome.code == (1 if "# exits 1" in command else 0)
        printed = {line.strip() for line in outcome.out.splitlines()}
        wanted = [line.strip() for line in answer.splitlines() if line.strip() and not VOLATILE.search(line)]
        assert [line for line in wanted if line not in printed] == []
        assert len(wanted) > 5
