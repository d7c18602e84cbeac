"""The list on the screen: one evaluate per look, and never a look at rows that are about to change."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.base import Row
from connectors.portal.declared import Listing, PortalDeclared
from connectors.portal.expiry import expired
from connectors.portal.looking import Looking, never, sent_back
from connectors.portal.traffic import Traffic
from connectors.rows import digest_of
from mappings.headers import plain_header
from words.errors import DriftError, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame

_LIST, _TURN, _PAIRS = (
    (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8").strip() for name in ("list", "turn", "pairs")
)
_SCRIPT = f"((list) => ({{...list, ...({_TURN})(list), ...({_PAIRS})(list)}}))({_LIST})"
_MOMENT = 2.0  # seconds without any request after which nothing more is to come
_NOTHING = re.compile(
    r"暂无|无数据|查无|没有\S{0,8}(?:数据|记录|信息|结果|内容)|no (?:data|records|results)", re.IGNORECASE
)
_EMPTY = 1.0  # the same, until an empty list is believed
_TRIES = 3
_COVERED = 1.0  # seconds until what cannot be pressed is looked at for something that lies over it


@dataclass(frozen=True, slots=True)
class Shot:
    """The list at one moment: headings, cells of each row, their keys (blank if not found), and the words around."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...]
    odd: int
    busy: bool
    said: str

    def same(self, other: Shot | None) -> bool:
        """Whether both show the same rows."""
        return other is not None and (self.rows, self.keys) == (other.rows, other.keys)


