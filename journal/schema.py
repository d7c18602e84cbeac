"""The tables. Times are UTC ISO text, dates ISO text, digests lower-case hexadecimal; JSON is canonical text.

Nothing personal stands in ``events``, so that personal values can be removed elsewhere while the chain stays whole.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from journal.states import LIVE, State

#: The newest revision in ``migrations/versions``; revisions are numbered so that text order is their order.
REVISION = "0005"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite makes a row number only of a column that is declared exactly INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str, *, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, index=index or None)


def _number() -> Column[int]:
    return Column("id", Number, primary_key=True)


def _run() -> Column[str]:
    return Column("run_id", Text, ForeignKey("runs.run_id"), nullable=False, index=True)


def _json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    _text("bot"),
    _text("since"),
    _text("until"),
    _text("as_of"),
    Column("dry_run", Boolean, nullable=False),
    _text("started_at", index=True),
    _text("finished_at"),
    _text("state"),
    _json("counts"),
    _json("result"),
)

#: The newest form of every row, as its system shows it; ``number`` is what ``sightings`` speaks of.
collected = Table(
    "collected",
    metadata,
    Column("source", Text, primary_key=True),
    Column("row_key", Text, primary_key=True),
    Column("number", Number, nullable=False, unique=True),
    _run(),
    _text("digest"),
    _json("payload"),
)

#: Which rows a run saw: row numbers as ranges such as ``1-2772,2790``, so that an unchanged row costs no write.
sightings = Table("sightings", metadata, _number(), _run(), _text("source"), _text("numbers"))

#: ``turn`` rises whenever another form of a record becomes the newest, also when an earlier one returns.
records = Table(
    "records",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("turn", Number, nullable=False, unique=True),
    _run(),
    _text("document_number", index=True),
    _text("origin"),
    _text("mapping"),
    _json("content"),
    _json("changed"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _number(),
    _run(),
    _text("side"),
    _text("origin"),
    _text("document_number", index=True),
    _text("field"),
    _text("rule"),
    _text("mapping"),
    _json("data"),
)

verdicts = Table(
    "verdicts",
    metadata,
    _number(),
    _run(),
    _text("record_id", index=True),
    _text("document_number", index=True),
    _text("verdict"),
    _text("timeliness"),
    _text("compliance"),
    _text("bucket"),
    _text("outcome"),
    _json("data"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _run(),
    _text("feed"),
    _text("record_id", index=True),
    _text("fingerprint"),
    _json("payload"),
    _text("state", index=True),
    _text("batch_file_sha256"),
    _text("batch"),
    _text("reason"),
    _text("prepared_at"),
    _text("changed_at"),
    _text("action"),
    _text("replaces"),
    _text("rules"),
    _text("prepared_by"),
    _text("file_name", index=True),
    CheckConstraint(f"state IN ({', '.join(repr(state.value) for state in State)})", name="state"),
)
_live = deliveries.c.state.in_(LIVE)
Index(
    "one_live_delivery",
    deliveries.c.feed,
    deliveries.c.record_id,
    deliveries.c.fingerprint,
    unique=True,
    sqlite_where=_live,
    postgresql_where=_live,
)

#: What persons decided about records, in the order of ``id``; none is ever changed, and a later one takes its place.
dispositions = Table(
    "dispositions",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    _run(),
    _text("at"),
    _text("record_id", index=True),
    _text("document_number", index=True),
    _text("verdict"),
    _text("fingerprint"),
    _text("basis"),
    _text("disposition"),
    _text("reviewer"),
    _text("reason"),
    Column("settles", Boolean, nullable=False),
    _text("imported_by"),
    _text("file_sha256"),
)

receipts = Table(
    "receipts",
    metadata,
    _number(),
    _run(),
    _text("at"),
    _text("feed"),
    _text("batch"),
    _text("kind"),
    _text("about"),
    _text("sha256", index=True),
    Column("content", LargeBinary, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    _number(),
    _run(),
    _text("at"),
    _text("kind"),
    _text("about"),
    _text("sha256", index=True),
    _text("path"),
)

#: Two events can never follow the same one: both would bear the same ``seq``. A second unique index, on random hashes,
#: would only repeat that at the price of a page for every event.
events = Table(
    "events",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    _text("at"),
    _text("run_id", index=True),
    _text("kind"),
    _text("subject", index=True),
    _text("data"),
    _text("previous"),
    _text("hash"),
)

#: Who is at work on what; a row whose time is up, or whose holder is known to be dead, may be taken over.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    _text("holder", index=True),
    _text("about"),
    Column("until", Float, nullable=False),
)

#: Up to which moment every due time of a schedule has been settled.
schedules = Table("schedules", metadata, Column("name", Text, primary_key=True), _text("settled_until"))

#: Every due time of every schedule, once; ``starts_at`` is when it may be claimed: due, and jitter or a pause.
firings = Table(
    "firings",
    metadata,
    Column("schedule", Text, primary_key=True),
    Column("due_at", Text, primary_key=True),
    _text("bot"),
    _text("queue"),
    Column("priority", Integer, nullable=False),
    _text("starts_at"),
    _text("deadline_at"),
    _text("state", index=True),
    _text("reason"),
    Column("attempts", Integer, nullable=False),
    _text("run_id"),
    Column("exit_code", Integer),
    _text("changed_at"),
)

#: Who is there to run firings; one that was not seen for long is gone.
workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    _text("queues"),
    Column("concurrency", Integer, nullable=False),
    _text("started_at"),
    _text("doing"),
    Column("seen", Float, nullable=False),
)

#: What somebody has to be told, by what it is about; ``told`` says to whom and when, and ``over_at`` is empty while it
#: lasts.
alarms = Table(
    "alarms",
    metadata,
    Column("key", Text, primary_key=True),
    _text("kind"),
    _text("actor"),
    _text("sentence"),
    _text("todo"),
    _text("since"),
    _text("seen_at"),
    Column("times", Integer, nullable=False),
    _json("told"),
    _text("over_at"),
)

#: Up to when the requests that a login may make have been given out, in seconds since 1970.
turns = Table("turns", metadata, Column("name", Text, primary_key=True), Column("until", Float, nullable=False))

#: How a system's page, form or table was built when it was last accepted, and how else it was found since, if it was.
layouts = Table(
    "layouts",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("aspect", Text, primary_key=True),
    _json("accepted"),
    _json("found"),
    _text("changed_at"),
)

#: How many rows a source showed, by the day it was asked and the days it was asked for.
visits = Table(
    "visits",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("span", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
)

#: Up to where a source has been read whose rows have come to their ends; it only moves when they have.
marks = Table("marks", metadata, Column("connector", Text, primary_key=True), _text("mark"), _text("run_id"))

#: One row: the newest event. Every write locks it first, which puts the writers of all machines in one line.
chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),
    _text("hash"),
)
