"""The doctor: every check is made to fail for real once, and says what to do; nothing that it does leaves a trace."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bots.workspace import Workspace
from cli import doctor
from cli.health.checking import Check, Look, examine
from connectors.portal.kept import Kept, SessionStore
from journal import Alarm, Firing, Journal
from journal.queueing import stamp
from journal.schema import workers
from tests.end_to_end.machines import lay_on
from tests.end_to_end.town import Desk, Town, call
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture


def looked(desk: Desk, which: str) -> dict[str, Check]:
    """What one of the doctor's looks finds, by id."""
    looks = [look for look in doctor.looks() if look.id == which]
    assert looks
    return {check.id: check for check in examine(Workspace.find(desk.folder), looks)}


def assert_ill(check: Check, health: str, *words: str) -> None:
    """Check that a check says how ill it is, what was found, and what to do."""
    assert check.health == health, check
    for word in words:
        assert word in check.found + check.todo, check
    assert len(check.todo) > 10


@contextmanager
def opened(desk: Desk) -> Iterator[Journal]:
    """The desk's journal."""
    with Workspace.find(desk.folder).journal() as journal:
        yield journal


def statement(desk: Desk, text: str) -> None:
    """Meddle with the journal."""
    with opened(desk) as journal, journal._engine.begin() as connection:
        connection.exec_driver_sql(text)


def test_a_healthy_workspace_has_nothing_to_do(settled: tuple[Town, Desk]) -> None:
    """Every check has an id that no other has, is well, and asks for nothing."""
    outcome = settled[1].call("doctor")
    checks = outcome.result["checks"]
    assert (outcome.code, outcome.result["health"]) == (0, "ok"), checks
    ids = [check["id"] for check in checks]
    assert len(ids) == len(set(ids))
    assert {
        *("browser", "disk", "disk.state", "timezone", "bots", "mappings", "calendar", "secrets", "clock", "sessions"),
        *("connectors.credit", "connectors.ledgers", "journal", "migrations", "chain"),
        *("workers", "stalled", "overdue", "alarms"),
    } <= set(ids)
    assert all(check["health"] == "ok" and check["found"] and not check["todo"] for check in checks)


def test_ids_are_the_same_in_every_language(settled: tuple[Town, Desk]) -> None:
    """A program that reads the envelope does not care who the reader is."""
    folder = str(settled[1].folder)
    english, chinese = (
        call("doctor", "--json", "--lang", lang, "-w", folder).result["checks"] for lang in ("en", "zh")
    )
    assert [each["id"] for each in english] == [each["id"] for each in chinese]
    assert [each["name"] for each in english] != [each["name"] for each in chinese]


def test_the_doctor_changes_nothing(copied: Desk) -> None:
    """Neither a file nor an event; a workspace that was never used stays without state."""

    def state() -> dict[str, bytes]:
        files = [file for file in copied.folder.rglob("*") if file.is_file() and "journal.db" not in file.name]
        return {str(file): file.read_bytes() for file in files if "logs" not in file.parts}

    with opened(copied) as journal:
        events = journal.audit().checked
    before = state()
    copied.call("doctor")
    assert state() == before
    with opened(copied) as journal:
        assert journal.audit().checked == events


def test_an_unused_workspace_stays_unused(quiet: Desk) -> None:
    """No journal, no sessions and no key are made by looking for them."""
    shutil.rmtree(quiet.folder / ".yinxin" / "sessions", ignore_errors=True)
    quiet.call("doctor")
    assert {file.name for file in (quiet.folder / ".yinxin").iterdir()} <= {"secrets.toml", "logs"}


def test_a_missing_secret_is_named_with_its_variable(quiet: Desk) -> None:
    """Each that is missing is a check of its own; the others are not."""
    quiet.change(".yinxin/secrets.toml", "credit_password", "other_password")
    found = looked(quiet, "secrets")
    assert set(found) == {"secrets.credit_password"}
    assert_ill(found["secrets.credit_password"], "failing", "credit_password", "YINXIN_SECRET_CREDIT_PASSWORD")