class Glass:
    """One list in one page of the browser."""

    def __init__(self, looking: Looking, listing: Listing, traffic: Traffic) -> None:
        self.looking, self.listing, self.traffic = looking, listing, traffic
        boxes = listing.boxes.model_dump() if listing.boxes else None
        self._asked = {
            "headings": list(listing.headers),
            "key": listing.key,
            "source": listing.key_pattern is not None,
            "boxes": boxes,
        }

    @property
    def declared(self) -> PortalDeclared:
        """The portal."""
        return self.looking.declared

    async def ask(self, question: str, **more: Any) -> Any:  # noqa: ANN401 - what a page answers
        """Return the first answer of any frame that says something."""
        return await self.looking.ask(question, {**self._asked, **more}, _SCRIPT)

    async def ask_in(self, frame: Frame | None, question: str, **more: Any) -> Any:  # noqa: ANN401 - what it answers
        """Return what one frame answers; None while it is between two documents."""
        with suppress(Exception):
            return frame and await frame.evaluate(f"(asked) => {_SCRIPT}.{question}(asked)", {**self._asked, **more})
        return None

    async def find(self, question: str, **more: Any) -> ElementHandle | None:  # noqa: ANN401 - JSON
        """Return the first element that any frame answers with."""
        return await self.looking.element(question, {**self._asked, **more}, _SCRIPT)

    async def press(self, control: ElementHandle) -> None:
        """Press once; a notice, or the dialog of the row before, may be drawn over it at any moment, and is shut.

        What the page itself lies over, as a row of sums over the last of the rows, is pressed by script.
        """
        if not await self.reach(control):
            await control.evaluate("(element) => element.click()")
            return
        pressing = asyncio.ensure_future(control.click())
        try:
            while not (await asyncio.wait({pressing}, timeout=_COVERED))[0]:
                await self.uncover()
            await pressing
        finally:
            pressing.cancel()

    async def reach(self, control: ElementHandle) -> bool:
        """Bring a control into sight and wait until it may be pressed; whether nothing of the page lies over it."""
        from playwright.async_api import TimeoutError as NotYet

        covered = 0
        for _turn in self.looking.turns():
            try:
                await control.click(trial=True, timeout=_COVERED * 1000)
            except NotYet:
                if await self.uncover() or not await control.is_enabled():
                    continue
                await control.evaluate("(element) => element.scrollIntoView({ block: 'center', inline: 'center' })")
                if (covered := covered + 1) == _TRIES:
                    return False
            else:
                break
        return True

    async def uncover(self) -> bool:
        """Shut whatever lies over the list, as a person would; whether anything did. What cannot be shut stays."""
        covered = False
        for _try in range(_TRIES):
            if not await self.ask("over"):
                break
            covered = True
            await self._shut()
        return covered

    async def _shut(self) -> None:
        from playwright.async_api import Error

        with suppress(Error):  # it may go by itself just then
            if (button := await self.find("shut")) is not None:
                await button.click(timeout=_COVERED * 1000)
            else:
                await self.looking.page.keyboard.press("Escape")
        with suppress(TimeoutError):
            async with asyncio.timeout(_COVERED):
                while await self.ask("over"):
                    await self.looking.pause()

    async def look(self) -> Shot | None:
        """Look once; None while no table has the declared headings."""
        seen = await self.ask("look")
        if seen is None:
            return None
        headings, rows = tuple(seen["headings"]), tuple(tuple(row) for row in seen["rows"])
        keys = tuple(map(self._in_source, seen["sources"])) if self._asked["source"] else self._column(headings, rows)
        return Shot(headings, rows, keys, seen["odd"], bool(seen["busy"]), seen["said"])

    def _in_source(self, source: str) -> str:
        found = re.search(self.listing.key_pattern or "", source.replace("&#39;", "'").replace("&amp;", "&"))
        return found[1] if found else ""

    def _column(self, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        wanted = plain_header(self.listing.key)
        at = next((x for x, heading in enumerate(headings) if plain_header(heading) == wanted), None)
        return tuple("" if at is None else row[at] for row in rows)

    async def settle(self, before: Shot | None = None, *, calm: float = 0) -> Shot:
        """Wait until the rows stand still, are not those of ``before``, and nothing was asked for ``calm`` seconds.

        Raises:
            DriftError: no table has the declared headings, the total is not there, or the rows never change.
            LoginNeeded: a login page came in their place.
            SystemFailure: nothing came.
        """
        last: Shot | None = None
        for _turn in self.looking.turns():
            shot = await self.look()
            quiet = self.traffic.quiet()
            if shot is None:
                await self._missing(quiet)
            elif shot.busy or not await self._stated(shot, quiet):
                shot = None
            elif shot.same(before):
                if quiet > _MOMENT:
                    await self.not_expired()
                    raise self._repeated()
            elif shot.same(last) and quiet >= (calm if shot.rows else max(calm, _EMPTY)):
                if not shot.rows:
                    await self.not_expired()
                return shot
            last = shot
            await self.looking.pause()
        if last is not None and last.same(before):
            raise self._repeated()
        raise await self.headings_changed()

    async def _stated(self, shot: Shot, quiet: float) -> bool:
        """Whether the page states its total, where it should; many that have no rows say so in words only."""
        if not self.listing.total or re.search(self.listing.total, shot.said):
            return True
        if quiet <= _MOMENT:
            return False
        await self.not_expired()
        if not shot.rows and _NOTHING.search(shot.said):
            return True
        raise self.changed(self.listing.total)

    async def _missing(self, quiet: float) -> None:
        if await self.looking.state() == "login":
            raise sent_back(self.declared, self.looking.page.url)
        if quiet > _MOMENT and await self.ask("seen"):
            await self.not_expired()
            raise await self.headings_changed()

    async def not_expired(self) -> None:
        """Rows that do not come may have been refused behind the page's back.

        Raises:
            LoginNeeded: the last answer to the page's scripts asks for a login.
        """
        if any(expired(self.declared, answer) for answer in await self.traffic.answers()):
            raise sent_back(self.declared, self.looking.page.url)

    def total(self, shot: Shot) -> int | None:
        """Return the number of rows that the page states; None if it is not declared to."""
        if not self.listing.total:
            return None
        found = re.search(self.listing.total, shot.said)
        return int(re.sub(r"[,，\s]", "", found[1])) if found else 0

    def rows(self, shot: Shot) -> list[Row]:
        """Return the rows of a look.

        Raises:
            DriftError: a row has no key, or a row of another shape is there and no total that could tell it.
        """
        if shot.odd and not self.listing.total:
            raise self.changed(_("rows of one width"))
        names = {plain_header(heading): key for heading, key in self.listing.shown.items()}
        headings = [names.get(plain_header(heading), heading) for heading in shot.headings]
        found = []
        for key, cells in zip(shot.keys, shot.rows, strict=True):
            if not key:
                raise self.changed(self.listing.key or str(self.listing.key_pattern))
            payload = _named(headings, cells)
            label = payload.get(self.listing.label, "")
            found.append(Row(key, digest_of(payload, self.listing.ignore), payload, label=label))
        return found

    async def headings_changed(self) -> Exception:
        """Return the error for a page without a table that has the declared headings."""
        seen = await self.ask("seen")
        if not seen:
            return never(self.declared, self.looking.page.url)
        return DriftError(
            "headings-changed",
            _("The list has no table with the headings it had: {expected}. It shows: {seen}.").format(
                expected=", ".join(self.listing.headers), seen=", ".join(seen)
            ),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=Place(system=self.declared.title, url=self.looking.page.url),
        )

    def changed(self, what: str) -> DriftError:
        """Return the error for a page that shows nothing of what was declared."""
        return DriftError(
            "page-changed",
            _("The list shows nothing that answers to “{what}” any more.").format(what=what),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=Place(system=self.declared.title, url=self.looking.page.url, field=what),
        )

    def _repeated(self) -> DriftError:
        return DriftError(
            "page-repeated",
            _("The list was turned, and shows the same rows as before."),
            todo=_("Turn the page by hand; if it turns there, correct “paging” in the connector's file."),
            place=Place(system=self.declared.title, url=self.looking.page.url, field="list.paging"),
        )


def _named(headings: list[str], cells: tuple[str, ...]) -> Mapping[str, str]:
    payload: dict[str, str] = {}
    for heading, cell in zip(headings, cells, strict=True):
        if heading:
            payload.setdefault(heading, cell)
    return payload
