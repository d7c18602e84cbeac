"""Rows as a list shows them: their digest, and the rule that all of a window come, each once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

import xxhash

from connectors.base import Page
from words.errors import DriftError, Place, SystemFailure
from words.languages import gettext as _


def digest_of(payload: Mapping[str, str], ignore: tuple[str, ...]) -> str:
    """Return the hash of what a list shows of a row, without the columns that say nothing about it."""
    told = {key: value for key, value in payload.items() if key not in ignore}
    return xxhash.xxh3_128_hexdigest(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())


async def complete(pages: AsyncIterator[Page], system: str) -> AsyncIterator[Page]:
    """Pass pages on, and see to it at the end that they were all of the list and no row came twice.

    Raises:
        SystemFailure: the list changed while it was read (the total moved, or a row wandered to another page).
        DriftError: the system gave fewer or more rows than it says there are.
    """
    seen: set[str] = set()
    totals: set[int] = set()
    async for page in pages:
        keys = [row.key for row in page.rows]
        if len(set(keys)) < len(keys) or seen & set(keys):
            raise moving(system)
        seen.update(keys)
        totals.add(page.total)
        yield page
    if len(totals) > 1:
        raise moving(system)
    if totals != {len(seen)}:
        raise DriftError(
            "rows-missing",
            _("The list says that it has {total} rows, and {found} came.").format(total=max(totals), found=len(seen)),
            todo=_("Compare the page with the connector's file: page size, filters and paging; nothing was sent."),
            place=Place(system=system),
        )


def moving(system: str) -> SystemFailure:
    """Return the error for a list that changed while it was read."""
    return SystemFailure(
        "list-moving",
        _("The list changed while it was being read: rows moved from one page to another."),
        todo=_("Run it again at a quieter moment; nothing was sent."),
        place=Place(system=system),
    )
