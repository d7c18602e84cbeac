"""A receiver with an interface: it really stores what it takes, and misbehaves as a test says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
import yaml
from starlette.responses import JSONResponse, Response

from connectors.api.feed import ApiFeed
from connectors.base import Action, Batch
from mappings.profiles import Profile
from mappings.standards import LICENCE
from tests.bots.hostile import credit_profile
from tests.connectors.api.office import Asked, Office, client_of, declared
from tests.mappings.rows import canonical, record

#: How it can treat one request: mute and slow take it and say so badly or late, deaf and busy take nothing.
Way = Literal["well", "mute", "slow", "deaf", "busy", "again", "limit", "refuse", "half"]
NUMBER, CONTENT = "XK_WSH", "XK_NR"
#: For what never answers: a slow machine needs longer for what does.
HASTY = "timeout: 0.5"
FEED = """
profile: province
timeout: 10
envelope: {code: code, message: msg, success: [200], again: [503]}
list:
  request: {url: /list, query: {page: "{page}", size: "{size}"}}
  size: 50
  rows: data.rows
  total: data.total
  key: id
received: taken
deliver:
  request: {url: /push, method: POST, body: {batchNo: "{name}", records: "{records}"}}
  rows: 3
  batch: data.batch
  refused: [4001]
  outcome: {rows: data.results, position: seq, code: state, accepted: [1], reason: why}
  lookup: {request: {url: /batch, query: {name: "{name}"}}, batch: data.batch, unknown: [404]}
  corrections: {url: /correct, method: POST, body: {batchNo: "{name}", records: "{records}"}}
  settles: 0
withdraw: {request: {url: /withdraw, method: POST, body: "{record}"}, fields: {XK_WSH: document_number}}
"""


def province() -> Profile:
    """The shipped profile with the standard's codes as headings."""
    columns = [
        column.model_copy(update={"header": LICENCE.by_name[column.field].code}) for column in credit_profile().columns
    ]
    return Profile("province", credit_profile().declared.model_copy(update={"columns": tuple(columns)}))


def feed_at(url: str, text: str = FEED, changes: str = "") -> ApiFeed:
    """A feed; ``changes`` are merged into its declaration."""
    form = declared(url, yaml.safe_dump(_merged(yaml.safe_load(text), yaml.safe_load(changes) or {})))
    assert form.deliver is not None
    return ApiFeed(client_of(form), province(), form.deliver)


def _merged(whole: Any, changes: Any) -> Any:
    if not isinstance(whole, dict) or not isinstance(changes, dict):
        return changes
    kept = {key: value for key, value in {**whole, **changes}.items() if value is not None}
    return {
        key: _merged(whole[key], value) if key in whole and key in changes else value for key, value in kept.items()
    }


async def filled(feed: ApiFeed, count: int = 3, action: Action = "publish") -> list[Batch]:
    """Batches with so many records in them."""
    records = canonical(*(record(document_number=f"呼审批许〔2024〕{each}号") for each in range(1, count + 1)))
    payloads = feed.profile.encode(records).with_columns(record_id=pl.Series(ids(count)))
    return list(await feed.fill(payloads, action, "batch-0001"))


def ids(count: int) -> list[str]:
    """The record ids in ``filled``."""
    return [f"r{each}" for each in range(1, count + 1)]


@dataclass
class Platform:
    """The receiver behind the office.

    Attributes:
        ways: how the next requests are treated; every later one well.
        stored: what it really has.
        known: batch name → what it answered for it.
    """

    ways: list[Way] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    taken: int = 0

    async def answer(self, asked: Asked) -> Response:
        """Answer one request."""
        if asked.path == "/list":
            number, size = int(asked.query["page"]), int(asked.query["size"])
            rows = self.stored[(number - 1) * size : number * size]
            return _well({"total": len(self.stored), "rows": rows})
        if asked.path == "/batch":
            found = self.known.get(asked.query["name"])
            return _well(found) if found else JSONResponse({"code": 404, "msg": "无此批次"})
        return await self._take(asked)

    async def _take(self, asked: Asked) -> Response:
        way = self.ways.pop(0) if self.ways else "well"
        if way in {"deaf", "busy", "again", "limit"}:
            if way == "again":
                return JSONResponse({"code": 503, "msg": "系统繁忙"})
            return Response(status_code={"deaf": 500, "busy": 503, "limit": 429}[way])
        if asked.path == "/withdraw":
            self.stored = [row for row in self.stored if row[NUMBER] != asked.json[NUMBER]]
            told = {}
        else:
            told = self._store(asked.json, way, replaces=asked.path == "/correct")
        if way == "slow":
            await asyncio.sleep(1)
        return Response(status_code=500) if way in {"mute", "half"} else _well(told)

    def _store(self, body: Any, way: Way, *, replaces: bool) -> Any:
        results = []
        records = body["records"][:1] if way == "half" else body["records"]
        for number, row in enumerate(records, 1):
            there = [each for each in self.stored if each[NUMBER] == row[NUMBER]]
            if way == "refuse" and number == 1:
                results.append({"seq": number, "state": 2, "why": "许可内容不合规"})
                continue
            if replaces and there:
                there[0].update(row)
            else:
                self.taken += 1
                self.stored.append({**row, "id": self.taken, "taken": "2024/08/13 10:00:00"})
            results.append({"seq": number, "state": 1})
        told = {"batch": f"PC{len(self.known) + 1}", "results": results}
        if way != "half":
            self.known[body["batchNo"]] = told
        return told


def _well(data: Any) -> Response:
    return JSONResponse({"code": 200, "data": data})


def handed_over(office: Office) -> int:
    """How many requests handed something over."""
    return sum(each.path in {"/push", "/correct", "/withdraw"} for each in office.asked)