def test_a_secrets_file_of_the_wrong_mode_is_one_finding(quiet: Desk) -> None:
    """Once, not for every secret in it."""
    (quiet.folder / ".yinxin" / "secrets.toml").chmod(0o644)
    (found,) = looked(quiet, "secrets").values()
    assert_ill(found, "failing", "chmod 600")


@pytest.mark.parametrize("way", ["value", "key", "address"])
def test_a_secret_in_a_declared_file_is_found(quiet: Desk, way: str) -> None:
    """Its value under any key, a key that is called so, or an address with a password in it; told without the value."""
    secret = Workspace.find(quiet.folder).secrets.value("credit_password")
    line = {
        "value": f"note: 'it is {secret}'\n",
        "key": "channel:\n  smtp_password: Hidden-Word-7\n",
        "address": "to: mailto://me:Hidden-Word-7@mail.example.cn\n",
    }[way]
    (quiet.folder / "bots" / "more.yaml").write_text(f"kind: other\n{line}", encoding="utf-8")
    (found,) = looked(quiet, "secrets").values()
    assert_ill(found, "failing", "bots/more.yaml")
    assert "line" in found.found
    assert secret not in str(found)
    assert "Hidden-Word-7" not in str(found)


@contextmanager
def clock_off(seconds: float) -> Iterator[str]:
    """A web server whose clock is off; yields its address."""

    class Off(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + seconds)

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Off)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("seconds", "health", "word"), [(600, "warning", "ahead"), (-90, "warning", "behind"), (20, "ok", "")]
)
def test_a_clock_that_is_off_is_told(quiet: Desk, seconds: float, health: str, word: str) -> None:
    """More than a minute apart, in which direction, and what sets a clock right."""
    with clock_off(seconds) as address:
        quiet.change("yinxin.toml", "http://127.0.0.1:9", address)
        found = looked(quiet, "connectors")
    told = [check for id_, check in found.items() if id_.startswith("clock")]
    assert {check.health for check in told} == {health}
    assert found["connectors.credit"].health == "ok"
    if word:
        assert_ill(found["clock.credit"], "warning", word, "NTP")


def test_a_system_that_is_not_there_is_told(quiet: Desk) -> None:
    """Each system by itself; the clock is not compared then."""
    found = looked(quiet, "connectors")
    assert_ill(found["connectors.credit"], "failing", "cannot be reached")
    assert found["connectors.ledgers"].health == "ok"
    assert (found["clock"].health, found["sessions"].health) == ("ok", "ok")


def test_a_session_that_cannot_be_read_is_told(copied: Desk) -> None:
    """Sealed with another key, as after a backup that was put back in parts."""
    (copied.folder / ".yinxin" / "sessions" / "key").write_bytes(Fernet.generate_key())
    found = looked(copied, "connectors")
    assert_ill(found["sessions.credit"], "warning", "credit", ".yinxin/sessions/credit.session")


def test_a_session_that_has_expired_is_no_fault(copied: Desk) -> None:
    """It is asked at the system itself; the next run signs in."""
    SessionStore(copied.folder / ".yinxin" / "sessions").save("approval", Kept())
    found = looked(copied, "connectors")["sessions"]
    assert (found.health, "approval: expired" in found.found) == ("ok", True)
    assert "credit: lives" in found.found


@pytest.mark.parametrize(("revision", "health"), [("0002", "warning"), ("9999", "failing")])
def test_a_journal_of_another_edition_is_told(copied: Desk, revision: str, health: str) -> None:
    """Older: make a backup; newer: install that edition. Either way it is left as it is."""
    statement(copied, f"UPDATE alembic_version SET version_num = '{revision}'")
    found = looked(copied, "journal")
    assert found["journal"].health == "ok"
    assert_ill(found["migrations"], health, revision)
    assert looked(copied, "chain") == looked(copied, "work") == {}
    assert looked(copied, "journal") == found


