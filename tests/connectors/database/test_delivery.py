"""A delivery by exchange tables from the intent to the read-back, as every bot makes it."""

from __future__ import annotations

from typing import Any

import polars as pl
import yaml

from bots.asking import ask, look
from bots.checking import check_connector
from bots.delivering import Courier
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.database.feed import DatabaseFeed
from journal import Journal, Prepared, State
from mappings.identity import with_identity
from tests.connectors.database.conftest import servers
from tests.connectors.database.lossy import line_to
from tests.connectors.database.sites import PROFILE, Site
from tests.connectors.database.test_feed import BOTH, SHOWN, made

VALUES = {
    "document_number": "审批〔2024〕1号",
    "name": "某某公司",
    "content": "许可内容",
    "decision_date": "2024-03-01",
    "status": "有效",
}


def _item(feed: DatabaseFeed, **more: str) -> Prepared:
    """Return the intent for one record, as the gate makes it from a canonical one."""
    standard = feed.profile.standard
    blank = dict.fromkeys(standard.names, "")
    record = with_identity(pl.DataFrame([{**blank, **VALUES, **more}]), standard)
    row = record.row(0, named=True)
    payload = feed.profile.encode(record).row(0, named=True)
    return Prepared(row["record_id"], row["fingerprint"], payload)


def _states(journal: Journal) -> list[State]:
    return [each.state for each in journal.deliveries()]


@servers
async def test_a_record_is_inserted_once_whatever_happens_to_the_answer(site: Site) -> None:
    """After a lost answer the rows are looked up, not sent again; what the receiver then shows confirms them."""
    made(site)
    with Journal.open(site.folder) as journal:
        run = journal.begin_run("disclosure", "2024-01-01", "2024-12-31", "2024-12-31")
        async with line_to(site) as (apart, line):
            feed = apart.feed(BOTH, SHOWN)
            courier = Courier(journal, run, feed, Watch(), within=5)
            ids = [each.id for each in journal.prepare(run, "front", [_item(feed)])]
            line.loses = "answer"
            assert (await courier._send("publish", courier._ready(ids))) is not None
            assert _states(journal) == [State.UNKNOWN]
            line.loses = ""
            assert await courier.deliver(ids) is None
            await ask(journal, run, feed, await look(feed, journal))
            assert _states(journal) == [State.ACCEPTED]
            site.run("UPDATE licence_in SET jsbs = '1'")
            await courier.confirm()
            assert _states(journal) == [State.CONFIRMED]
        assert len(site.run("SELECT wsh FROM licence_in")) == 1


async def test_a_refusal_is_known_with_its_reason(site: Site) -> None:
    """What the receiver writes beside a row is the reason under which its record waits for a person."""
    made(site)
    with Journal.open(site.folder) as journal:
        run = journal.begin_run("disclosure", "2024-01-01", "2024-12-31", "2024-12-31")
        feed = site.feed({**BOTH, "settles": 0}, SHOWN)
        courier = Courier(journal, run, feed, Watch(), within=0)
        items: list[Any] = [_item(feed), _item(feed, document_number="2号", content="坏")]
        assert await courier.deliver([each.id for each in journal.prepare(run, "front", items)]) is None
        refused = journal.deliveries("front", [State.REJECTED])
        assert [each.payload["XK_WSH"] for each in refused] == ["2号"]
        assert refused[0].reason
        assert len(journal.deliveries("front", [State.ACCEPTED])) == 1


async def test_a_workspace_checks_a_database(site: Site) -> None:
    """What a file declares is read and mapped as a ledger and as a source, and compared as a feed; nothing is sent."""
    made(site)
    told: dict[str, Any] = {
        "mapping": "front",
        "profile": "front",
        "write": BOTH,
        "read": {**SHOWN, "select": "SELECT * FROM licence_in"},
    }
    declared = site.declared(told.pop("read"), **told).model_dump(by_alias=True, mode="json", exclude_defaults=True)
    fields = {"document_number": "XK_WSH", "name": "XK_XDR_MC", "decision_date": "XK_JDRQ"}
    for name, text in {
        "yinxin.toml": 'title = "x"\n',
        "connectors/front.yaml": yaml.safe_dump({**declared, "kind": "database"}, allow_unicode=True),
        "mappings/front.yaml": yaml.safe_dump({"standard": "licence", "partial": True, "fields": fields}),
        "mappings/front.profile.yaml": PROFILE,
    }.items():
        file = site.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    site.run(
        "INSERT INTO licence_in (source_id, wsh, mc, jdrq, jsbs) VALUES ('1', '1号', '某某公司', '2024-03-01', '1')"
    )
    checked = await check_connector(Workspace(site.folder), "front")
    assert (checked.rows, checked.findings) == (3, 0)
    assert len(site.run("SELECT 1 FROM licence_in")) == 1
