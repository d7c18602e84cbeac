"""Quarantine: the raw rows that a run could not map, and what the present mappings would make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from bots.chaining import HALVES, Half, whole_of
from bots.declared import BotDeclared
from bots.gathering import frame_of, quarantine_of
from bots.workspace import Workspace
from connectors.base import Row
from journal import Journal, RunRow
from mappings.apply import ORIGIN, Mapped, apply
from mappings.hints import sentence_of
from mappings.mapping import Mapping
from mappings.standards import LICENCE, Standard
from reconciliation.report import QUARANTINE_COLUMNS
from words.errors import Place, UsageError, YinxinError
from words.languages import gettext as _

#: Tells a row apart in whatever language its run spoke.
_PLACE = "place"


@dataclass(frozen=True, slots=True)
class Stored:
    """The raw rows of one system or ledger as they are remembered, and the mapping that reads them now."""

    title: str
    place: Place
    side: str
    mapping: Mapping
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the present mappings make of a run's rows; frames of findings with the columns of the report's quarantine.

    Attributes:
        run: the run whose rows they are.
        rescued: what the run found on rows that have no finding now.
        failing: what is found now on rows that were in quarantine.
        new: what is found now on rows that were not.
        gone: what the run found on rows that are not there any more.
        mappings: mapping name → (versions of the run's findings, version now).
    """

    run: RunRow
    rescued: pl.DataFrame
    failing: pl.DataFrame
    new: pl.DataFrame
    gone: pl.DataFrame
    mappings: dict[str, tuple[str, str]]


def run_with_quarantine(journal: Journal, run_id: str | None) -> RunRow:
    """Return a run, by default the newest that got so far as to judge its rows.

    Raises:
        UsageError: there is no such run, or none at all yet.
    """
    if run_id:
        return journal.run(run_id)
    if found := journal.judged_runs(1):
        return found[0]
    raise UsageError(
        "no-run",
        _("No run has finished in this workspace yet."),
        todo=_("Run a bot first: “yinxin run disclosure”."),
    )


def standard_of(workspace: Workspace, bot: str) -> Standard:
    """Return the standard of a bot's records; that of licences where the bot is not declared any more."""
    try:
        return workspace.standard(bot)
    except YinxinError:
        return LICENCE


def findings_of(journal: Journal, run: RunRow) -> pl.DataFrame:
    """Return what a run found on the rows in quarantine, one row a finding, told in the reader's language."""
    found = journal.quarantine_of(run.run_id)
    lines = [{name: str(each.get(name) or "") for name in QUARANTINE_COLUMNS} for each in found]
    lines = [line | {"sentence": sentence_of(line["rule"], line["sentence"])} for line in lines]
    return pl.DataFrame(lines, schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))


def stored(workspace: Workspace, journal: Journal, run: RunRow) -> Iterator[Stored]:
    """Yield the rows that a run saw, as they were collected last, and the ledgers as their files are now.

    Raises:
        YinxinError: a mapping, a connector or a ledger cannot be read.
    """
    bot = workspace.bot(run.bot)
    shown = {name: _shown(workspace, journal, run, name) for name in bot.sources}
    for chained in bot.chains if isinstance(bot, BotDeclared) else ():
        halves = shown.pop(chained.first), shown.pop(chained.second)
        whole = whole_of(halves, chained)
        yield Stored(
            whole.title, Place(system=whole.title), "source", _mapping_of(workspace, chained.first), whole.rows
        )
    for name, half in shown.items():
        if half.rows:
            frame = frame_of(half.title, half.rows)
            yield Stored(half.title, Place(system=half.title), "source", _mapping_of(workspace, name), frame)
    if isinstance(bot, BotDeclared):  # whoever watches commitments has no ledgers
        ledgers = workspace.ledgers(bot.ledgers)
        for table in ledgers.readable()[0]:
            yield Stored(ledgers.title, table.place, "ledger", ledgers.mapping, table.rows)


def _shown(workspace: Workspace, journal: Journal, run: RunRow, name: str) -> Half:
    declared = workspace.connector(name)
    seen, label = journal.rows_seen(run.run_id, name), declared.row_label
    rows = [
        Row(key, known.digest, known.payload, label=known.payload.get(label, ""))
        for key, known in journal.known_rows(name).items()
        if key in seen and known.payload  # what was purged has no values to be mapped
    ]
    return Half(name, declared.title, rows)


def _mapping_of(workspace: Workspace, connector: str) -> Mapping:
    return workspace.mapping(workspace.connector(connector).mapping or "")


def replay(workspace: Workspace, journal: Journal, run: RunRow) -> Replayed:
    """Apply the present mappings to the rows of a run; nothing is sent and nothing remembered.

    Raises:
        YinxinError: a mapping, a connector or a ledger cannot be read, or a mandatory column has no heading any more.
    """
    found = findings_of(journal, run)
    before = placed(found.filter(~pl.col("rule").is_in(HALVES)))  # no mapping makes a half whole
    parts = list(stored(workspace, journal, run))
    results = [(part, apply(part.mapping, part.rows, place=part.place)) for part in parts]
    now = placed(_together([quarantine_of(part.side, mapped, part.mapping.standard) for part, mapped in results]))
    now = _with_deadlines(now, before)
    there = {where for part in parts for where in _places_of(part)}
    was, failing = set(before[_PLACE]), set(now[_PLACE])
    return Replayed(
        run=run,
        rescued=_only(before, was & there - failing),
        failing=_only(now, was),
        new=_only(now, failing - was),
        gone=_only(before, was - there),
        mappings=dict(_versions(before, results)),
    )


def _with_deadlines(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Take over the deadline that the run counted for a row, where the row still states the same day."""
    rows = before.select(_PLACE, "decision_date", "deadline").iter_rows()
    counted = {(place, day): ends for place, day, ends in rows}
    told = [counted.get(key, "") for key in now.select(_PLACE, "decision_date").iter_rows()]
    return now.with_columns(deadline=pl.Series(told, dtype=pl.String))


def placed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the column by which a row is found again, whatever language it was collected in."""
    return frame.with_columns(pl.Series(_PLACE, [place_of(origin) for origin in frame["origin"]], dtype=pl.String))


def place_of(origin: str) -> str:
    """Return an origin without the word for row: ``a.xlsx › 台账 › 第 3 行`` and ``… row 3`` are one place."""
    *outer, last = origin.split(" › ")
    return " › ".join([*outer, re.sub(r"\D", "", last) if len(outer) > 1 else last])


def _places_of(part: Stored) -> set[str]:
    """Return the places of the rows; a ledger that could not be read is a place by its file name."""
    return {place_of(origin) for origin in part.rows[ORIGIN]} | ({part.place.file} if part.place.file else set())


def _only(findings: pl.DataFrame, places: set[str]) -> pl.DataFrame:
    return findings.filter(pl.col(_PLACE).is_in(list(places))).drop(_PLACE)


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))
    return pl.concat([nothing, *frames])


def _versions(before: pl.DataFrame, results: list[tuple[Stored, Mapped]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for part, _mapped in results:
        name = part.mapping.name
        then = [
            version for version in before["mapping"].unique(maintain_order=True) if version.partition("@")[0] == name
        ]
        yield name, (", ".join(then), part.mapping.version)