def test_a_broken_chain_is_told(copied: Desk) -> None:
    """An event that somebody changed by hand."""
    statement(copied, "UPDATE events SET kind = kind || ' ' WHERE seq = 7")
    assert_ill(looked(copied, "chain")["chain"], "failing", "backup")


def test_a_worker_that_fell_silent_is_told(copied: Desk) -> None:
    """By its name and for how long; one that reports is at its place."""
    with opened(copied) as journal:
        for name in ("here/1/a", "there/2/b"):
            journal.report_in(name, [], 1)
        with journal._writer.begin() as connection:
            gone = workers.update().where(workers.c.name == "there/2/b")
            connection.execute(gone.values(seen=workers.c.seen - 300))
    found = looked(copied, "work")
    assert_ill(found["workers"], "warning", "there/2/b", "300", "yinxin worker")
    assert found["workers.alive"].health == "ok"
    told = copied.call("status", "--workers")
    assert told.code == 1
    assert [(each["name"], each["gone"]) for each in told.result["workers"]] == [
        ("here/1/a", False),
        ("there/2/b", True),
    ]


def fire(journal: Journal, hours_ago: float) -> Firing:
    """Queue a firing that was due some hours ago."""
    due = datetime.now(UTC) - timedelta(hours=hours_ago)
    return journal.call(Firing("nightly", stamp(due), "disclosure", starts_at=stamp(due)), due)


def test_a_firing_whose_worker_is_dead_is_told(copied: Desk) -> None:
    """It runs, and nobody holds its lease; while somebody does, it is well."""
    with opened(copied) as journal:
        firing = fire(journal, 1)
        journal.claim(datetime.now(UTC), firing.key)
        with journal.holding([f"firing {firing.key}"], "a worker"):
            assert looked(copied, "work")["stalled"].health == "ok"
    assert_ill(looked(copied, "work")["stalled"], "failing", "nightly", "yinxin worker")


def test_a_firing_that_nobody_takes_up_is_told(copied: Desk) -> None:
    """Ten minutes are enough for any worker that lives."""
    with opened(copied) as journal:
        fire(journal, 0.1)
        assert looked(copied, "work")["overdue"].health == "ok"
        fire(journal, 1)
    assert_ill(looked(copied, "work")["overdue"], "failing", "nightly", "nobody")


def test_a_schedule_whose_last_due_time_came_to_nothing_is_told(copied: Desk) -> None:
    """With the reason and its last success, until it succeeds again."""
    with opened(copied) as journal:
        journal.settle("nightly", datetime.now(UTC), lambda _since: [])
        for hours, code in ((48, 0), (24, 4)):
            running = journal.claim(datetime.now(UTC), fire(journal, hours).key)
            assert running
            journal.ended(running, datetime.now(UTC), reason="no-answer" if code else "", exit_code=code)
            if not code:
                assert looked(copied, "work")["overdue"].health == "ok"
    assert_ill(looked(copied, "work")["overdue.vain"], "warning", "nightly", "no-answer", "yinxin run")


def test_an_alarm_of_something_that_failed_is_told(copied: Desk) -> None:
    """With what is to be done about it; what only waits for a person is counted, and is no illness."""
    with opened(copied) as journal:
        assert journal.alarms()
        assert looked(copied, "work")["alarms"].health == "ok"
        broken = Alarm("k", "failed", "drift", "The list has another column.", "Accept the new layout.")
        journal.raise_alarms([broken], datetime.now(UTC))
    assert_ill(looked(copied, "work")["alarms"], "warning", "another column", "Accept the new layout.")


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system's zone is not the process's")
def test_a_machine_that_lives_elsewhere_is_told(quiet: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its midnight is not the bureau's; a workspace whose day is written down does not mind."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert looked(quiet, "timezone")["timezone"].health == "ok"
        quiet.change("yinxin.toml", 'as_of = "2024-08-13"', "")
        assert_ill(looked(quiet, "timezone")["timezone"], "warning", "TZ=Asia/Shanghai")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("free", "health"), [(1 << 20, "failing"), (1 << 29, "warning")])
