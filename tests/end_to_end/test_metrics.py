"""``/metrics`` and ``/healthz``, asked over HTTP as a watcher asks."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bots.workspace import Workspace
from cli.metrics import serving
from journal import Firing, State
from journal.queueing import stamp
from journal.schema import workers
from tests.end_to_end.town import Desk, Town
from words.errors import UsageError

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def healthy() -> Mapping[str, object]:
    """What a process says that has nothing to complain about."""
    return {"doing": "waiting"}


def fetched(url: str, method: str = "GET") -> tuple[int, str]:
    """Status and body of an answer."""
    try:
        with urlopen(Request(url, method=method), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def scraped(workspace: Workspace) -> Samples:
    """All samples of one scrape."""
    with serving(workspace, 0, healthy) as address:
        status, text = fetched(f"{address}/metrics")
    assert status == 200
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    """One sample."""
    return samples[f"yinxin_{name}", frozenset(labels.items())]


def test_the_numbers_are_those_of_the_journal(settled: tuple[Town, Desk]) -> None:
    """Runs, deliveries, quarantine, calendar and disk, as status and the city itself have them."""
    town, desk = settled
    samples = scraped(Workspace.find(desk.folder))
    assert value(samples, "journal_up") == 1
    assert value(samples, "runs", bot="disclosure", state="done") == 2
    assert value(samples, "runs", bot="disclosure", state="failed") == 0
    assert value(samples, "deliveries", feed="credit", state="confirmed") == sum(town.due().values())
    status = desk.call("status").result["runs"][0]
    assert value(samples, "quarantined", bot="disclosure") == status["counts"]["quarantined"]
    assert value(samples, "last_run_seconds", bot="disclosure") > 0
    assert 0 < value(samples, "last_success_age_seconds", bot="disclosure") < 3600
    assert value(samples, "calendar_horizon_days") > 100
    assert value(samples, "disk_free_bytes") > 0
    with Workspace.find(desk.folder).journal() as journal:
        assert value(samples, "alarms_open") == len(journal.alarms()) > 0


def test_firings_and_workers_are_counted_where_they_are(quiet: Desk) -> None:
    """Firings by state, a worker that lives and one that is gone, and the firing whose worker is dead."""
    workspace, now = Workspace.find(quiet.folder), datetime.now(UTC)
    with workspace.journal() as journal:
        for name in ("here/1/a", "there/2/b"):
            journal.report_in(name, [], 1)
        with journal._writer.begin() as connection:
            silent = workers.update().where(workers.c.name == "there/2/b")
            connection.execute(silent.values(seen=workers.c.seen - 100))
        for hour in (1, 2):
            due = stamp(now.replace(hour=hour))
            journal.call(Firing("nightly", due, "disclosure", starts_at=due), now)
        journal.claim(now.replace(hour=23), f"nightly@{stamp(now.replace(hour=1))}")
    samples = scraped(workspace)
    assert (value(samples, "workers"), value(samples, "workers_gone")) == (1, 1)
    assert value(samples, "firings", state="queued") == 1
    assert value(samples, "firings", state="running") == value(samples, "firings_stalled") == 1
    assert value(samples, "firings", state="missed") == 0


def test_labels_are_bounded(copied: Desk) -> None:
    """A bot and a feed that are not declared any more are put together under one name."""
    for file in ("bots/disclosure.yaml", "connectors/credit.yaml"):
        (copied.folder / file).unlink()
    samples = scraped(Workspace.find(copied.folder))
    assert value(samples, "runs", bot="other", state="done") == 2
    assert value(samples, "deliveries", feed="other", state=State.CONFIRMED.value) > 0
    named = {label for _name, labels in samples for _key, label in labels}
    assert "disclosure" not in named
    assert "credit" not in named


def test_any_process_tells_the_same(settled: tuple[Town, Desk]) -> None:
    """Nothing is counted in the process that answers."""
    workspace = Workspace.find(settled[1].folder)
    first, second = scraped(workspace), scraped(Workspace.find(settled[1].folder))
    moves = {"yinxin_last_success_age_seconds", "yinxin_disk_free_bytes"}
    assert {key: n for key, n in first.items() if key[0] not in moves} == {
        key: n for key, n in second.items() if key[0] not in moves
    }
    assert first.keys() == second.keys()


def test_a_journal_that_cannot_be_read_is_a_number_too(quiet: Desk) -> None:
    """The scrape succeeds and says so, and what needs no journal is still there."""
    (quiet.folder / ".yinxin" / "journal.db").write_bytes(b"this is no database" * 100)
    samples = scraped(Workspace.find(quiet.folder))
    assert value(samples, "journal_up") == 0
    assert value(samples, "disk_free_bytes") > 0


def test_healthz_says_what_the_process_says_of_itself(quiet: Desk) -> None:
    """200 while it is well; 503 with the same JSON when it says otherwise, or cannot even say that."""
    said: dict[str, object] = {}

    def health() -> Mapping[str, object]:
        if said.get("error"):
            raise OSError("password=hidden-word")
        return said

    with serving(Workspace.find(quiet.folder), 0, health) as address:
        said["doing"] = "nightly"
        status, text = fetched(f"{address}/healthz")
        assert (status, json.loads(text)) == (200, {"ok": True, "doing": "nightly"})
        said["ok"] = False
        status, text = fetched(f"{address}/healthz")
        assert (status, json.loads(text)) == (503, {"ok": False, "doing": "nightly"})
        said["error"] = True
        status, text = fetched(f"{address}/healthz")
        assert (status, json.loads(text)) == (503, {"ok": False, "error": "OSError"})


def test_nothing_else_is_served(quiet: Desk) -> None:
    """Other addresses are not found, and nothing can be written."""
    with serving(Workspace.find(quiet.folder), 0, healthy) as address:
        assert fetched(f"{address}/")[0] == 404
        assert fetched(f"{address}/healthz", "POST")[0] == 405
        assert fetched(f"{address}/metrics", "POST")[0] == 405
    with pytest.raises(OSError, match="refused"):
        fetched(f"{address}/healthz")


def test_only_this_machine_can_ask_unless_it_is_said(quiet: Desk) -> None:
    """The address is the loopback's."""
    with serving(Workspace.find(quiet.folder), 0, healthy) as address:
        assert address.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_named(quiet: Desk) -> None:
    """The error says which, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)), serving(Workspace.find(quiet.folder), port, healthy):
            pass
