"""One way to collect from the hall, in a process of its own: ours, a floor, or the script that one writes first.

Reads ``{"way", "host", "records", "size", "connections", "details", "program"}`` as JSON from stdin and prints
``{"seconds", "rows", "details"}``: the seconds from the first request to the last row, without the start of the
interpreter, of a client or of a browser. The script ``per cell`` is stopped after ``records`` rows, or details.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

Told = dict[str, Any]


async def ours(order: Told) -> Told:
    """Collect through the portal's connector, with a session that is kept."""
    from connectors.base import Row, Window
    from connectors.browser import Browsers
    from connectors.portal.account import Portal
    from connectors.portal.declared import PortalDeclared
    from connectors.portal.kept import Kept, SessionStore
    from connectors.portal.source import PortalSource
    from connectors.secrets import Secrets
    from mappings.mapping import Mapping

    with tempfile.TemporaryDirectory() as folder:
        store = SessionStore(Path(folder))
        store.save("hall", Kept(headers={"x-kept": "1"}))
        declared = PortalDeclared.model_validate(_declared(order))
        secrets, browsers = Secrets(Path(folder) / "none"), Browsers()
        portal = Portal("hall", declared, secrets=secrets, store=store, browsers=browsers)
        text = (Path(__file__).parents[1] / "mappings" / "approval.yaml").read_text(encoding="utf-8")
        source = PortalSource(portal, Mapping.parse(text, "approval.yaml", "approval"))
        rows: list[Row] = []
        await portal.session.lives()  # the client is imported and opened at its first use
        start = time.perf_counter()
        async for page in source.collect(Window(date(2024, 1, 1), date(2024, 12, 31)), {}):
            rows += page.rows
        seconds = time.perf_counter() - start
        await source.close()
    details = sum("字段25" in row.payload for row in rows)
    return {"seconds": seconds, "rows": len({row.key for row in rows}), "details": details}


def _declared(order: Told) -> Told:
    detail = {"detail": {"request": {"url": "/api/rows/{key}"}, "record": "data"}} if order["details"] else {}
    return {
        "kind": "portal",
        "title": "hall",
        "url": order["host"],
        "connections": order["connections"],
        "login": {"page": "/login", "account": "a", "secret": "s", "signed_in": "x"},
        "list": {
            "page": "/pages",
            "reader": "replay",
            "request": {"url": "/api/rows", "query": {"page": "{page}", "size": "{size}"}},
            "size": order["size"],
            "rows": "data.rows",
            "total": "data.total",
            "key": "id",
        },
        **detail,
    }


Get = Callable[[str], Awaitable[bytes]]


async def httpx_floor(order: Told) -> Told:
    """Fetch the same answers by bare httpx, with the same connections, and only count what came."""
    import httpx

    limits = httpx.Limits(max_connections=order["connections"])
    async with httpx.AsyncClient(base_url=order["host"], limits=limits, timeout=60) as client:

        async def get(path: str) -> bytes:
            return (await client.get(path)).content

        return await _fetched(order, get)


async def aiohttp_floor(order: Told) -> Told:
    """Fetch them by bare aiohttp."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=order["connections"])
    async with aiohttp.ClientSession(order["host"], connector=connector) as client:

        async def get(path: str) -> bytes:
            async with client.get(path) as answer:
                return await answer.read()

        return await _fetched(order, get)


async def _fetched(order: Told, get: Get) -> Told:
    start = time.perf_counter()
    first = json.loads(await get(f"/api/rows?page=1&size={order['size']}"))["data"]
    pages = range(2, -(-first["total"] // order["size"]) + 1)
    lists = await _all(get, [f"/api/rows?page={page}&size={order['size']}" for page in pages], order["connections"])
    rows = first["rows"] + [row for answer in lists for row in json.loads(answer)["data"]["rows"]]
    paths = [f"/api/rows/{row['id']}" for row in rows] if order["details"] else []
    details = await _all(get, paths, order["connections"])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": len(rows), "details": sum(b'"data"' in each for each in details)}


async def _all(get: Get, paths: list[str], connections: int) -> list[bytes]:
    """Keep so many requests in flight; each worker goes on at once, so that the pool has next to no work."""
    left, answers = iter(paths), list[bytes]()

    async def worker() -> None:
        for path in left:
            answers.append(await get(path))

    await asyncio.gather(*(worker() for _number in range(connections)))
    return answers


async def per_cell(order: Told) -> Told:
    """Read what one writes first: each cell by a call of its own; then each field of each record's page."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=order["program"])
        page = await browser.new_page()
        start, rows, details, number = time.perf_counter(), 0, 0, 0
        while rows < order["records"]:
            number += 1
            await page.goto(f"{order['host']}/pages?page={number}")
            lines = page.locator("tr.row")
            for place in range(await lines.count()):
                cells = lines.nth(place).locator("td")
                [await cells.nth(each).inner_text() for each in range(await cells.count())]
                rows += 1
        while order["details"] and details < order["records"]:
            details += 1
            await page.goto(f"{order['host']}/rows/k{details:05d}")
            cells = page.locator("table.form td")
            [await cells.nth(each).inner_text() for each in range(await cells.count())]
        seconds = time.perf_counter() - start
        await browser.close()
    return {"seconds": seconds, "rows": rows, "details": details}


_WAYS = {"ours": ours, "httpx": httpx_floor, "aiohttp": aiohttp_floor, "per cell": per_cell}


if __name__ == "__main__":
    told = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_WAYS[told["way"]](told))))
