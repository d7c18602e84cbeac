"""The floor: the same pages and the same upload by bare HTTP, with the same connections, and nothing else done.

Reads ``{"host", "accounts", "workbook", "since", "until"}`` as JSON from stdin and prints its phases and counts.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

SOURCE_CONNECTIONS, PLATFORM_CONNECTIONS = 8, 4
APPROVAL_SIZE, BUREAU_SIZE, PLATFORM_SIZE = 200, 50, 500
_POLL = 0.05
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_STATE = re.compile(rb'name="__VIEWSTATE" id="__VIEWSTATE" value="([^"]+)"')
_KEY = re.compile(rb"openDetail\((?:'|&#39;)(\w+)(?:'|&#39;)\)")
_TURN = re.compile(rb"'pager','(\d+)'\)\">\xcf\xc2")  # the link whose caption begins with 下


def _client(host: str, system: str, connections: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=connections)
    return httpx.AsyncClient(base_url=f"{host}/{system}", limits=limits, timeout=60)


async def _post(client: httpx.AsyncClient, path: str, fields: dict[str, str], charset: str) -> httpx.Response:
    body = urlencode(fields, encoding=charset).encode()
    return await client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})


async def _with_ticket(client: httpx.AsyncClient, account: tuple[str, str]) -> None:
    found = _CSRF.search((await client.get("/login")).text)
    assert found
    fields = {"csrf": found[1], "username": account[0], "password": account[1]}
    await _post(client, "/login", fields, "utf-8")


async def _all(limit: int, requests: Iterable[Awaitable[httpx.Response]]) -> list[httpx.Response]:
    """Keep ``limit`` requests in flight; each worker goes on at once, so that the pool has next to no work."""
    left = iter(requests)
    answers: list[httpx.Response] = []

    async def worker() -> None:
        for request in left:
            answers.append(await request)

    await asyncio.gather(*(worker() for _number in range(limit)))
    return answers


async def approval(order: dict[str, Any]) -> int:
    """Read the approval platform's list and every detail; return how many details came."""
    async with _client(order["host"], "approval", SOURCE_CONNECTIONS) as client:
        await _with_ticket(client, order["accounts"]["approval"])
        client.headers["X-Access-Token"] = (await client.post("/api/token")).json()["data"]["token"]

        def page(number: int) -> Awaitable[httpx.Response]:
            asked = {"page": number, "size": APPROVAL_SIZE, "from": order["since"], "to": order["until"]}
            return client.get("/api/results", params=asked)

        first = await page(1)
        total = first.json()["data"]["total"]
        rest = await _all(SOURCE_CONNECTIONS, map(page, range(2, -(-total // APPROVAL_SIZE) + 1)))
        keys = [row["id"] for answer in [first, *rest] for row in answer.json()["data"]["rows"]]
        details = await _all(SOURCE_CONNECTIONS, (client.get(f"/api/results/{key}") for key in keys))
    return sum(answer.content.startswith(b'{"code":0') for answer in details)


async def bureau(order: dict[str, Any]) -> int:
    """Read the bureau system's list, page by page as its forms demand, and every detail."""
    async with _client(order["host"], "bureau", SOURCE_CONNECTIONS) as client:
        name, password = order["accounts"]["bureau"]
        await _post(client, "/login.asp", {"username": name, "password": password}, "gb18030")
        fields = {"txtBegin": order["since"], "txtEnd": order["until"], "ddlSize": str(BUREAU_SIZE)}
        answer = await client.get("/list.asp")
        keys: list[str] = []
        target, number = "btnQuery", ""
        while target:
            state = _STATE.search(answer.content)
            assert state
            turned = {"__EVENTTARGET": target, "__EVENTARGUMENT": number, "__VIEWSTATE": state[1].decode()}
            answer = await _post(client, "/list.asp", fields | turned, "gb18030")
            keys += [key.decode() for key in _KEY.findall(answer.content)]
            turn = _TURN.search(answer.content)
            target, number = ("pager", turn[1].decode()) if turn else ("", "")
        details = await _all(SOURCE_CONNECTIONS, (client.get("/detail.asp", params={"id": key}) for key in keys))
    return sum(b'class="form"' in answer.content for answer in details)


async def own_list(client: httpx.AsyncClient) -> int:
    """Read the platform's list of own submissions; return how many rows came."""

    def page(number: int) -> Awaitable[httpx.Response]:
        return client.get("/api/submissions", params={"page": number, "size": PLATFORM_SIZE})

    first = await page(1)
    total = first.json()["data"]["total"]
    rest = await _all(PLATFORM_CONNECTIONS, map(page, range(2, -(-total // PLATFORM_SIZE) + 1)))
    return sum(answer.content.count(b'"entity":') for answer in [first, *rest])


async def upload(client: httpx.AsyncClient, name: str, workbook: bytes) -> int:
    """Upload the workbook and wait for its result; return how many rows were taken."""
    await client.get("/template.xlsx")
    found = _CSRF.search((await client.get("/upload")).text)
    assert found
    file = {"file": (name, workbook)}
    answer = await client.post("/upload", data={"csrf": found[1]}, files=file)
    batch = answer.headers["location"].rsplit("/", 1)[1]
    while True:
        state = (await client.get(f"/api/batches/{batch}")).json()["data"]
        if state["status"] in {"完成", "失败"}:
            return int(state["successNum"])
        await asyncio.sleep(_POLL)


async def _run(order: dict[str, Any], workbook: bytes) -> dict[str, Any]:
    start = time.perf_counter()
    async with _client(order["host"], "credit", PLATFORM_CONNECTIONS) as client:
        await _with_ticket(client, order["accounts"]["credit"])
        *details, _before = await asyncio.gather(approval(order), bureau(order), own_list(client))
        collected = time.perf_counter()
        taken = await upload(client, "uploaded.xlsx", workbook)
        delivered = time.perf_counter()
        shown = await own_list(client)
    seconds = {"collect": collected - start, "deliver": delivered - collected}
    seconds["confirm"] = time.perf_counter() - delivered
    return {"seconds": seconds, "details": sum(details), "taken": taken, "shown": shown}


if __name__ == "__main__":
    told = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_run(told, Path(told["workbook"]).read_bytes()))))
