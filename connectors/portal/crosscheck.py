"""The first page read both ways: what the browser shows and what the session's own request answers must agree.

It catches a stale template, a wrong time zone, a hidden filter and most changes of layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from selectolax.lexbor import LexborHTMLParser

from connectors.portal import html, replay
from connectors.portal.declared import PortalDeclared, Request
from connectors.portal.session import Session
from connectors.portal.visit import Seen
from mappings.headers import plain_header
from words.errors import DriftError, Place
from words.languages import gettext as _


async def compare(session: Session, seen: Seen) -> None:
    """Send the page's own request again without the browser and compare row by row.

    Raises:
        DriftError: another number of rows, or another value under one of the declared headings.
    """
    declared = session.declared
    if declared.list_.reader == "replay":
        response = await session.repeat(seen.url, seen.method, seen.body, seen.body_kind)
        rows, _total = replay.rows_of(declared, replay.json_of(declared, response.content, seen.url))
        shown = {plain_header(heading): key for heading, key in declared.list_.shown.items()}
    else:
        response = await session.fetch(Request(url=seen.url), {})
        rows, _total = html.rows_of(declared, LexborHTMLParser(session.text(response)))
        ignored = {plain_header(heading) for heading in declared.list_.ignore}
        shown = {plain: heading for heading in seen.headings if (plain := plain_header(heading)) not in ignored}
    _same(declared, seen, [row.payload for row in rows], shown)


def _same(declared: PortalDeclared, seen: Seen, rows: list[Mapping[str, str]], shown: Mapping[str, str]) -> None:
    if len(seen.rows) != len(rows):
        raise _differs(declared, seen, _("number of rows"), str(len(seen.rows)), str(len(rows)))
    columns = [(place, key) for place, word in enumerate(seen.headings) if (key := shown.get(plain_header(word)))]
    for cells, row in zip(seen.rows, rows, strict=True):
        for place, key in columns:
            if _plain(cells[place]) != _plain(row.get(key, "")):
                raise _differs(declared, seen, seen.headings[place], cells[place], row.get(key, ""))


def _plain(text: str) -> str:
    return "".join(_letters(text))


def _letters(text: str) -> Iterable[str]:
    return (letter for letter in text if not letter.isspace())


def _differs(declared: PortalDeclared, seen: Seen, what: str, shown: str, answered: str) -> DriftError:
    return DriftError(
        "two-readings-differ",
        _("The page shows “{shown}” where its own request answers “{answered}” ({what}).").format(
            shown=shown, answered=answered, what=what
        ),
        todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
        place=Place(system=declared.title, url=seen.url, field=what),
    )
