"""Running again, running dry, being stopped in the middle: each due record reaches the platform exactly once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import httpx
import pytest

from bots.workspace import Workspace
from connectors.browser import Browsers
from journal import Journal, State
from sandbox.doors import ACCOUNTS
from tests.end_to_end.town import Desk, Town, finished

DETAILS = ("GET /approval/api/results/", "GET /bureau/detail.asp")


def details(town: Town) -> list[str]:
    """The requests for detail pages."""
    return [asked for asked in town.asked if asked.startswith(DETAILS)]


def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any start of a browser fail the test."""

    async def start(_self: Browsers) -> None:
        raise AssertionError("a browser was started")

    monkeypatch.setattr(Browsers, "_start", start)


def once(town: Town, desk: Desk) -> None:
    """Check that the platform holds each due record once and nothing else, and that the journal knows."""
    assert town.stored() == town.due()
    with Workspace.find(desk.folder).journal() as journal:
        states = [each.state for each in journal.deliveries("credit")]
        assert journal.verify() is None
    assert states.count(State.CONFIRMED) == town.due().total()


def test_a_second_run_sends_nothing_and_says_so(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens no browser and no detail page again, and comes to the same verdicts."""
    first = desk.call("run", "disclosure")
    assert first.code == 1
    assert len(details(town)) == town.truth["collected"]
    received = town.received
    town.asked.clear()
    no_browser(monkeypatch)
    second = desk.call("run", "disclosure")
    assert second.code == 1
    assert town.received == received
    assert details(town) == []
    assert not any("upload" in asked for asked in town.asked)
    counts, truth = second.result["counts"], town.truth["counts"]
    assert counts["due"] == counts["confirmed"] == 0
    assert counts["already_disclosed"] == truth["already_disclosed"] + truth["due"]
    assert second.result["balanced"] is True
    places = ("agreed", "differs", "only_in_ledger", "only_in_feed", "ambiguous", "compliant", "malformed")
    seen = second.result["verdicts"]
    assert {place: seen[place] for place in places if place != "agreed"} == {
        place: town.truth["verdicts"][place] for place in places if place != "agreed"
    }
    with Journal.open(desk.folder / ".yinxin") as journal:
        kinds = {piece.kind for piece in journal.evidence_of(second.result["run"])}
    assert "screenshot" not in kinds
    assert "payload" not in kinds


def test_a_second_run_tells_people_that_nothing_was_sent(town: Town, desk: Desk) -> None:
    """The sentence for people says that nothing was due and nothing was sent, in both languages."""
    assert desk.call("run", "disclosure").code == 1
    english = finished(desk.process("run", "disclosure", "--lang", "en"))
    chinese = finished(desk.process("run", "disclosure", "--lang", "zh"))
    assert english.code == chinese.code == 1
    assert "Nothing was due, nothing was sent." in english.err
    assert "Nothing was due" not in chinese.err
    assert any("\u4e00" <= letter <= "\u9fa5" for letter in chinese.err.splitlines()[-1])
    assert town.stored() == town.due()


def test_a_dry_run_travels_the_same_path_and_sends_nothing(town: Town, desk: Desk) -> None:
    """The same counts and verdicts as a real run, the template fetched and filled, and not one row at the platform."""
    dry = desk.call("run", "disclosure", "--dry-run")
    assert dry.code == 1
    assert dry.result["dry_run"] is True
    assert dry.result["balanced"] is True
    assert dry.result["verdicts"] == town.truth["verdicts"]
    assert {name: dry.result["counts"][name] for name in town.truth["counts"]} == town.truth["counts"]
    assert "GET /credit/template.xlsx" in town.asked
    assert town.received == []
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert journal.deliveries("credit") == []
    real = desk.call("run", "disclosure")
    assert real.result["verdicts"] == town.truth["verdicts"]
    once(town, desk)


def test_a_window_collects_only_its_days(town: Town, desk: Desk) -> None:
    """--since and --until bound the decision dates that are collected and sent."""
    run = desk.call("run", "disclosure", "--since", "2024-06-01", "--until", "2024-06-30", "--dry-run")
    inside = [each for each in town.city.decisions if "2024-06-01" <= each.decided.isoformat() <= "2024-06-30"]
    assert run.result["counts"]["collected"] == len(inside)
    assert run.result["balanced"] is True


def wait_for(what: Callable[[], object], process: subprocess.Popen[str], within: float = 60) -> None:
    """Wait until something is so, while a process lives."""
    end = time.monotonic() + within
    while not what():
        assert process.poll() is None, "the run ended before it was stopped"
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_with_its_own_code_and_nothing_half_sent(
    town: Town, desk: Desk, number: signal.Signals, code: int
) -> None:
    """Stopped while it collects, a run has sent nothing; the next one does the whole job once."""
    process = desk.process("run", "disclosure", "--json")
    wait_for(lambda: len(details(town)) > 5, process)
    process.send_signal(number)
    stopped = finished(process)
    assert stopped.code == code
    assert "Traceback" not in stopped.err
    assert town.received == []
    assert desk.call("run", "disclosure").result["balanced"] is True
    once(town, desk)


def test_a_signal_during_the_upload_leaves_a_whole_batch_and_no_doubt(town: Town, desk: Desk) -> None:
    """Stopped between the click and the receipt, the batch is whole; the next run finds it and sends nothing twice."""
    process = desk.process("run", "disclosure", "--json")
    wait_for(lambda: "POST /credit/upload" in town.asked, process)
    process.send_signal(signal.SIGINT)
    assert finished(process).code in {130, 1}
    again = desk.call("run", "disclosure")
    assert again.code == 1
    assert again.result["balanced"] is True
    once(town, desk)


def batches(town: Town) -> object:
    """Whether the platform knows of a batch."""
    log = town.state / "received.jsonl"
    return log.exists() and log.stat().st_size


@pytest.mark.parametrize("moment", ["POST /credit/upload", "batch"])
def test_a_killed_run_is_finished_by_the_next_and_each_record_arrives_once(town: Town, desk: Desk, moment: str) -> None:
    """SIGKILL right after the click, or after the first row was stored, doubles and loses nothing."""
    process = desk.process("run", "disclosure", "--json")
    wait_for(lambda: batches(town) if moment == "batch" else moment in town.asked, process)
    process.kill()
    process.communicate()
    again = desk.call("run", "disclosure")
    assert again.code == 1
    assert again.result["balanced"] is True
    once(town, desk)


def test_a_run_killed_before_the_click_is_finished_by_the_next(town: Town, desk: Desk) -> None:
    """Intents that were written down and never sent are sent by the next run, once."""
    process = desk.process("run", "disclosure", "--json")
    wait_for(lambda: "GET /credit/template.xlsx" in town.asked, process)
    process.kill()
    process.communicate()
    assert desk.call("run", "disclosure").result["balanced"] is True
    once(town, desk)


def test_a_platform_that_falls_silent_in_the_middle_gets_nothing_twice(town: Town, desk: Desk) -> None:
    """An answer of the platform never comes; the next run asks its list before it sends, and all arrives once."""
    desk.change("connectors/credit.yaml", "connections: 4", "connections: 4\ntimeout: 3")
    town.order("credit", "hang", after=2)
    desk.call("run", "disclosure")
    assert town.faults.open == []
    again = desk.call("run", "disclosure")
    assert again.result["balanced"] is True
    once(town, desk)


def test_a_manual_upload_by_a_clerk_in_between_is_not_sent_again(town: Town, desk: Desk) -> None:
    """What somebody else has uploaded meanwhile shows in the feed's list and is already disclosed."""
    assert desk.call("run", "disclosure", "--dry-run").code == 1
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert journal.deliveries("credit") == []
    payload = first_batch(desk)
    upload_by_hand(town, payload)
    wait = time.monotonic() + 10
    while town.stored() != town.due() and time.monotonic() < wait:
        time.sleep(0.02)
    run = desk.call("run", "disclosure")
    assert run.result["counts"]["due"] == 0
    assert town.stored() == town.due()


def first_batch(desk: Desk) -> bytes:
    """The workbook that a run of another workspace would hand over, written by the product's own feed."""
    import asyncio

    import polars as pl

    from bots.reporting import kept_disclosure

    workspace = Workspace.find(desk.folder)
    with Journal.open(desk.folder / ".yinxin") as journal:
        last = journal.last_run()
        assert last is not None
        records = kept_disclosure(journal, last.run_id).records
    due = records.filter(pl.col("bucket") == "due").with_row_index("record_id").cast({"record_id": pl.String})

    async def fill() -> bytes:
        feed = workspace.feed("credit", Browsers())
        try:
            payloads = feed.profile.encode(due).with_columns(due["record_id"])
            return (await feed.fill(payloads, "publish", "by-hand"))[0].content
        finally:
            await feed.close()

    return asyncio.run(fill())


def upload_by_hand(town: Town, content: bytes) -> None:
    """Upload a workbook as a person would."""
    import re

    name, password = ACCOUNTS["credit"]
    with httpx.Client(base_url=town.url, follow_redirects=True) as client:
        page = client.get("/credit/login").text
        ticket = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        page = client.post("/credit/login", data={"username": name, "password": password, "csrf": ticket}).text
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        client.post("/credit/upload", data={"csrf": csrf}, files={"file": ("手工.xlsx", content)})
