"""A hall with so many records that answers after so many milliseconds: list and details, as JSON and as pages.

    python -m benchmarks.hall RECORDS MILLISECONDS

Prints its address on the first line and serves until its input ends. Every answer is made before the first is asked
for, so that the server costs next to nothing.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from sandbox.server import CityServer

SHOWN = 20  # rows that a page shows a person
COLUMNS = (
    *("办件编号", "文书号", "行政相对人名称", "统一社会信用代码", "许可类别", "许可证书名称"),
    *("许可证编号", "许可决定日期", "有效期自", "有效期至", "许可机关"),
)
_FIELDS = tuple(f"字段{number:02d}" for number in range(1, 26))


def row_of(number: int) -> dict[str, str]:
    """Return what the list shows of one record."""
    texts = (
        f"呼住建许〔2024〕{number}号",
        f"青城建设第{number}有限公司",
        f"9115010000000{number:05d}",
        "普通",
        "施工许可证",
    )
    values = [f"k{number:05d}", *texts, f"ZS{number:05d}", "2024-05-01", "2024-05-02", "2099-12-31", "呼和浩特市住建局"]
    return dict(zip(COLUMNS, values, strict=True))


def details_of(number: int) -> dict[str, str]:
    """Return what stands behind one row."""
    return {field: f"{field} 第{number}条 呼和浩特市" for field in _FIELDS}


def _page(number: int, total: int) -> bytes:
    first = (number - 1) * SHOWN + 1
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    lines = []
    for each in range(first, min(first + SHOWN, total + 1)):
        cells = "".join(f"<td>{value}</td>" for value in row_of(each).values())
        lines.append(f'<tr class="row">{cells}<td><a href="/rows/k{each:05d}">查看</a></td></tr>')
    body = f"<table><tr>{head}<th>操作</th></tr>{''.join(lines)}</table><p class=total>共 {total} 条</p>"
    return f'<!doctype html><meta charset="utf-8"><title>办件</title>{body}'.encode()


def _detail(number: int) -> bytes:
    lines = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in details_of(number).items())
    return f'<!doctype html><meta charset="utf-8"><table class="form">{lines}</table>'.encode()


class Hall:
    """The hall as an application."""

    def __init__(self, records: int, milliseconds: float) -> None:
        self._delay = milliseconds / 1000
        self._rows = [{"id": f"k{number:05d}", **row_of(number)} for number in range(1, records + 1)]
        self._answers: dict[str, bytes] = {}
        for number in range(1, records + 1):
            detail = json.dumps({"data": details_of(number)}, ensure_ascii=False)
            self._answers[f"/api/rows/k{number:05d}"] = detail.encode()
            self._answers[f"/rows/k{number:05d}"] = _detail(number)
        for page in range(1, math.ceil(records / SHOWN) + 1):
            self._answers[f"/pages?page={page}"] = _page(page, records)

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Answer one request after the wait."""
        if scope["type"] != "http":
            return
        if self._delay:
            await asyncio.sleep(self._delay)
        path = scope["path"] if scope["path"] != "/pages" else f"/pages?{scope['query_string'].decode()}"
        body = self._list(scope["query_string"]) if path == "/api/rows" else self._answers.get(path)
        kind = b"application/json" if path.startswith("/api/") else b"text/html"
        length = str(len(body or b"")).encode()
        headers = [(b"content-type", kind), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200 if body else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body or b""})

    def _list(self, query: bytes) -> bytes:
        key = query.decode()
        if key not in self._answers:
            asked = {name: int(values[0]) for name, values in parse_qs(key).items()}
            first = (asked["page"] - 1) * asked["size"]
            rows = self._rows[first : first + asked["size"]]
            answer = {"data": {"rows": rows, "total": len(self._rows)}}
            self._answers[key] = json.dumps(answer, ensure_ascii=False).encode()
        return self._answers[key]


def main() -> None:
    """Serve until whoever started it lets go."""
    hall = Hall(int(sys.argv[1]), float(sys.argv[2]))
    config = uvicorn.Config(hall, port=0, access_log=False, log_level="error", lifespan="off")

    def tell(url: str) -> None:
        print(url, flush=True)

    async def serve() -> None:
        server = CityServer(config, tell)
        serving = asyncio.create_task(server.serve())
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving

    asyncio.run(serve())


if __name__ == "__main__":
    main()
