"""What every source has to hold, whatever it reads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, Protocol

import pytest

from connectors.base import Row, Source, Window
from connectors.conformance.hostile import FIRST, KEY, NAME, same
from connectors.conformance.hostile import rows as hostile_rows
from words.errors import YinxinError, first_of

#: What may happen to a system while it is read.
SourceTrouble = Literal["session-ends", "half-page", "renamed-heading", "breaks-off", "row-inserted"]
WINDOW = Window(FIRST - timedelta(days=30), FIRST + timedelta(days=60))


class SourceSystem(Protocol):
    """A system of the kind under test. Its connector declares the columns of ``hostile.COLUMNS``, and few rows a page.

    Attributes:
        secret: a planted secret that the connector signs in with; empty if it needs none.
    """

    secret: str

    def show(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Show exactly these rows from now on."""
        ...

    def connect(self) -> Source:
        """Return the source as a new run opens it."""
        ...

    def trouble(self, what: SourceTrouble) -> bool:
        """Let something happen once while the list is read next; False if it cannot happen to such a system."""
        ...


async def _read(source: Source, known: Mapping[str, tuple[str, Mapping[str, str]]]) -> list[Row]:
    try:
        return [row async for page in source.collect(WINDOW, known) for row in page.rows]
    finally:
        await source.close()


def read(system: SourceSystem, known: Sequence[Row] = ()) -> list[Row]:
    """Read a system as a run does that remembers some rows."""
    return asyncio.run(_read(system.connect(), {row.key: (row.digest, row.payload) for row in known}))


def read_or_error(system: SourceSystem) -> tuple[list[Row], YinxinError | None]:
    """Read a system, or tell what a user would be told."""
    try:
        return read(system), None
    except YinxinError as error:
        return [], error
    except ExceptionGroup as group:
        cause = first_of(group)
        if not isinstance(cause, YinxinError):
            raise
        return [], cause


class SourceConformance:
    """Subclass it as ``TestNAME`` and give it a fixture ``system`` that returns a :class:`SourceSystem`."""

    def test_every_row_comes_once_with_its_texts_as_they_are(self, system: SourceSystem) -> None:
        """Over several pages, with numbers that come twice, full-width digits, leading zeros and formulas."""
        shown = hostile_rows()
        system.show(shown)
        came = read(system)
        assert len(came) == len({row.key for row in came}) == len(shown)
        by_key = {row.payload[KEY]: row.payload for row in came}
        wrong = [each[KEY] for each in shown if not same(each, by_key[each[KEY]])]
        assert not wrong, wrong

    def test_an_empty_system_shows_nothing(self, system: SourceSystem) -> None:
        """Nothing is not an error of the connector; the bot decides whether it is believed."""
        system.show([])
        assert read(system) == []

    def test_what_is_known_is_told_as_known_and_what_changed_is_read_anew(self, system: SourceSystem) -> None:
        """Digests are the same in every run and differ where a row does."""
        shown = hostile_rows(9)
        system.show(shown)
        first = read(system)
        again = read(system, first)
        assert {row.key: row.digest for row in again} == {row.key: row.digest for row in first}
        assert all(dict(row.payload) == dict(old.payload) for row, old in zip(again, first, strict=True))
        system.show([{**shown[0], NAME: "改名有限公司"}, *shown[1:]])
        changed = read(system, first)
        names = {row.payload[KEY]: row.payload[NAME] for row in changed}
        assert names[shown[0][KEY]] == "改名有限公司"
        assert sum(row.digest != old.digest for row, old in zip(changed, first, strict=True)) == 1

    def test_one_row_is_read_again_and_one_that_is_gone_is_none(self, system: SourceSystem) -> None:
        """What is there at this moment counts, not what the list said."""
        shown = hostile_rows(3)
        system.show(shown)
        keys = [row.key for row in read(system)]
        system.show(shown[:2])

        async def ask() -> list[Mapping[str, str] | None]:
            source = system.connect()
            try:
                return [await source.again(key) for key in keys]
            finally:
                await source.close()

        there = asyncio.run(ask())
        assert there[0]
        assert there[2] is None

    @pytest.mark.parametrize("what", ["session-ends", "half-page", "breaks-off", "row-inserted"])
    def test_trouble_on_the_way_costs_no_row_and_doubles_none(self, system: SourceSystem, what: SourceTrouble) -> None:
        """All rows, or an error that says so: never some of them as if they were all."""
        shown = hostile_rows()
        system.show(shown)
        if not system.trouble(what):
            pytest.skip("it cannot happen to such a system")
        came, error = read_or_error(system)
        if error:
            assert error.sentence
            assert error.todo
            _no_secret(system, str(error) + error.sentence + error.todo)
            return
        keys = [row.payload[KEY] for row in came]
        assert len(keys) == len(set(keys))
        assert {each[KEY] for each in shown} <= set(keys)

    def test_a_renamed_heading_never_puts_a_text_under_another(self, system: SourceSystem) -> None:
        """It is an error, or the text comes under its new heading, where the mapping misses it."""
        shown = hostile_rows(9)
        system.show(shown)
        if not system.trouble("renamed-heading"):
            pytest.skip("it cannot happen to such a system")
        came, error = read_or_error(system)
        if error:
            return
        by_key = {row.payload.get(KEY, row.key): row.payload for row in came}
        for each in shown:
            payload = by_key[each[KEY]]
            assert all(payload[name].strip() == text.strip() for name, text in each.items() if name in payload)

    def test_evidence_is_there_and_holds_no_secret(self, system: SourceSystem) -> None:
        """Whatever was read can be shown to an auditor, and nobody signs in with it."""
        system.show(hostile_rows(9))

        async def proofs() -> list[bytes]:
            source = system.connect()
            try:
                [_page async for _page in source.collect(WINDOW, {})]
                return [piece.content for piece in await source.evidence()]
            finally:
                await source.close()

        pieces = asyncio.run(proofs())
        assert pieces
        for piece in pieces:
            _no_secret(system, piece.decode("utf-8", "replace"))

    def test_closing_twice_is_nothing(self, system: SourceSystem) -> None:
        """Whoever tidies up need not know what was opened."""

        async def twice() -> None:
            source = system.connect()
            await source.close()
            await source.close()

        asyncio.run(twice())


def _no_secret(system: SourceSystem, text: str) -> None:
    assert not system.secret or system.secret not in text
