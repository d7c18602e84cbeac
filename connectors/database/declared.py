"""What an integrator declares of a database: how to get in, what is read, and which exchange tables are written."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from connectors.base import Action
from connectors.database.addresses import address_of
from connectors.kinds import Connected, Role
from words.declared import Declared

#: What is filled in where ``fixed`` has it in braces.
BLANKS = ("row", "batch", "number", "operation", "reason", "now")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`")
_ASKING = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_NOT_ASKING = re.compile(r";|--|/\*|\b(?:insert|update|delete|merge|into|for\s+update)\b", re.IGNORECASE)


def _address(written: str) -> str:
    address_of(written)
    return written


def _question(text: str) -> str:
    plain = _QUOTED.sub("''", text)
    if text and (not _ASKING.match(plain) or _NOT_ASKING.search(plain)):
        raise ValueError("write one SELECT that changes nothing, without a semicolon and without comments")
    return text


def _fillable(fixed: dict[str, str]) -> dict[str, str]:
    for text in fixed.values():
        named = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None]
        if unknown := [name for name in named if name not in BLANKS]:
            raise ValueError(f"{{{unknown[0]}}} is filled with nothing; there are {', '.join(BLANKS)}")
    return fixed


class Query(Declared):
    """What is read: a table, a view or a SELECT.

    Attributes:
        table: its name, a schema in front of it if it needs one.
        select: one SELECT instead of a table.
        columns: column → the heading under which the mapping knows it; without any, all columns by their own names.
        key: the columns that together tell rows apart; the order in which pages are read.
        since_column: the column with the decision date; without one, every window has all rows.
        since_format: how that column writes a date, if it holds text that sorts like dates.
        changed_column: the column that grows whenever a row changes.
        overlap: by how much ``changed_column`` is read anew behind the mark: seconds, or a number if it holds numbers.
        received_column: in a feed: the column with the day on which the receiver took the row.
        label: the heading by which a person finds a row.
        ignore: headings that say nothing about the record.
        size: rows in a page.
    """

    table: str = ""
    select: Annotated[str, AfterValidator(_question)] = ""
    columns: dict[str, str] = {}
    key: tuple[str, ...] = Field(min_length=1)
    since_column: str = ""
    since_format: str = ""
    changed_column: str = ""
    overlap: float = Field(default=300, ge=0)
    received_column: str = ""
    label: str = ""
    ignore: tuple[str, ...] = ()
    size: int = Field(default=1000, ge=1, le=10_000)

    @model_validator(mode="after")
    def _one_of_two(self) -> Query:
        if bool(self.table) == bool(self.select):
            raise ValueError("give either table or select")
        return self


class Status(Declared):
    """How the receiver says what became of a row.

    Attributes:
        column: the column it writes into.
        pending: what we write there, and whatever else means that it has not judged yet.
        done: the values that mean taken.
        failed: the values that mean refused.
        error: the column with its reason.
    """

    column: str
    pending: tuple[str, ...] = Field(min_length=1)
    done: tuple[str, ...] = Field(min_length=1)
    failed: tuple[str, ...] = Field(min_length=1)
    error: str = ""


class Target(Declared):
    """One exchange table.

    Attributes:
        table: its name, a schema in front of it if it needs one.
        row: the column that takes our own number of the row, 32 letters and digits, by which it is found again.
        columns: column → heading of the profile; without any, each heading is a column.
        fixed: column → text, in which ``{row}``, ``{batch}``, ``{number}``, ``{operation}``, ``{reason}`` and ``{now}``
            are filled in.
        update: the columns by which a correction finds the one row that it changes; without any, nothing is ever
            changed, and a correction is one more row.
        status: how the receiver says what became of a row.
    """

    table: str
    row: str
    columns: dict[str, str] = {}
    fixed: Annotated[dict[str, str], AfterValidator(_fillable)] = {}
    update: tuple[str, ...] = ()
    status: Status | None = None


class Writing(Declared):
    """How records are handed over.

    Attributes:
        tables: the tables that get one row of each record, in this order, in one transaction.
        operations: what ``{operation}`` is for ``publish``, ``correct`` and ``withdraw``; what is not named is never
            done.
        rows: the most records in one transaction.
        settles: seconds that a row is asked after; and after which one that is not there counts as never arrived.
    """

    tables: tuple[Target, ...] = Field(min_length=1)
    operations: dict[Action, str] = {"publish": ""}
    rows: int = Field(default=500, ge=1, le=9999)
    settles: float = Field(default=60, ge=0)

    @field_validator("tables")
    @classmethod
    def _each_once(cls, tables: tuple[Target, ...]) -> tuple[Target, ...]:
        if len({each.table for each in tables}) < len(tables):
            raise ValueError("each table stands here once")
        return tables


class DatabaseDeclared(Connected):
    """A database, as a source or ledgers (``mapping``), as a feed (``profile`` and ``write``), or both.

    Attributes:
        url: its address as SQLAlchemy writes it, without user and password.
        user: who signs in.
        secret: the name of the secret that holds the password.
        verify: the server's certificate is verified unless this says otherwise; nothing is encrypted for sure then.
        ca: a file with the authority's certificate, relative to the workspace; without it, those the machine trusts.
        timeout: seconds until a connection or an answer counts as never coming.
        read: what is read; in a feed, what the receiver shows.
        write: the exchange tables.
    """

    kind: Literal["database"]
    url: Annotated[str, AfterValidator(_address)]
    user: str = ""
    secret: str = ""
    verify: bool = True
    ca: str = ""
    timeout: float = Field(default=30, gt=0)
    read: Query
    write: Writing | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """What it is in a bot: read by windows it is a source; without them it may be a ledger as well."""
        mapped: tuple[Role, ...] = ("source",) if self.read.since_column else ("ledger", "source")
        return (*(mapped if self.mapping else ()), *(("feed",) if self.profile else ()))

    @property
    def where(self) -> str:
        """Its address."""
        return self.url

    @property
    def claim(self) -> str:
        """Its login, by address and user."""
        return f"login {self.url} {self.user}"

    @property
    def row_label(self) -> str:
        """The heading by which a person finds a row."""
        return self.read.label
