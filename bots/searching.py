"""Where a document number was looked for that no run has ever seen."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from rapidfuzz import fuzz, process

from bots.advising import about_nothing
from bots.declared import BotDeclared
from bots.explained import Difference, Near, Never, Searched
from bots.reporting import kept_disclosure
from bots.workspace import Workspace
from journal import Journal, RunRow
from words.errors import UsageError

_RUNS = 3
_NEAREST, _LIKE = 5, 75
_UNREADABLE = (
    *(
        "not-a-workbook",
        "ledger-protected",
        "file-locked",
        "file-moving",
        "file-too-large",
        "zip-damaged",
        "zip-unsafe",
    ),
    *("xml-unsafe", "not-xml", "file-not-json", "not-a-table", "unknown-encoding", "no-records"),
    "formula-without-value",
)


def never_seen(workspace: Workspace, journal: Journal, number: str) -> Never:
    """Tell where a normalised number was looked for, and what comes near it."""
    runs = journal.judged_runs(_RUNS)
    near, written = tuple(_near(journal, number)), tuple(_written(journal, runs[:1], number))
    return Never(
        systems=tuple(_systems(workspace, runs)),
        runs=tuple(Searched(run.run_id, run.started_at, run.state, run.since, run.until) for run in runs),
        unreadable=tuple(_unreadable(journal, runs[:1])),
        written=written,
        near=near,
        advice=about_nothing(near=bool(near), written=bool(written)),
    )


def _systems(workspace: Workspace, runs: list[RunRow]) -> dict[str, None]:
    """Return the titles of what the bots of the last runs read, in the order of their files."""
    known = workspace.names("bots")
    bots = [name for name in dict.fromkeys(run.bot for run in runs) if name in known] or known
    titles: dict[str, None] = {}
    for bot in map(workspace.bot, bots):
        if isinstance(bot, BotDeclared):  # what others watch has numbers of another kind
            titles |= {workspace.connector(name).title: None for name in bot.sources}
            titles |= {workspace.ledgers(bot.ledgers).title: None, workspace.connector(bot.feed).title: None}
    return titles


def _unreadable(journal: Journal, newest: list[RunRow]) -> Iterator[str]:
    for run in newest:
        yield from (each["origin"] for each in journal.quarantine_of(run.run_id) if each["rule"] in _UNREADABLE)


def _written(journal: Journal, newest: list[RunRow], number: str) -> Iterator[Difference]:
    """Yield where a record that was matched by its other fields bears this number."""
    for run in newest:
        try:
            found = kept_disclosure(journal, run.run_id).differences
        except UsageError:  # it left no report, or its report was purged
            continue
        lines = found.filter((pl.col("field") == "document_number") & (pl.col("other_value") == number))
        for line in lines.select("field", "against", "source_value", "other_value", "origin").iter_rows():
            yield Difference(*line)


def _near(journal: Journal, number: str) -> Iterator[Near]:
    known = sorted(journal.known_numbers())
    found = process.extract(number, known, scorer=fuzz.ratio, limit=_NEAREST, score_cutoff=_LIKE)
    for other, likeness, _place in found:
        named = [*journal.verdicts_about(other)[:1], *journal.quarantine_about(other)[:1]]
        yield Near(other, named[0].get("name", "") if named else "", round(likeness))
