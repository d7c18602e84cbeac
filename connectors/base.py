"""The contract between a bot and the outside world: rows come in as text, records go out as a receiver writes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, runtime_checkable

import polars as pl

from mappings.mapping import Mapping as FieldMapping
from mappings.profiles import Profile
from words.errors import Place, YinxinError


@dataclass(frozen=True, slots=True)
class Window:
    """The decision dates a run covers, both ends included."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Row:
    """One row as its system shows it.

    Attributes:
        key: what the system itself tells its rows apart by.
        digest: hash of what the list shows of the row; the same digest means that the row needs no opening.
        payload: heading or key → text, list and detail together.
        known: the row was taken over from an earlier run because its list entry has not changed.
        label: what a person finds it by, where that is not the key.
        gone: the list has it, and the system shows nothing behind it.
    """

    key: str
    digest: str
    payload: Mapping[str, str]
    known: bool = False
    label: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and how many rows the system says there are altogether."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a ledger as a frame of text, with its own place."""

    place: Place
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence as it came from a connector."""

    kind: str
    about: str
    content: bytes
    suffix: str


#: What is done at a feed: a first publication, another form in the place of the one it shows, or taking it back.
Action = Literal["publish", "correct", "withdraw"]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is about to be handed to a feed.

    Attributes:
        content: the bytes.
        file_name: a name that no other attempt has, by which the feed can be asked for it later.
        rows: which record stands in which row (from 1).
        action: what is done with it.
    """

    content: bytes
    file_name: str
    rows: Mapping[int, str]
    action: Action = "publish"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a feed answered for a batch.

    Attributes:
        batch: the feed's own number of the batch.
        accepted: record ids that it says it took.
        refused: record id → reason, as the feed wrote it.
        papers: the answers as they came: (kind, content).
    """

    batch: str
    accepted: tuple[str, ...]
    refused: Mapping[str, str]
    papers: tuple[tuple[str, bytes], ...] = ()


Known = Mapping[str, tuple[str, Mapping[str, str]]]


class Source(Protocol):
    """A system that approval results are collected from."""

    name: str
    title: str
    mapping: FieldMapping

    def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window page by page; every row exactly once, all rows or an error."""
        ...

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return what the system shows behind one row at this moment; None if it shows nothing any more."""
        ...

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of what a person sees there, after comparing them with what was collected."""
        ...

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        ...


@runtime_checkable
class Incremental(Protocol):
    """A source that can tell how far its changes were read, and go on from there."""

    def go_on(self, mark: str) -> None:
        """Read anew what changed since this mark, and take over the rest from what is known; empty: read all anew."""
        ...

    @property
    def reached(self) -> str:
        """The mark that the last whole collection reached; empty if it reached none."""
        ...


class Ledgers(Protocol):
    """What the departments wrote down."""

    @property
    def name(self) -> str:
        """The connector's name."""
        ...

    @property
    def title(self) -> str:
        """The name a person knows it by."""
        ...

    @property
    def mapping(self) -> FieldMapping:
        """The mapping that reads it."""
        ...

    def readable(self) -> tuple[Sequence[Table], Sequence[YinxinError]]:
        """Return one table for each sheet, file or table that can be read, and an error for each that cannot."""
        ...


class Feed(Protocol):
    """A receiver that records are delivered to.

    Attributes:
        settles: seconds after which an upload that neither list of the feed shows counts as never arrived.
    """

    name: str
    title: str
    profile: Profile
    settles: float

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """The feed's own way of correcting.

        An upload that replaces the row it has; or the row it has is withdrawn and another one published (reissue); or
        none.
        """
        ...

    async def disclosed(self) -> pl.DataFrame:
        """Return the feed's own rows (headings or codes as columns, plus ``received``, ``_origin``, ``_row_key``)."""
        ...

    async def check(self) -> None:
        """Make sure that the receiver's form is the one the profile describes; nothing is sent."""
        ...

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return how one canonical record is taken back: the payload, and the fingerprint of what is shown then.

        The fingerprint is empty if the feed then shows nothing; None if it takes nothing back.
        """
        ...

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (with ``record_id``) in the receiver's own form, in files that begin with ``name``."""
        ...

    async def send(self, batch: Batch) -> Receipt:
        """Hand one batch over and wait for its receipt."""
        ...

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a batch handed over earlier, its records in the order of its rows.

        None if the feed does not know the file, or keeps no list of files.
        """
        ...

    async def evidence(self) -> Sequence[Evidence]:
        """Return the pictures taken while delivering."""
        ...

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        ...


@dataclass(slots=True)
class Album:
    """Evidence gathered while a connector works."""

    pieces: list[Evidence] = field(default_factory=list)

    def add(self, kind: str, about: str, content: bytes, suffix: str) -> None:
        """Put one piece in."""
        self.pieces.append(Evidence(kind, about, content, suffix))

    def take(self) -> list[Evidence]:
        """Return all pieces and start anew."""
        taken, self.pieces = self.pieces, []
        return taken
