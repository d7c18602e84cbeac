"""The export reader: the file that the list's own button gives, its rows found under the declared headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import fastexcel

from connectors.base import Page, Row
from connectors.portal.declared import Listing
from connectors.portal.filling import Fills, charset
from connectors.portal.filtering import query
from connectors.portal.glass import Glass
from connectors.portal.looking import visiting
from connectors.portal.screen import Export
from connectors.portal.session import Session
from connectors.portal.visit import Visit
from connectors.rows import digest_of
from mappings.headers import plain_header
from words.errors import DriftError, LoginNeeded, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Download

_SEARCHED_ROWS = 20
Cells = list[str]


async def read_export(visit: Visit, session: Session, fills: Fills) -> AsyncIterator[Page]:
    """Yield the file's rows as one page; the page's own total is compared where one is declared.

    Raises:
        DriftError: the file holds no table with the declared headings, or a row without a key.
        LoginNeeded: the portal asks for a login even right after one.
    """
    await session.ready()
    try:
        page = await _exported(visit, session, fills)
    except LoginNeeded:
        await session.renew()
        page = await _exported(visit, session, fills)
    yield page


async def _exported(visit: Visit, session: Session, fills: Fills) -> Page:
    listing = visit.declared.list_
    assert listing.export is not None
    looking = await visit.show_list(session.kept)
    glass = Glass(looking, listing, visit.traffic)
    async with visiting(looking, listing.page):
        if listing.filter is not None:
            await query(glass, listing.filter, fills, visit.turn)
        shot = await glass.settle()
        await visit.turn()
        download = await _pressed(glass, listing.export)
        content = await _bytes(download)
    rows = rows_of(listing, content, charset(visit.declared.encoding), visit.declared.title)
    total = glass.total(shot)
    return Page(rows, len(rows) if total is None else total)


async def _pressed(glass: Glass, export: Export) -> Download:
    async with glass.looking.page.expect_download() as coming:
        await (await glass.looking.locate("button", export.button)).click()
        if export.confirm:
            for _turn in glass.looking.turns():
                if (button := await glass.looking.element("button", export.confirm)) is not None:
                    await button.click()
                    break
                await glass.looking.pause()
    return await coming.value


async def _bytes(download: Download) -> bytes:
    from pathlib import Path

    return Path(await download.path()).read_bytes()  # noqa: ASYNC240 - the browser has written it


def rows_of(listing: Listing, content: bytes, encoding: str, system: str) -> list[Row]:
    """Return the rows under the declared headings of a workbook or a csv file.

    Raises:
        DriftError: no sheet has them, or a row has no key.
    """
    wanted = {plain_header(heading) for heading in listing.headers}
    for sheet in _sheets(content, encoding):
        for at, cells in enumerate(sheet[:_SEARCHED_ROWS]):
            if wanted <= {plain_header(cell) for cell in cells}:
                return [_row(listing, cells, row, system) for row in sheet[at + 1 :] if any(row)]
    raise DriftError(
        "headings-changed",
        _("The list has no table with the headings it had: {expected}. It shows: {seen}.").format(
            expected=", ".join(listing.headers), seen=_("the exported file")
        ),
        todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
        place=Place(system=system, field="list.export"),
    )


def _sheets(content: bytes, encoding: str) -> Iterator[list[Cells]]:
    """Yield each sheet as cells of text; what is no workbook is read as csv."""
    try:
        reader = fastexcel.read_excel(content)
    except fastexcel.FastExcelError:
        yield [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(_text(content, encoding)))]
        return
    for name in reader.sheet_names:
        frame = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        yield [[(cell or "").strip() for cell in row] for row in frame.rows()]


def _text(content: bytes, encoding: str) -> str:
    """Return the text of a csv file, which says by its first bytes or its own validity how it is written."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030" if encoding.startswith("utf") else encoding, "replace")


def _row(listing: Listing, headings: Cells, cells: Cells, system: str) -> Row:
    payload = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}
    cell = next((value for name, value in payload.items() if plain_header(name) == plain_header(listing.key)), "")
    found = re.search(listing.key_pattern, cell) if listing.key_pattern else None
    key = (found[1] if found else "") if listing.key_pattern else cell
    if not key:
        raise DriftError(
            "page-changed",
            _("The list shows nothing that answers to “{what}” any more.").format(what=listing.key),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=Place(system=system, field=listing.key),
        )
    return Row(key, digest_of(payload, listing.ignore), payload, label=payload.get(listing.label, ""))
