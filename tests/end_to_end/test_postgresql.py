"""A workspace whose journal lies on PostgreSQL: the same work, the same proofs, and clear words about the server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.test_runs import once, wait_for
from tests.end_to_end.town import Desk, Outcome, Town, assert_named, call, finished, furnished, serving
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture

PASSWORD = "sesame-of-1001"


class Served(NamedTuple):
    """A city, and a workspace after one run whose journal lies in a schema of its own."""

    town: Town
    desk: Desk
    address: str
    run: Outcome


@pytest.fixture(scope="module")
def served(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: F811
    """One run for all that only look."""
    folder, address = tmp_path_factory.mktemp("served"), postgres.fresh()
    with serving(folder / "city") as town:
        desk = lay_on(furnished(folder / "desk", town), address)
        yield Served(town, desk, address, desk.call("run", "disclosure"))


@pytest.fixture(scope="module")
def guarded(postgres: Cluster) -> Callable[..., str]:  # noqa: F811 - the fixture
    """A server on which one role needs a password; returns a way to write an address on it."""
    for statement in (
        f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'",
        "CREATE ROLE poor LOGIN",
        "CREATE DATABASE bureau OWNER guarded ENCODING 'UTF8' TEMPLATE template0",
        "CREATE DATABASE latin OWNER guarded ENCODING 'LATIN1' TEMPLATE template0",
        "CREATE DATABASE bytes OWNER guarded ENCODING 'SQL_ASCII' TEMPLATE template0",
    ):
        postgres.run(statement)
    rules = postgres.folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text('utf-8')}", encoding="utf-8")
    postgres.run("SELECT pg_reload_conf()")
    return lambda database="bureau", user="guarded", **options: postgres.address(database, user, **options)


def test_a_run_does_the_same_work(served: Served) -> None:
    """Each due record is disclosed once, the journal knows, and no journal lies in the workspace."""
    assert served.run.code == 1
    assert served.run.result["balanced"] is True
    once(served.town, served.desk)
    assert not list((served.desk.folder / ".yinxin").glob("*.db*"))


def test_every_command_that_asks_the_journal_answers(served: Served) -> None:
    """Status, report, explain, audit and doctor speak of the run as they do over a file."""
    desk, run = served.desk, served.run.result
    assert desk.call("status").result["runs"][0]["run"] == run["run"]
    assert desk.call("report").result["counts"] == run["counts"]
    number = next(iter(served.town.due()))
    assert desk.call("explain", number).code == 0
    audit = desk.call("audit", "verify")
    assert (audit.code, audit.result["whole"], audit.result["heads"]) == (0, True, 1)
    (checked,) = [check for check in desk.call("doctor").result["checks"] if check["name"] == "journal"]
    assert checked["health"] == "ok"
    assert checked["found"].startswith("PostgreSQL ")


def test_damage_on_the_server_is_named(served: Served, postgres: Cluster) -> None:  # noqa: F811 - the fixture
    """What somebody changes on the server is found like what somebody changes in a file, with its place."""
    table = f"{served.address.rpartition('%3D')[2]}.events"
    postgres.run(f"UPDATE {table} SET kind = kind || ' ' WHERE seq = 200")
    outcome = served.desk.call("audit", "verify")
    postgres.run(f"UPDATE {table} SET kind = trim(kind) WHERE seq = 200")
    assert_named(outcome, 1, "chain-damaged", system=place(served.address))
    assert outcome.result["position"] == 200


def place(address: str) -> str:
    """How an address is shown: without what stands behind it."""
    return address.partition("?")[0]


def test_another_machine_goes_on_where_the_first_one_is(served: Served, tmp_path: Path) -> None:
    """A second workspace on the same database sends nothing again; with the same evidence its audit is whole too."""
    other = other_machine(served.desk, tmp_path / "other", shared=True)
    received = len(served.town.received)
    run = other.call("run", "disclosure")
    assert (run.result["balanced"], run.result["counts"]["due"]) == (True, 0)
    assert len(served.town.received) == received
    assert other.call("report", served.run.result["run"]).code == 0
    assert [desk.call("audit", "verify").code for desk in (other, served.desk)] == [0, 0]


def test_a_machine_without_the_evidence_of_the_others_misses_it(served: Served, tmp_path: Path) -> None:
    """Evidence is files: an audit on a machine that does not have them names each."""
    other = other_machine(served.desk, tmp_path / "other", shared=False)
    flaws = other.call("audit", "verify").result["flaws"]
    assert {flaw["problem"] for flaw in flaws} == {"no-file"}
    assert_named(other.call("report", served.run.result["run"]), 2, "report-changed")


WRONG: dict[str, tuple[dict[str, str], str, int, str]] = {
    "password": ({}, "guess-of-1002", 2, "journal-refused"),
    "no password": ({}, "", 2, "journal-refused"),
    "role": ({"user": "nobody_knows"}, "", 2, "journal-refused"),
    "database": ({"database": "nowhere"}, PASSWORD, 2, "journal-refused"),
    "rights": ({"database": "postgres", "user": "poor"}, "", 2, "journal-refused"),
    "option": ({"sslmod": "require"}, PASSWORD, 2, "journal-refused"),
    "encoding": ({"database": "latin"}, PASSWORD, 2, "journal-encoding"),
    "no encoding": ({"database": "bytes"}, PASSWORD, 2, "journal-encoding"),
    "socket": ({"host": "/nowhere"}, PASSWORD, 4, "journal-unreachable"),
}


@pytest.mark.parametrize(("parts", "password", "code", "reason"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_the_server_is_named_and_no_password_shown(
    quiet: Desk, guarded: Callable[..., str], parts: dict[str, str], password: str, code: int, reason: str
) -> None:
    """Every command says what the server says and who acts; the password stands nowhere, and nothing is asked of it."""
    lay_on(quiet, guarded(**parts), **({"journal_password": password} if password else {}))
    for words in (("status",), ("run", "disclosure"), ("audit", "verify")):
        outcome = quiet.call(*words)
        shown = assert_named(outcome, code, reason)["place"]["system"]
        assert shown.startswith("postgresql+psycopg://")
        assert not password or password not in outcome.out + outcome.err + quiet.log()
    people = call("status", "-w", str(quiet.folder), "--lang", "zh")
    assert people.code == code
    assert not password or password not in people.out + people.err


@pytest.mark.parametrize("wrong", ["rights", "encoding", "socket"])
def test_the_doctor_sees_what_a_run_would_stumble_over(quiet: Desk, guarded: Callable[..., str], wrong: str) -> None:
    """Before anything was written, the journal's check fails with what the first run would meet."""
    parts, password, _code, _reason = WRONG[wrong]
    lay_on(quiet, guarded(**parts), **({"journal_password": password} if password else {}))
    outcome = quiet.call("doctor")
    (checked,) = [each for each in outcome.result["checks"] if each["name"] == "journal"]
    assert outcome.code == 2
    assert (checked["health"], bool(checked["todo"])) == ("failing", True)


