"""Penalties by the example's files alone: from an exchange table, through a signed interface, into a workbook."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest
from sqlalchemy import URL, Engine, create_engine

from bots.reporting import kept_disclosure
from journal import Journal
from mappings.standards import PENALTY
from reconciliation.report import Report
from sandbox.faults import Fault, Faults
from sandbox.model import City
from sandbox.penalties import due, with_penalties
from sandbox.penalty_gate import SECRET
from sandbox.penalty_ledgers import write_penalty_ledgers
from sandbox.penalty_model import Penalties
from sandbox.penalty_table import change, fill
from sandbox.server import create_app
from tests.end_to_end.town import ROOT, SMALL, Desk, assert_named, call, city_of, furnished, served
from tests.mariadb import Server, mariadb

__all__ = ["mariadb"]

EXAMPLE = ROOT / "docs/examples/penalties"
KEY = ("document_number", "name")


@lru_cache
def punishing() -> City:
    """The small city with its penalties."""
    return with_penalties(city_of(1, SMALL))


@dataclass(slots=True)
class Place:
    """A city that punishes, its exchange table, and a workspace made of the example."""

    penalties: Penalties
    engine: Engine
    desk: Desk
    state: Path
    faults: Faults

    @property
    def truth(self) -> dict[str, Any]:
        """What is true of the penalties."""
        return cast("dict[str, Any]", self.penalties.truth)

    def received(self, *results: str) -> list[dict[str, Any]]:
        """What the platform wrote down, of some results."""
        log = self.state / "received_penalties.jsonl"
        lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
        return [line for line in lines if line["result"] in results]

    def stored(self) -> Counter[tuple[str, str]]:
        """Number and name of every penalty that the platform took."""
        return Counter((each["values"]["CF_WSH"], each["values"]["CF_XDR_MC"]) for each in self.received("stored"))

    def report(self) -> Report:
        """The report of the last run."""
        with Journal.open(self.desk.folder / ".yinxin") as journal:
            last = journal.last_run()
            assert last
            return kept_disclosure(journal, last.run_id)


@pytest.fixture
def place(tmp_path: Path, mariadb: Server) -> Iterator[Place]:
    """The example's files in a workspace, with the addresses of a served city and of a MariaDB with the table."""
    city = punishing()
    assert city.penalties
    database = mariadb.fresh()
    mariadb.run(
        "CREATE OR REPLACE USER yinxin_read@localhost IDENTIFIED BY 'reading'",
        f"GRANT SELECT ON {database}.* TO yinxin_read@localhost",
    )
    url = URL.create("mysql+pymysql", "yinxin", database=database, query={"unix_socket": str(mariadb.socket)})
    engine = create_engine(url)
    fill(city.penalties, engine)
    app = create_app(city, tmp_path / "city")
    faults = next(
        cast("Any", route).endpoint.__self__ for route in app.routes if getattr(route, "path", "") == "/faults"
    )
    with served(app) as address:
        desk = copied(tmp_path / "desk", address, mariadb.address(database))
        write_penalty_ledgers(city.penalties, desk.folder / "ledgers/penalties")
        yield Place(city.penalties, engine, desk, tmp_path / "city", faults)
    engine.dispose()


def copied(folder: Path, city: str, database: str) -> Desk:
    """Lay a workspace out and do what the page says: copy the example, write addresses and secrets."""
    desk = furnished(folder, None)
    for file in EXAMPLE.rglob("*.yaml"):
        shutil.copyfile(file, folder / file.relative_to(EXAMPLE))
    desk.change("yinxin.toml", "[hosts]\n", f'[hosts]\nexchange = "127.0.0.1"\npenalties = "{city}/penalties"\n')
    desk.change("connectors/exchange.yaml", "mysql://{exchange}/exchange", database)  # the test server has no port
    secrets = folder / ".yinxin/secrets.toml"
    secrets.write_text(f'{secrets.read_text()}exchange_password = "reading"\npenalties_secret = "{SECRET}"\n')
    return desk


def told(report: Report) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return number and name → the verdict and bucket of each group under them."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in report.verdicts.iter_rows(named=True):
        found.setdefault((row["document_number"], row["name"]), []).append((row["verdict"], row["bucket"]))
    return found


def test_every_due_penalty_is_disclosed_once_and_all_others_are_where_the_truth_says(place: Place) -> None:
    """One run sends what is due, keeps back what was planted, writes the workbook; the next sends nothing."""
    outcome = place.desk.call("run", "penalties")
    assert outcome.code == 1, outcome.err
    counts, truth = outcome.result["counts"], place.truth
    assert {name: counts[name] for name in truth["counts"]} == truth["counts"]
    assert counts["confirmed"] == counts["due"] == truth["counts"]["due"]
    assert outcome.result["balanced"]
    assert place.stored() == Counter(each.key for each in due(place.penalties))
    assert place.received("refused") == []

    report = place.report()
    assert report.standard == "penalty"
    found = told(report)
    for entry in truth["records"]:
        assert (entry["verdict"], entry["bucket"]) in found[entry["document_number"], entry["name"]], entry
    quarantined = {(row["document_number"], row["field"]) for row in report.quarantine.iter_rows(named=True)}
    names = {field.code: field.name for field in PENALTY.fields}
    assert quarantined == {(each["document_number"], names[each["field"]]) for each in truth["quarantined"]}
    assert outcome.result["rates"]["compliance"]["value"] == 1
    check_workbook(Path(outcome.result["workbook"]))

    listed = call("quarantine", "list", "-w", str(place.desk.folder)).out
    assert "Public until" in listed
    assert "public_until" not in listed
    again = place.desk.call("run", "penalties")
    assert (again.code, again.result["counts"]["due"]) == (1, 0)
    assert place.stored() == Counter(each.key for each in due(place.penalties))


