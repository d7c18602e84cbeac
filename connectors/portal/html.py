"""The html reader: server-rendered tables by their headings, with the hidden fields carried from answer to answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.base import Page, Row
from connectors.portal.declared import Listing, PortalDeclared, Request
from connectors.portal.filling import Fills
from connectors.portal.session import Session
from connectors.rows import digest_of
from mappings.headers import plain_header
from words.errors import DriftError, Place
from words.languages import gettext as _

_NEXT = frozenset({"下一页", "下页", "后一页", "下一页>", "下一页›", "下一页»", "Next", "›"})


async def read_html(session: Session, fills: Fills) -> AsyncIterator[Page]:
    """Yield the list's pages one after another, as a person turning them would get them.

    Raises:
        DriftError: the table's headings, the total or a row's key are not where they were declared.
    """
    listing = session.declared.list_
    form = await _opened(session, fills)
    number, came, link = 1, 0, ""
    while True:
        tree = await _page(session, {**fills, "page": number, "size": listing.size, "offset": came}, form, link)
        rows, total = rows_of(session.declared, tree)
        form = _Form(hidden_fields(tree), session.renewals)
        yield Page(rows, total)
        came, number = came + len(rows), number + 1
        link = next_link(tree, link or listing.request.url, listing.paging.words) if listing.paging else ""
        if came >= total or not rows or (listing.paging and not link):
            return


@dataclass(frozen=True, slots=True)
class _Form:
    """A form as an answer left it: its hidden fields, and in which session (how many renewals) they are good."""

    hidden: dict[str, str]
    renewals: int


async def _page(session: Session, fills: Fills, form: _Form, link: str) -> LexborHTMLParser:
    """Fetch one page; a form that belongs to an ended session is opened and turned anew in the new one."""
    listing = session.declared.list_
    if link:
        return await _tree(session, Request(url=link), {}, {})
    request = listing.request if fills["page"] == 1 else _turned(listing.request, listing.turn)
    tree = await _tree(session, request, fills, form.hidden)
    if form.renewals == session.renewals or not request.form:
        return tree
    form = await _opened(session, fills)
    if fills["page"] != 1:
        first = await _tree(session, listing.request, {**fills, "page": 1, "offset": 0}, form.hidden)
        form = _Form(hidden_fields(first), session.renewals)
    return await _tree(session, request, fills, form.hidden)


async def _tree(session: Session, request: Request, fills: Fills, hidden: dict[str, str]) -> LexborHTMLParser:
    return LexborHTMLParser(session.text(await session.fetch(request, fills, state=hidden)))


async def _opened(session: Session, fills: Fills) -> _Form:
    """A form is sent back with what it held, so it has to be fetched before it can be sent."""
    await session.ready()
    request = session.declared.list_.request
    hidden = hidden_fields(await _tree(session, Request(url=request.url), fills, {})) if request.form else {}
    return _Form(hidden, session.renewals)


def _turned(request: Request, turn: dict[str, str | int | bool]) -> Request:
    part = "form" if request.form else "query"
    return request.model_copy(update={part: {**getattr(request, part), **turn}})


def next_link(tree: LexborHTMLParser, url: str, words: str) -> str:
    """Return the address of the next page, by ``rel`` or by its words; empty where there is no link to it."""
    for link in tree.css("a[href]"):
        said = {"".join(text_of(link).split()), link.attributes.get("title") or ""}
        href = link.attributes.get("href") or ""
        named = words in said if words else link.attributes.get("rel") == "next" or bool(_NEXT & said)
        if named and href != "#" and not href.lower().startswith("javascript:"):
            return urljoin(url, href)
    return ""


def hidden_fields(tree: LexborHTMLParser) -> dict[str, str]:
    """Return the hidden inputs of a page (``__VIEWSTATE``, CSRF tokens)."""
    inputs = tree.css("input[type=hidden]")
    return {name: each.attributes.get("value") or "" for each in inputs if (name := each.attributes.get("name"))}


def rows_of(declared: PortalDeclared, tree: LexborHTMLParser) -> tuple[list[Row], int]:
    """Return the rows of the declared table, and the total that the page states.

    Raises:
        DriftError: they are not where they were declared.
    """
    listing = declared.list_
    total = re.search(listing.total, tree.body.text(separator=" ") if tree.body else "")
    headings, rows = table_of(declared, tree)
    if total is None:
        raise _changed(declared, listing.total)
    return [_row(declared, headings, row) for row in rows], int(total[1].replace(",", ""))


def _row(declared: PortalDeclared, headings: list[str], cells: list[LexborNode]) -> Row:
    listing = declared.list_
    payload = {heading: text_of(cell) for heading, cell in zip(headings, cells, strict=True)}
    cell = cells[headings.index(listing.key)] if listing.key in headings else None
    key = _key(listing, cell) if cell is not None else ""
    if not key:
        raise _changed(declared, listing.key)
    return Row(key, digest_of(payload, listing.ignore), payload, label=payload.get(listing.label, ""))


def _key(listing: Listing, cell: LexborNode) -> str:
    if listing.key_pattern is None:
        return text_of(cell)
    found = re.search(listing.key_pattern, (cell.html or "").replace("&#39;", "'"))
    return found[1] if found else ""


def table_of(declared: PortalDeclared, tree: LexborHTMLParser) -> tuple[list[str], list[list[LexborNode]]]:
    """Return headings and rows (cells) of the table that has the declared headings.

    Raises:
        DriftError: no table has them.
    """
    wanted = {plain_header(heading) for heading in declared.list_.headers}
    seen: list[str] = []
    firsts = {first.mem_id for table in tree.css("table") if (first := table.css_first("tr")) is not None}
    for row in tree.css("tr"):
        headings = [text_of(cell) for cell in cells_of(row)]
        if wanted <= {plain_header(heading) for heading in headings}:
            return headings, _rows_under(row, len(headings))
        if row.css_first("th") is not None or (row.mem_id in firsts and len(headings) > 1):
            seen += headings
    raise DriftError(
        "headings-changed",
        _("The list has no table with the headings it had: {expected}. It shows: {seen}.").format(
            expected=", ".join(declared.list_.headers), seen=", ".join(seen)
        ),
        todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
        place=Place(system=declared.title, url=declared.list_.request.url),
    )


def _rows_under(header: LexborNode, width: int) -> list[list[LexborNode]]:
    table = header.parent
    while table is not None and table.tag != "table":
        table = table.parent
    rows = [cells_of(row) for row in (table.css("tr") if table else []) if row.mem_id != header.mem_id]
    return [cells for cells in rows if len(cells) == width and not all(cell.tag == "th" for cell in cells)]


def cells_of(row: LexborNode) -> list[LexborNode]:
    """Return the cells of a row."""
    return [cell for cell in row.iter() if cell.tag in {"td", "th"}]


def text_of(cell: LexborNode) -> str:
    """Return the text of a cell as a person reads it."""
    return cell.text(strip=False).replace("\xa0", " ").strip()


def _changed(declared: PortalDeclared, what: str) -> DriftError:
    return DriftError(
        "page-changed",
        _("The list shows nothing that answers to “{what}” any more.").format(what=what),
        todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
        place=Place(system=declared.title, url=declared.list_.request.url, field=what),
    )
