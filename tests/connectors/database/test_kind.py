"""The kind ``database``: what a file may declare, how a database is found and proves itself, and what stands for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Dialect
from sqlalchemy.dialects import mssql, oracle

from connectors.base import Incremental, Window
from connectors.database.addresses import address_of
from connectors.database.declared import DatabaseDeclared
from connectors.database.engines import secured
from connectors.database.kind import KIND
from connectors.database.reading import Reader
from connectors.kinds import kind_of
from tests.connectors.database.sites import Site, on_mariadb, rows_of
from tests.connectors.database.test_source import ALL
from tests.mariadb import Server
from words.declared import parse
from words.errors import LoginNeeded, SystemFailure, UsageError, YinxinError

READ: dict[str, Any] = {"table": "licence", "key": ["id"]}


def _parsed(**more: Any) -> DatabaseDeclared:
    told = {"kind": "database", "title": "前置库", "url": "postgresql://{front}/exchange", "read": READ, **more}
    return parse(DatabaseDeclared, yaml.safe_dump(told, allow_unicode=True), "connectors/front.yaml")


def test_the_kind_is_known_by_its_name() -> None:
    """A workspace finds it, and a table may be a ledger, a source and what a feed shows."""
    assert kind_of("database") is KIND
    assert _parsed(mapping="m").roles == ("ledger", "source")
    assert _parsed(mapping="m", read={**READ, "since_column": "decided"}).roles == ("source",)
    assert _parsed(profile="p").roles == ("feed",)


def test_a_host_stands_in_the_address_by_its_name() -> None:
    """Moving house is one line; the claim is the address and the user, so that two runs never meet there."""
    declared = _parsed(user="reader").at({"front": "db.example:5433"})
    assert declared.where == "postgresql://db.example:5433/exchange"
    assert declared.claim == "login postgresql://db.example:5433/exchange reader"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader@front/exchange",
        "postgresql://reader:geheim@front/exchange",
        "mysql://front/exchange?password=geheim",
        "dm://front/exchange",
        "mysql+mysqldb://front/exchange",
        "front",
    ],
)
def test_an_address_holds_no_user_and_no_password(url: str) -> None:
    """What is no address of a known database, or would show a password, is refused without repeating it."""
    with pytest.raises(UsageError) as caught:
        _parsed(url=url)
    assert (caught.value.code, caught.value.place.field) == ("bad-value", "url")
    assert "geheim" not in caught.value.sentence


@pytest.mark.parametrize(
    "question",
    [
        "DELETE FROM licence",
        "SELECT 1; DROP TABLE licence",
        "SELECT * FROM licence -- all",
        "WITH gone AS (DELETE FROM licence RETURNING id) SELECT * FROM gone",
        "SELECT * INTO copy FROM licence",
        "SELECT * FROM licence FOR UPDATE",
    ],
)
def test_a_select_only_reads(question: str) -> None:
    """What could change something, or is more than one statement, is refused when the file is read."""
    with pytest.raises(UsageError):
        _parsed(read={"select": question, "key": ["id"]})


def test_words_in_quotes_are_no_statements() -> None:
    """A value may look like one."""
    question = "SELECT id, 'insert; update -- it''s' AS x FROM licence WHERE \"delete\" = 1"
    assert _parsed(read={"select": question, "key": ["id"]}).read.select == question


@pytest.mark.parametrize(
    "read", [{"key": ["id"]}, {"table": "a", "select": "SELECT 1", "key": ["id"]}, {"table": "a", "key": []}]
)
def test_a_table_or_a_select_with_a_key(read: dict[str, Any]) -> None:
    """Exactly one of the two, and never without what tells its rows apart."""
    with pytest.raises(UsageError):
        _parsed(read=read)


def test_a_blank_that_nothing_fills_is_refused() -> None:
    """A mistyped one would be sent to the receiver as it stands."""
    with pytest.raises(UsageError, match="batches"):
        _parsed(write={"tables": [{"table": "t", "row": "r", "fixed": {"pch": "{batches}"}}]})


@pytest.mark.parametrize(
    ("url", "extra"), [("oracle://front/?service_name=x", "oracle"), ("mssql://front/x", "sqlserver")]
)
async def test_a_driver_that_is_not_there_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, extra: str
) -> None:
    """Oracle and SQL Server are extras, and the error says which one to install."""
    monkeypatch.setitem(sys.modules, {"oracle": "oracledb", "sqlserver": "pyodbc"}[extra], None)
    site = Site("none", url, "reader", tmp_path, lambda _statements: [])
    with pytest.raises(UsageError) as caught:
        await site.source(**READ).again("1")
    assert caught.value.code == "driver-missing"
    assert f"yinxin[{extra}]" in caught.value.todo


def test_pages_are_asked_for_as_each_database_wants_it() -> None:
    """Oracle and SQL Server get their own words for a page, and a name in capitals stays what it is."""
    reading = _parsed(read={"table": "EX.T_LICENCE", "key": ["XK_ID"], "since_column": "JDRQ"}).read
    window = Window(ALL.since, ALL.until)
    dialects: list[Callable[[], Dialect]] = [oracle.oracledb.dialect, mssql.pyodbc.dialect]
    on_oracle, on_sql_server = (Reader(reading, made(), "front").sql(window) for made in dialects)
    assert "FETCH FIRST" in on_oracle
    assert '"EX"."T_LICENCE"' in on_oracle
    assert "SELECT TOP" in on_sql_server
    assert "[T_LICENCE]" in on_sql_server


async def test_reaching_says_the_version(site: Site) -> None:
    """Whoever asks whether a database is there learns what it is."""
    reached = await KIND.reach(site.given(site.declared(READ)), 10)
    assert {"sqlite": "SQLite 3", "postgresql": "PostgreSQL 1", "mariadb": "MariaDB 1"}[site.kind] in reached.said
    assert reached.health == "ok"


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """An empty database would be reconciled as one without records."""
    site = Site("sqlite", "sqlite:///gone.db", "", tmp_path, lambda _statements: [])
    with pytest.raises(SystemFailure) as caught:
        await KIND.reach(site.given(site.declared(READ)), 1)
    assert caught.value.code == "database-unreachable"
    assert not (tmp_path / "gone.db").exists()


async def test_a_wrong_password_is_told_once_and_not_shown(
    mariadb: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account is locked by a few wrong tries, so there is one."""
    site = on_mariadb(mariadb, tmp_path)
    site.run(f"CREATE USER locked_{site.here}@localhost IDENTIFIED BY 'right'")
    monkeypatch.setenv("YINXIN_SECRET_FRONT", "geheim1")
    declared = site.declared(READ, user=f"locked_{site.here}", secret="front")
    before = site.run("SHOW GLOBAL STATUS LIKE 'Aborted_connects'")[0][1]
    source = KIND.source(site.given(declared))
    with pytest.raises(LoginNeeded) as caught:
        await source.again("1")
    await source.close()
    assert caught.value.code == "database-refused"
    assert "geheim1" not in str(caught.value.as_dict())
    assert int(site.run("SHOW GLOBAL STATUS LIKE 'Aborted_connects'")[0][1]) - int(before) == 1


