"""Systems that misbehave: each fault is named with its system, nothing is half sent, what may pass is waited out."""

from __future__ import annotations

from collections import Counter

import pytest

from journal import Journal
from mappings.standards import LICENCE
from tests.end_to_end.town import Desk, Outcome, Town, assert_named, furnished

FIELD_OF = {field.code: field.name for field in LICENCE.fields}
TITLES = {"approval": "审批平台", "bureau": "老业务系统", "credit": "信用平台"}
FOREVER = 100_000


def stopped(town: Town, outcome: Outcome, code: int, reason: str, **place: object) -> None:
    """Check that a run was stopped by one named error before anything reached the platform."""
    assert_named(outcome, code, reason, **place)
    assert town.received == []
    assert not any(asked.startswith("POST /credit/upload") for asked in town.asked)


def impatient(desk: Desk, *systems: str) -> None:
    """Let a system have two seconds for an answer."""
    for system in systems:
        desk.change(f"connectors/{system}.yaml", "connections:", "timeout: 2\nconnections:")


@pytest.mark.parametrize("system", ["approval", "bureau", "credit"])
def test_a_wrong_password_is_tried_once_and_named(town: Town, desk: Desk, system: str) -> None:
    """Exit 3; one attempt only, so that the account is not locked; the password appears nowhere."""
    desk.change(".yinxin/secrets.toml", f"Yinxin-2024-{system[0]}", "Not-The-Word-9")
    outcome = desk.call("connectors", "check", system)
    stopped(town, outcome, 3, "login-refused", system=TITLES[system])
    attempts = [asked for asked in town.asked if asked.startswith(f"POST /{system}/login")]
    assert len(attempts) == 1
    assert "错误" in outcome.error["sentence"]
    assert f"{system}_password" in outcome.error["todo"]
    assert "Not-The-Word-9" not in outcome.out + outcome.err + desk.log()


def test_a_run_with_a_wrong_password_ends_3_and_says_so_in_the_journal(town: Town, desk: Desk) -> None:
    """The other systems are let go of, and the run is remembered as stopped by the login."""
    desk.change(".yinxin/secrets.toml", "Yinxin-2024-b", "Not-The-Word-9")
    stopped(town, desk.call("run", "disclosure"), 3, "login-refused", system="老业务系统")
    assert Counter(town.asked)["POST /bureau/login.asp"] == 1
    with Journal.open(desk.folder / ".yinxin") as journal:
        last = journal.last_run()
        assert last is not None
        assert last.state == "stopped"
        assert last.result["error"] == "login-refused"


@pytest.mark.parametrize(
    ("system", "fault", "after"),
    [("approval", "expire_session", 20), ("bureau", "expire_session", 20), ("approval", "expire_token", 20)],
)
def test_one_expired_session_in_the_middle_is_renewed_and_all_rows_come(
    town: Town, desk: Desk, system: str, fault: str, after: int
) -> None:
    """The login page with HTTP 200 is never read as data: sign in again once, ask again, lose nothing."""
    town.order(system, fault, after=after)
    outcome = desk.call("run", "disclosure", "--dry-run")
    assert outcome.code == 1
    assert town.faults.open == []
    assert outcome.result["counts"]["collected"] == town.truth["collected"]
    assert outcome.result["verdicts"] == town.truth["verdicts"]


@pytest.mark.parametrize("system", ["approval", "bureau"])
def test_a_session_that_expires_between_two_pages_of_the_list_loses_no_row(town: Town, desk: Desk, system: str) -> None:
    """The form and the page number survive a renewal in the middle of paging."""
    if system == "approval":
        desk.change("connectors/approval.yaml", "size: 200", "size: 20")
    else:
        desk.change("connectors/bureau.yaml", "size: 50", "size: 15")
    desk.call("connectors", "check", system)
    town.order(system, "expire_session", after=3)
    outcome = desk.call("run", "disclosure", "--dry-run")
    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.result["counts"]["collected"] == town.truth["collected"]
    assert outcome.result["verdicts"] == town.truth["verdicts"]