def check_workbook(file: Path) -> None:
    """The workbook speaks of penalties: their labels, and no column that only licences have."""
    book = openpyxl.load_workbook(file, read_only=True)
    headings = [str(cell.value) for cell in next(book["Full list"].iter_rows())]
    assert {"Penalised party", "Penalty kind", "Fine (10,000 yuan)", "Public until"} <= set(headings)
    assert [cell.value for cell in next(book["Agreed"].iter_rows())][:3] == [
        "Document number",
        "Penalised party",
        "Authority",
    ]
    texts = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows(max_row=1) for cell in row}
    assert not {"certificate_number", "Certificate number", "Licensee"} & texts


def test_a_change_at_the_source_is_corrected_and_a_penalty_is_taken_back(place: Place) -> None:
    """A changed row replaces what is shown if the policy says so; a withdrawal leaves nothing, and it stays away."""
    desk = place.desk
    assert desk.call("run", "penalties").code == 1
    row, changed = next(
        (row, each)
        for entry in place.truth["records"]
        if entry["kind"] == "plain"
        for row in entry["rows"]
        if (each := place.penalties.rows[row - 1]).values["CF_NR_FK"]
    )
    change(
        place.engine, row, {"fk_je": 123_400, "cf_nr": "罚款人民币123400元"}, datetime.fromisoformat("2024-08-13T08:30")
    )
    assert desk.call("run", "penalties").result["counts"]["due"] == 0
    desk.change("bots/penalties.yaml", "differs_from_feed: hold ", "differs_from_feed: deliver ")
    outcome = desk.call("run", "penalties")
    assert (outcome.result["counts"]["due"], outcome.result["counts"]["confirmed"]) == (2, 2), outcome.err
    older = next(each["document_number"] for each in place.truth["records"] if each["kind"] == "disclosed_older")
    corrected = {each["values"]["CF_WSH"]: each["values"] for each in place.received("corrected")}
    assert (set(corrected), corrected[changed.number]["CF_NR_FK"]) == ({older, changed.number}, "12.34")

    back = desk.call("deliveries", "withdraw", changed.number, "--bot", "penalties", "--reason", "决定已撤销")
    assert back.code == 0, back.err
    assert [each["values"]["CF_WSH"] for each in place.received("withdrawn")] == [changed.number]
    assert desk.call("run", "penalties").result["counts"]["due"] == 0
    explained = desk.call("explain", changed.number).result["records"][0]
    assert (explained["standard"], explained["forms"][0]["values"]["fine"]) == ("penalty", "12.34")
    text = call("explain", changed.number, "-w", str(desk.folder)).out
    assert "Fine (10,000 yuan)" in text
    assert "Licensee" not in text


@pytest.mark.parametrize("fault", ["drop_before_commit", "drop_after_commit"])
def test_a_batch_that_was_cut_off_is_sent_no_second_time(place: Place, fault: str) -> None:
    """Whether the platform took it or not, every penalty is there once in the end."""
    place.faults.order(Fault("penalties", fault))
    first = place.desk.call("run", "penalties")
    assert first.code in {1, 4}, first.err
    outcome = place.desk.call("run", "penalties")
    assert outcome.code == 1, outcome.err
    assert place.stored() == Counter(each.key for each in due(place.penalties))
    assert outcome.result["counts"]["unknown"] == 0


def test_a_dead_token_and_a_busy_platform_are_no_obstacle(place: Place) -> None:
    """A token that is refused is renewed once, and a request that was put off is asked again."""
    for fault in ("expire_token", "too_many_requests"):
        place.faults.order(Fault("penalties", fault, after=1))
    outcome = place.desk.call("run", "penalties")
    assert (outcome.code, outcome.result["counts"]["unknown"]) == (1, 0), outcome.err
    assert place.stored() == Counter(each.key for each in due(place.penalties))


def test_licences_are_no_penalties(place: Place) -> None:
    """A bot whose source makes other records than its feed takes is refused before anything is asked."""
    place.desk.change("bots/penalties.yaml", "sources: [exchange]", "sources: [bureau]")
    assert_named(place.desk.call("run", "penalties"), 2, "other-standard", file="bots/penalties.yaml")


def test_a_policy_names_fields_of_penalties(place: Place) -> None:
    """The policy is held against the standard of the bot's own feed."""
    line = (
        place.desk.change("bots/penalties.yaml", "policy:\n", "policy:\n  fields: {fine: hold, valid_until: hold}\n")
        + 1
    )
    assert_named(place.desk.call("run", "penalties"), 2, "unknown-field", file="bots/penalties.yaml", line=line)
    place.desk.change("bots/penalties.yaml", ", valid_until: hold", "")
    outcome = place.desk.call("run", "penalties", "--dry-run")
    held = [row for row in place.report().verdicts.iter_rows(named=True) if row["differing"] == "fine"]
    assert [row["bucket"] for row in held] == ["held"] * len(held) != [], outcome.err
