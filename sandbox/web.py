"""The few helpers every pretend portal shares: templates, JSON and GBK answers, forms, pages of a list."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import Response

HERE = Path(__file__).parent
_TEMPLATES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)


def render(name: str, **values: object) -> str:
    """Fill one template."""
    return _TEMPLATES.get_template(name).render(**values)


def html(name: str, **values: object) -> Response:
    """Answer one template as a UTF-8 page."""
    return Response(render(name, **values), media_type="text/html")


def gbk(text: str) -> Response:
    """Answer a page as the old system does: declared gb2312, sent as GBK, other characters as references."""
    return Response(text.encode("gbk", "xmlcharrefreplace"), headers={"content-type": "text/html; charset=gb2312"})


def dumps(value: object) -> bytes:
    """Write compact JSON with Chinese characters left readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(body: bytes) -> Response:
    """Answer JSON that is already written."""
    return Response(body, media_type="application/json")


def ok(data: object) -> Response:
    """Answer data in the envelope the portals use."""
    return answer(dumps({"code": 0, "message": "ok", "data": data}))


def refused(code: int, message: str) -> Response:
    """Answer a refusal in the envelope: HTTP 200, as these systems do."""
    return answer(dumps({"code": code, "message": message}))


async def form(request: Request, encoding: str = "utf-8") -> dict[str, str]:
    """Read a percent-encoded form in the page's own charset."""
    body = (await request.body()).decode("latin-1")
    return dict(parse_qsl(body, keep_blank_values=True, encoding=encoding, errors="replace"))


def whole(text: str | None, default: int, most: int = 1_000_000) -> int:
    """Read a positive whole number, or take the default; never more than ``most``."""
    return min(int(text), most) if text and text.isascii() and text.isdigit() and int(text) else default


def day(text: str | None) -> date | None:
    """Read an ISO day; no text is no day.

    Raises:
        ValueError: the text is not a day.
    """
    return date.fromisoformat(text) if text else None