async def test_a_server_has_to_prove_who_it_is(mariadb: Server, tmp_path: Path) -> None:
    """TLS is verified unless the file says otherwise; with the authority named, the server is let in."""
    site = on_mariadb(mariadb, tmp_path)
    site.run("CREATE TABLE licence (id INT)", f"CREATE USER tls_{site.here}@127.0.0.1 REQUIRE SSL")
    site.run(f"GRANT SELECT ON {site.here}.* TO tls_{site.here}@127.0.0.1")
    (tmp_path / "ca.pem").write_bytes(mariadb.ca.read_bytes())
    site.url, site.user = f"mysql://127.0.0.1:{mariadb.port}/{site.here}", f"tls_{site.here}"
    with pytest.raises(UsageError) as caught:
        await KIND.reach(site.given(site.declared(READ, verify=True)), 5)
    assert caught.value.code == "database-not-verified"
    assert "MariaDB" in (await KIND.reach(site.given(site.declared(READ, verify=True, ca="ca.pem")), 5)).said


@pytest.mark.parametrize(
    ("url", "verifies"),
    [
        ("postgresql://front/x", lambda asked: asked.get("sslmode") == "verify-full"),
        ("mysql://front/x", lambda asked: "ssl" in asked),
        ("oracle://front/?service_name=x", lambda asked: "PROTOCOL=TCPS" in asked.get("dsn", "")),
        ("mssql://front/x", lambda asked: asked["TrustServerCertificate"] == "no"),
    ],
)
def test_verifying_is_what_drivers_are_asked_for(url: str, verifies: Callable[[dict[str, Any]], bool]) -> None:
    """Each driver has its own word for it, and none goes without it silently."""
    for verify in (True, False):
        there, arguments = secured(address_of(url), _parsed(url=url, verify=verify), Path("work"))
        assert verifies({**there.query, **arguments}) is verify


async def test_every_request_waits_for_its_turn(site: Site) -> None:
    """Courtesy binds a database as it binds a portal, ledgers too."""
    site.run("CREATE TABLE licence (id INTEGER PRIMARY KEY)", "INSERT INTO licence VALUES (1), (2), (3)")

    class Quiet:
        asked = 0

        async def turn(self) -> None:
            self.asked += 1
            if self.asked > 3:
                raise SystemFailure("quiet-hours", "quiet", todo="")

        def close(self) -> None:
            pass

    turns = Quiet()
    declared = site.declared({**READ, "size": 1})
    source = KIND.source(site.given(declared, turns))
    assert isinstance(source, Incremental)
    with pytest.raises(YinxinError) as caught:
        await rows_of(source, ALL)  # type: ignore[arg-type]
    assert caught.value.code == "quiet-hours"
    await source.close()
    _tables, (error,) = KIND.ledgers(site.given(declared, turns)).readable()
    assert error.code == "quiet-hours"
