"""The replay reader: the page's own JSON request, sent with the session at the largest page size."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from typing import Any

from connectors.base import Page, Row
from connectors.portal.declared import PortalDeclared
from connectors.portal.filling import Fills, dig, flat
from connectors.portal.session import Session
from connectors.rows import digest_of
from words.errors import DriftError, Place
from words.languages import gettext as _


async def read_json(session: Session, fills: Fills) -> AsyncIterator[Page]:
    """Yield the list's pages; the first tells how many rows there are, the rest are fetched side by side.

    Raises:
        DriftError: the answer has no rows, total or key where they were declared.
    """
    listing = session.declared.list_
    first, total = await _page(session, fills, 1)
    yield Page(first, total)
    if not first:
        return
    turns = range(2, math.ceil(total / len(first)) + 1)
    size = {"size": len(first)} if len(first) < min(listing.size, total) else {}
    pages = [asyncio.ensure_future(_page(session, {**fills, **size}, number)) for number in turns]
    try:
        for page in pages:
            rows, total = await page
            yield Page(rows, total)
    finally:
        for page in pages:
            page.cancel()


async def _page(session: Session, fills: Fills, number: int) -> tuple[list[Row], int]:
    listing = session.declared.list_
    size = int(fills.get("size", listing.size))
    numbers = {"page": number, "size": size, "offset": (number - 1) * size}
    response = await session.fetch(listing.request, {**fills, **numbers})
    return rows_of(session.declared, json_of(session.declared, response.content, response.url))


def json_of(declared: PortalDeclared, content: bytes, url: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the answer as JSON.

    Raises:
        DriftError: it is not JSON.
    """
    try:
        return json.loads(content)
    except ValueError:
        raise DriftError(
            "not-json",
            _("The answer is not JSON any more."),
            todo=_("Open the page's request in the browser and correct the connector's file."),
            place=Place(system=declared.title, url=url),
        ) from None


def rows_of(declared: PortalDeclared, answer: Any) -> tuple[list[Row], int]:  # noqa: ANN401 - JSON is anything
    """Return the rows and the total that an answer holds at the declared places.

    Raises:
        DriftError: nothing of the kind stands there, or a row has no key.
    """
    listing = declared.list_
    rows, total = dig(answer, listing.rows), dig(answer, listing.total)
    if not isinstance(rows, list) or not str(total).isdigit():
        raise _moved(declared, f"{listing.rows}, {listing.total}")
    found = []
    for row in rows:
        payload = flat(row) if isinstance(row, dict) else {}
        if not payload.get(listing.key):
            raise _moved(declared, listing.key)
        label = payload.get(listing.label, "")
        found.append(Row(payload[listing.key], digest_of(payload, listing.ignore), payload, label=label))
    return found, int(total)


def _moved(declared: PortalDeclared, path: str) -> DriftError:
    return DriftError(
        "answer-changed",
        _("The list's answer has nothing at “{path}” any more.").format(path=path),
        todo=_("Open the page's request in the browser and correct the connector's file; nothing was sent."),
        place=Place(system=declared.title, url=declared.list_.request.url, field=path),
    )
