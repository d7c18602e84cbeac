"""What a comparison of the journal with its own events finds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Select, Text, cast, func, select

from journal.database import batches
from journal.schema import events
from journal.telling import Told
from words.languages import N_
from words.languages import gettext as _

Problem = Literal["missing", "unrecorded", "changed", "no-file", "other-file", "still-there", "left"]
_SENTENCES: dict[Problem, str] = {
    "missing": N_("“{subject}”, of which event {seq} speaks, is not there any more."),
    "unrecorded": N_("“{subject}” is there, and no event speaks of it."),
    "changed": N_("“{subject}” is not as event {seq} left it: {detail}."),
    "no-file": N_("The file of which event {seq} speaks is not there any more, or cannot be read: {detail}"),
    "other-file": N_("The file is not the one of which event {seq} speaks, its hash is another: {detail}"),
    "still-there": N_("The file was purged and is still there; the next purge removes it: {detail}"),
    "left": N_("The deliveries are not as the purge of event {seq} left them."),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as event ``seq`` says; 0 if no event speaks of it.

    ``subject`` is the event's; ``detail`` names the differing columns, or the file.
    """

    seq: int
    subject: str
    problem: Problem
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The flaw in the reader's language."""
        return _(_SENTENCES[self.problem]).format(seq=self.seq, subject=self.subject, detail=self.detail)


@dataclass(slots=True)
class Found:
    """The flaws, and per kind of thing how many were compared and how many of these are purged."""

    flaws: list[Flaw] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    purged: Counter[str] = field(default_factory=Counter)

    def differing(self, subject: str, told: list[Told], want: Mapping[str, Any], have: Mapping[str, Any]) -> None:
        """Note the names under which a row has another value than its events want."""
        if names := [name for name, value in want.items() if have[name] != value]:
            self.flaws.append(Flaw(told[-1].seq, subject, "changed", ", ".join(names)))

    def missing(self, connection: Connection, lost: Select[Any]) -> None:
        """Note what a query of event number and subject finds to have no row."""
        self.flaws += [Flaw(row[0], row[1], "missing") for row in connection.execute(lost)]


def told_of(connection: Connection, subjects: Collection[str], kind: str) -> dict[str, list[Told]]:
    """Return the events of one kind, such as ``delivery.``, of subjects, in order."""
    query = select(events.c.seq, events.c.run_id, events.c.kind, events.c.subject, events.c.data)
    query = query.where(events.c.kind.startswith(kind)).order_by(events.c.seq)
    told: dict[str, list[Told]] = {}
    for batch in batches(list(subjects)):
        for seq, run_id, word, subject, data in connection.execute(query.where(events.c.subject.in_(batch))):
            told.setdefault(subject, []).append(Told(seq, run_id, word.removeprefix(kind), json.loads(data)))
    return told


def first_seq(connection: Connection, subject: str) -> int:
    """Return the number of the first event about a subject, 0 if there is none."""
    return connection.scalar(select(func.min(events.c.seq)).where(events.c.subject == subject)) or 0


def raw(column: Column[Any]) -> ColumnElement[str]:
    """Return a JSON column as the text that is stored, whatever somebody made of it."""
    return cast(column, Text).label(column.name)


def digest(content: str | bytes) -> str:
    """Return the SHA-256 even of text that is no text."""
    plain = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return hashlib.sha256(plain).hexdigest()


def paged(connection: Connection, query: Select[Any], key: Column[Any], size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a query in the order of its unique ``key``, so many at a time."""
    query, after = query.order_by(key).limit(size), None
    while page := [dict(row) for row in connection.execute(_behind(query, key, after)).mappings()]:
        yield page
        after = page[-1][key.name]


def _behind(query: Select[Any], key: Column[Any], after: object) -> Select[Any]:
    return query if after is None else query.where(key > after)