def test_a_full_disk_is_told(quiet: Desk, monkeypatch: pytest.MonkeyPatch, free: int, health: str) -> None:
    """Little room is a warning, hardly any stops the next run."""
    usage = shutil.disk_usage(quiet.folder)
    monkeypatch.setattr("cli.health.machine.shutil.disk_usage", lambda _place: usage._replace(free=free))
    assert_ill(looked(quiet, "disk")["disk"], health, str(quiet.folder))


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="this system does not count files")
def test_a_disk_without_room_for_files_is_told(quiet: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is many files; space alone does not help."""
    monkeypatch.setattr("cli.health.machine._free_files", lambda _place: 0)
    assert_ill(looked(quiet, "disk")["disk"], "failing", "0 more files")


def test_every_mapping_with_a_fault_is_named(quiet: Desk) -> None:
    """One does not hide the other."""
    quiet.change("mappings/ledger.yaml", "  uscc:", "  uscx:")
    quiet.change("mappings/bureau.yaml", "standard:", "standart:")
    found = looked(quiet, "mappings")
    assert set(found) == {"mappings.ledger", "mappings.bureau"}
    for check in found.values():
        assert_ill(check, "failing", "mappings/")


def test_a_bot_with_a_fault_is_named(quiet: Desk) -> None:
    """Also one that names a system which is not declared."""
    quiet.change("bots/disclosure.yaml", "[approval, bureau]", "[approval, burau]")
    found = looked(quiet, "bots")
    assert set(found) == {"bots.disclosure"}
    assert_ill(found["bots.disclosure"], "failing", "burau")


def test_a_check_that_falls_over_is_a_finding(quiet: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback, and without the secret that its error speaks of; the others are still looked at."""
    secret = Workspace.find(quiet.folder).secrets.value("credit_password")

    def fall(_place: object) -> None:
        raise RuntimeError(f"cannot open x://me:{secret}@host")

    monkeypatch.setattr("cli.health.machine.shutil.disk_usage", fall)
    outcome = quiet.call("doctor")
    found = {check["id"]: check for check in outcome.result["checks"]}
    assert outcome.code == 2
    assert_ill(Check(**found["disk"]), "failing", "RuntimeError", "x://me:***@host")
    assert found["mappings"]["health"] == "ok"
    assert secret not in outcome.out + outcome.err + quiet.log()
    assert "action=doctor.disk" in quiet.log()


def test_a_check_that_never_ends_is_left_behind(quiet: Desk) -> None:
    """What hangs costs its limit, not the answer; the others do not wait for it."""
    over = threading.Event()

    def hang(_workspace: Workspace) -> Iterator[Check]:
        over.wait(60)
        yield from ()

    looks = [Look("hangs", "hangs", hang, limit=0.2), *(look for look in doctor.looks() if look.id == "mappings")]
    first, *others = examine(Workspace.find(quiet.folder), looks)
    over.set()
    assert_ill(first, "failing", "0.2")
    assert [check.health for check in others] == ["ok"]


def test_settings_that_are_wrong_do_not_stop_the_doctor(quiet: Desk) -> None:
    """Each check that needs them names the line, and the rest is looked at."""
    quiet.change("yinxin.toml", "as_of", "as_off")
    outcome = quiet.call("doctor")
    found = {check["id"]: check for check in outcome.result["checks"]}
    assert outcome.code == 2
    assert "as_of" in found["bots"]["todo"]
    assert found["mappings"]["health"] == "ok"


def test_on_a_server_the_database_has_a_clock_of_its_own(
    copied: Desk,
    postgres: Cluster,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Kind, edition, chain and clock of a PostgreSQL journal; a clock that is off is told."""
    assert tmp_path
    lay_on(copied, postgres.fresh())
    with opened(copied):
        found = looked(copied, "journal")
        assert found["journal"].found.startswith("PostgreSQL ")
        assert (found["migrations"].health, found["clock.journal"].health) == ("ok", "ok")
        monkeypatch.setattr(Journal, "clock", lambda _journal: time.time() - 300)
        assert_ill(looked(copied, "journal")["clock.journal"], "warning", "300", "behind")