@pytest.mark.parametrize("system", ["approval", "bureau"])
def test_a_system_that_keeps_answering_the_login_page_needs_a_person(town: Town, desk: Desk, system: str) -> None:
    """Exit 3 after one renewal; it does not go on signing in."""
    desk.change(f"connectors/{system}.yaml", "connections:", "timeout: 4\nconnections:")
    town.order(system, "login_page", times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 3
    assert outcome.error["place"]["system"] == TITLES[system]
    assert town.received == []
    logins = [asked for asked in town.asked if asked.startswith(f"POST /{system}/login")]
    assert len(logins) <= 2


def test_a_system_that_answers_the_login_page_after_the_first_page_needs_a_person(town: Town, desk: Desk) -> None:
    """Login pages in place of details end the run with 3, and no row of them is taken for data."""
    desk.change("connectors/approval.yaml", "connections:", "timeout: 4\nconnections:")
    town.order("approval", "login_page", after=10, times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 3
    assert outcome.error["place"]["system"] == "审批平台"
    assert town.received == []


@pytest.mark.parametrize(("system", "after"), [("approval", 10), ("bureau", 10), ("credit", 1)])
def test_a_page_that_never_comes_is_named(town: Town, desk: Desk, system: str, after: int) -> None:
    """Exit 4 with the system and the address, once its time is up."""
    impatient(desk, system)
    town.order(system, "hang", after=after, times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 4
    assert outcome.error["code"] in {"no-answer", "page-never-loads"}
    assert outcome.error["place"]["system"] == TITLES[system]
    assert outcome.error["place"]["url"].startswith(town.url)
    assert town.received == []


def test_a_failing_request_is_tried_again(town: Town, desk: Desk) -> None:
    """Two answers of HTTP 500 are waited out; nothing shows in the result."""
    town.order("approval", "error_500", after=12, times=2)
    outcome = desk.call("run", "disclosure", "--dry-run")
    assert outcome.code == 1
    assert outcome.result["verdicts"] == town.truth["verdicts"]


def test_a_system_that_only_fails_is_named(town: Town, desk: Desk) -> None:
    """HTTP 500 again and again ends with 4 and the system's name."""
    town.order("bureau", "error_500", after=6, times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 4
    assert outcome.error["place"]["system"] == "老业务系统"
    assert town.received == []


@pytest.mark.parametrize("system", ["approval", "bureau", "credit"])
def test_a_page_with_a_row_too_few_is_never_a_success(town: Town, desk: Desk, system: str) -> None:
    """A count that differs from the page's own total stops the run, naming both numbers."""
    town.order(system, "short_page", times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code in {4, 5}
    assert outcome.error["place"]["system"] == TITLES[system]
    assert town.received == []


@pytest.mark.parametrize("system", ["approval", "bureau"])
def test_a_renamed_heading_of_the_list_stops_the_push(town: Town, desk: Desk, system: str) -> None:
    """Exit 5, with what was expected and what is there."""
    town.order(system, "renamed_header", times=FOREVER)
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 5
    assert outcome.error["place"]["system"] == TITLES[system]
    assert town.received == []


def test_a_renamed_column_of_the_template_stops_the_push(town: Town, desk: Desk) -> None:
    """Exit 5, naming sheet, header row, the heading that is gone and the one that is new."""
    town.order("credit", "renamed_template_column", times=FOREVER)
    outcome = desk.call("run", "disclosure")
    stopped(town, outcome, 5, "template-changed", system="信用平台", sheet="行政许可")
    assert outcome.error["place"]["row"] >= 1
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert journal.deliveries("credit") == []


def test_a_column_the_mapping_needs_that_is_gone_is_named(town: Town, desk: Desk) -> None:
    """A heading that the mapping looks for in vain is named with the system and the field."""
    desk.change("mappings/bureau.yaml", "document_number: 许可文书号", "document_number: 许可决定书号码")
    stopped(town, desk.call("run", "disclosure"), 5, "column-missing", system="老业务系统")


def test_the_laws_clock_does_not_wait_for_an_unreadable_ledger(town: Town, desk: Desk) -> None:
    """A ledger that is no workbook is named for a clerk and quarantined; what is due goes out all the same."""
    (desk.folder / "ledgers" / "坏台账.xlsx").write_text("not a workbook", encoding="utf-8")
    outcome = desk.call("run", "disclosure")
    assert_named(outcome, 1, "not-a-workbook", file="坏台账.xlsx")
    assert outcome.result["counts"]["confirmed"] == town.truth["counts"]["due"] == len(town.received)
    with Journal.open(desk.folder / ".yinxin") as journal:
        kept = [row for row in journal.quarantine_of(outcome.result["run"]) if row["rule"] == "not-a-workbook"]
    assert [row["origin"] for row in kept] == ["坏台账.xlsx"]


def test_rows_that_cannot_be_read_are_quarantined_and_the_others_go_on(town: Town, desk: Desk) -> None:
    """An impossible date, a wrong check character and a masked name: field, rule, raw value, mapping, and not sent."""
    outcome = desk.call("run", "disclosure")
    assert outcome.code == 1
    with Journal.open(desk.folder / ".yinxin") as journal:
        kept = [row for row in journal.quarantine_of(outcome.result["run"]) if row["side"] == "source"]
    expected = {(row["document_number"], FIELD_OF[row["field"]]) for row in town.truth["quarantined"]}
    assert {(row["document_number"], row["field"]) for row in kept} == expected
    assert {row["rule"] for row in kept} == {"impossible-date", "uscc-check", "masked-name"}
    masked = next(row for row in kept if row["rule"] == "masked-name")
    assert "*" in masked["value"]
    assert all(row["mapping"].count("@") == 1 and row["origin"] and row["sentence"] for row in kept)
    assert not town.stored().keys() & {number for number, _field in expected}
    assert outcome.result["counts"]["quarantined"] == len(expected)


def test_a_missing_browser_is_named(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2 with what to install; nothing was asked beyond what needs no browser."""
    monkeypatch.setenv("YINXIN_BROWSER", "/nonexistent")
    outcome = desk.call("run", "disclosure")
    stopped(town, outcome, 2, "browser-missing")
    assert "chromium" in outcome.error["todo"]
    doctor = desk.call("doctor")
    assert doctor.code == 2


def test_a_program_that_is_no_browser_is_named(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that starts and is no browser is named too."""
    monkeypatch.setenv("YINXIN_BROWSER", "/bin/false")
    outcome = desk.call("connectors", "check", "approval")
    stopped(town, outcome, 2, "browser-missing")
    assert "/bin/false" in outcome.error["sentence"]


def test_a_missing_secret_stops_the_run(town: Town, desk: Desk) -> None:
    """Exit 2 with the secret's name; the account is not tried without it."""
    desk.change(".yinxin/secrets.toml", "credit_password", "other_password")
    outcome = desk.call("run", "disclosure")
    stopped(town, outcome, 2, "secret-missing", field="credit_password")
    assert "POST /credit/login" not in town.asked


def test_a_secret_of_the_environment_wins(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret may come from the environment, so that no file holds it."""
    desk.change(".yinxin/secrets.toml", "approval_password", "other_password")
    monkeypatch.setenv("YINXIN_SECRET_APPROVAL_PASSWORD", "Yinxin-2024-a")
    assert desk.call("connectors", "check", "approval").code == 0
    assert town.received == []


def test_secrets_that_others_can_read_stop_the_run(town: Town, desk: Desk) -> None:
    """Exit 2 with the file and the command that closes it."""
    file = desk.folder / ".yinxin" / "secrets.toml"
    file.chmod(0o640)
    outcome = desk.call("run", "disclosure")
    stopped(town, outcome, 2, "secrets-readable", file=str(file))
    assert "chmod 600" in outcome.error["todo"]


def test_a_system_that_is_down_is_named(quiet: Desk) -> None:
    """Exit 4 with the system and its address, in one sentence."""
    outcome = quiet.call("run", "disclosure")
    assert outcome.code == 4
    assert outcome.error["code"] in {"no-answer", "page-never-loads"}
    assert outcome.error["place"]["system"] in TITLES.values()
    assert "127.0.0.1:9" in outcome.error["place"]["url"]


def test_a_system_that_goes_down_after_a_run_is_named(town: Town, desk: Desk) -> None:
    """With a kept session no browser is needed to notice it, and the error is the same."""
    assert desk.call("connectors", "check", "approval").code == 0
    elsewhere = furnished(desk.folder.parent / "elsewhere", None)
    (elsewhere.folder / ".yinxin" / "sessions").symlink_to(desk.folder / ".yinxin" / "sessions")
    outcome = elsewhere.call("connectors", "check", "approval")
    assert_named(outcome, 4, "no-answer", system="审批平台")
    assert town.received == []