ADDRESSES: dict[str, tuple[str, str]] = {
    "password": (f"postgresql+psycopg://guarded:{PASSWORD}@127.0.0.1:9/bureau", "password-in-address"),
    "password behind": (f"postgresql://guarded@127.0.0.1:9/bureau?password={PASSWORD}", "password-in-address"),
    "another kind": (f"mysql://guarded:{PASSWORD}@127.0.0.1:9/bureau", "bad-address"),
    "no database": ("postgresql+psycopg://guarded@127.0.0.1:9", "bad-address"),
    "no port": (f"postgresql+psycopg://guarded:{PASSWORD}@127.0.0.1:port/bureau", "bad-address"),
    "no address": (PASSWORD, "bad-address"),
}


@pytest.mark.parametrize(("address", "reason"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_is_none_is_refused_before_anybody_is_asked(quiet: Desk, address: str, reason: str) -> None:
    """The setting is named, and what stands in it is not repeated."""
    outcome = lay_on(quiet, address).call("status")
    assert_named(outcome, 2, reason, file="yinxin.toml", field="database")
    assert PASSWORD not in outcome.out + outcome.err


def test_a_secret_that_is_stored_nowhere_is_named(quiet: Desk, guarded: Callable[..., str]) -> None:
    """A password that is only named must be somewhere."""
    lay_on(quiet, guarded(), journal_password=PASSWORD)
    assert quiet.call("status").code == 0
    quiet.change(".yinxin/secrets.toml", "journal_password", "other_password")
    assert_named(quiet.call("status"), 2, "secret-missing", field="journal_password")


def test_who_may_only_read_can_audit_and_not_run(served: Served, postgres: Cluster, tmp_path: Path) -> None:  # noqa: F811
    """An auditor's own role with SELECT alone verifies and exports; a run under it is refused before it begins."""
    schema = served.address.rpartition("%3D")[2]
    postgres.run("CREATE ROLE auditor LOGIN")
    postgres.run(f"GRANT USAGE ON SCHEMA {schema} TO auditor")
    postgres.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO auditor")
    desk = Desk(shutil.copytree(served.desk.folder, tmp_path / "auditor"))
    lay_on(desk, served.address.replace("yinxin@", "auditor@"))
    assert desk.call("audit", "verify").code == 0
    assert desk.call("audit", "export", str(tmp_path / "events.jsonl")).code == 0
    assert_named(desk.call("run", "disclosure"), 2, "journal-refused")


def test_a_server_that_takes_no_writings_is_named(quiet: Desk, postgres: Cluster) -> None:  # noqa: F811 - the fixture
    """A standby, or a server made read-only, is the server's affair; nothing is sent."""
    address = postgres.fresh()
    assert lay_on(quiet, address).call("status").code == 0
    lay_on(quiet, f"{address}+-cdefault_transaction_read_only%3Don")
    assert quiet.call("status").code == 0
    assert_named(quiet.call("run", "disclosure"), 4, "journal-failed")


def test_a_server_that_goes_away_in_the_middle_costs_nothing(
    town: Town,
    desk: Desk,
    postgres: Cluster,  # noqa: F811 - the fixture
) -> None:
    """The server stops while records are on their way; when it is back, resuming finishes at once what is unclear."""
    lay_on(desk, postgres.fresh())
    process = desk.process("run", "disclosure", "--json")
    try:
        wait_for(lambda: "POST /credit/upload" in town.asked, process)
    finally:
        postgres.stop()
    outcome = finished(process)
    assert outcome.code == 4, outcome.out + outcome.err
    assert outcome.error["code"] in {"journal-lost", "journal-unreachable"}
    assert_named(desk.call("resume"), 4, "journal-unreachable")
    postgres.start()
    (resumed,) = desk.call("resume").result["resumed"]
    assert resumed["balanced"] is True
    assert "Waiting for somebody else" not in desk.log()
    once(town, desk)
    assert desk.call("audit", "verify").code == 0
