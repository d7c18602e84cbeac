"""Checking a connector: sign in, read one page both ways, map it; nothing is sent and nothing remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from bots.gathering import frame_of
from bots.workspace import Workspace
from connectors.base import Row, Window
from connectors.browser import Browsers
from mappings.apply import Mapped, apply
from mappings.hints import hint_of, sentence_of
from mappings.mapping import Mapping
from mappings.shapes import coverage, shape_of
from mappings.standards import Standard
from reconciliation.headings import field_label
from words.errors import Place
from words.languages import gettext as _

_PATIENCE = 60.0  # seconds
_LONG_AGO = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Checked:
    """What one page of a connector gave.

    Attributes:
        rows: how many rows came.
        findings: how many values the mapping could not read.
        first_finding: one of them, in words.
        unanswered: the mapping's fields that no column answers.
        unread: the columns that no field reads.
    """

    rows: int
    findings: int
    first_finding: str
    unanswered: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def check_alone(workspace: Workspace, name: str, say: Callable[[str], None], *, browser: bool = False) -> Checked:
    """Check a connector while nobody else uses its login; from the screen, if so asked and declared.

    Raises:
        Busy: somebody still uses it after a minute.
        YinxinError: it is not as declared; says who acts and where.
    """
    with _holding(workspace, name, f"yinxin connectors check {name}", say):
        return asyncio.run(check_connector(workspace, name, browser=browser))


def first_page_alone(workspace: Workspace, name: str, say: Callable[[str], None]) -> pl.DataFrame:
    """Return the first page of a source as raw rows, while nobody else uses its login.

    Raises:
        Busy: somebody still uses it after a minute.
        YinxinError: it is not as declared; says who acts and where.
    """
    with _holding(workspace, name, f"yinxin mappings check --connector {name}", say):
        return asyncio.run(_first_page_of(workspace, name))


@contextmanager
def _holding(workspace: Workspace, name: str, about: str, say: Callable[[str], None]) -> Iterator[None]:
    told = _("Waiting for somebody else who is at work: {about}.")
    with (
        workspace.journal() as journal,
        journal.holding(
            workspace.claim(name),
            about,
            patience=_PATIENCE,
            waiting=lambda lease: say(told.format(about=lease.about)),
        ),
    ):
        yield


async def _first_page_of(workspace: Workspace, name: str) -> pl.DataFrame:
    browsers = Browsers()
    try:
        _mapping, title, rows = await _first_page(workspace, name, browsers)
    finally:
        await browsers.close()
    return frame_of(title, rows)


async def check_connector(workspace: Workspace, name: str, *, browser: bool = False) -> Checked:
    """Read as little as shows that a connector is as declared, in everything that it can be.

    Raises:
        YinxinError: it is not; says who acts and where.
    """
    browsers = Browsers(wanted=browser)
    checks = {"source": _source, "feed": _feed, "ledger": _ledgers}
    try:
        found = [await checks[role](workspace, name, browsers) for role in workspace.connector(name).roles]
    finally:
        await browsers.close()
    return Checked(
        sum(each.rows for each in found),
        sum(each.findings for each in found),
        next((each.first_finding for each in found if each.findings), ""),
        tuple(name for each in found for name in each.unanswered),
        tuple(name for each in found for name in each.unread),
    )


async def _ledgers(workspace: Workspace, name: str, _browsers: Browsers) -> Checked:
    ledgers = workspace.ledgers(name)
    tables, errors = ledgers.readable()
    if errors:
        raise errors[0]
    mapped = [apply(ledgers.mapping, table.rows, place=table.place) for table in tables]
    return _told([(each, each.records.height + each.quarantined) for each in mapped], ledgers.mapping.standard)


async def _source(workspace: Workspace, name: str, browsers: Browsers) -> Checked:
    mapping, title, rows = await _first_page(workspace, name, browsers)
    mapped = apply(mapping, frame_of(title, rows), place=Place(system=title))
    unanswered, unread = coverage(shape_of(row.payload for row in rows).columns, mapping)
    told = _told([(mapped, len(rows))], mapping.standard)
    return replace(told, unanswered=tuple(unanswered if rows else ()), unread=tuple(unread))


async def _first_page(workspace: Workspace, name: str, browsers: Browsers) -> tuple[Mapping, str, list[Row]]:
    source = workspace.source(name, browsers)
    try:
        async for page in source.collect(Window(workspace.today - _LONG_AGO, workspace.today), {}):
            rows = list(page.rows)
            break
        await source.evidence()
    finally:
        await source.close()
    return source.mapping, source.title, rows


async def _feed(workspace: Workspace, name: str, browsers: Browsers) -> Checked:
    feed = workspace.feed(name, browsers)
    try:
        shown = await feed.disclosed()
        await feed.check()
        await feed.evidence()
    finally:
        await feed.close()
    mapped = apply(feed.profile.reading(), shown, place=Place(system=feed.title))
    return _told([(mapped, shown.height)], feed.profile.standard)


def _told(mapped: list[tuple[Mapped, int]], standard: Standard) -> Checked:
    findings = [finding for each, _rows in mapped for finding in each.findings]
    said = [
        _("{field}: {sentence}. {hint}").format(
            field=field_label(standard, each.field),
            sentence=sentence_of(each.rule),
            hint=hint_of(each.rule, each.value),
        )
        for each in findings[:1]
    ]
    return Checked(sum(rows for _each, rows in mapped), len(findings), "".join(said))
