"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("prepared", "sent", "accepted", "rejected", "unknown", "confirmed", "superseded", "withdrawn")
LIVE = sa.text("state IN ('prepared', 'sent', 'accepted', 'unknown', 'confirmed')")


def upgrade() -> None:
    """Make every table, and the chain's one row."""
    _runs()
    _rows()
    _findings()
    _deliveries()
    _evidence()
    _events()


def downgrade() -> None:
    """Remove every table."""
    for table in ("chain", "events", "evidence", "receipts", "deliveries", "verdicts", "quarantine", "records"):
        op.drop_table(table)
    for table in ("sightings", "collected", "runs"):
        op.drop_table(table)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _of_a_run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=f"fk_{table}_run_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _runs() -> None:
    op.create_table(
        "runs",
        *_texts("run_id", "bot", "since", "until", "as_of"),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        *_texts("started_at", "finished_at", "state"),
        _json("counts"),
        _json("result"),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
    )
    _index("runs", "started_at")


def _rows() -> None:
    op.create_table(
        "collected",
        *_texts("source", "row_key"),
        sa.Column("number", NUMBER, nullable=False),
        *_texts("run_id", "digest"),
        _json("payload"),
        sa.PrimaryKeyConstraint("source", "row_key", name="pk_collected"),
        sa.UniqueConstraint("number", name="uq_collected_number"),
        _of_a_run("collected"),
    )
    op.create_table(
        "sightings",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("run_id", "source", "numbers"),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        _of_a_run("sightings"),
    )
    op.create_table(
        "records",
        *_texts("record_id", "fingerprint"),
        sa.Column("turn", NUMBER, nullable=False),
        *_texts("run_id", "document_number", "origin", "mapping"),
        _json("content"),
        _json("changed"),
        sa.PrimaryKeyConstraint("record_id", "fingerprint", name="pk_records"),
        sa.UniqueConstraint("turn", name="uq_records_turn"),
        _of_a_run("records"),
    )
    _index("collected", "run_id")
    _index("sightings", "run_id")
    _index("records", "run_id", "document_number")


def _findings() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("run_id", "side", "origin", "document_number", "field", "rule", "mapping"),
        _json("data"),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        _of_a_run("quarantine"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("run_id", "record_id", "document_number", "verdict", "timeliness", "compliance", "bucket", "outcome"),
        _json("data"),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
        _of_a_run("verdicts"),
    )
    _index("quarantine", "run_id", "document_number")
    _index("verdicts", "run_id", "record_id", "document_number")


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        *_texts("run_id", "feed", "record_id", "fingerprint"),
        _json("payload"),
        *_texts("state", "batch_file_sha256", "batch", "reason", "prepared_at", "changed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name=op.f("ck_deliveries_state")),
        _of_a_run("deliveries"),
    )
    _index("deliveries", "run_id", "record_id")
    op.create_index(
        "one_live_delivery",
        "deliveries",
        ["feed", "record_id", "fingerprint"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _evidence() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("run_id", "at", "feed", "batch", "kind", "about", "sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        _of_a_run("receipts"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("run_id", "at", "kind", "about", "sha256", "path"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        _of_a_run("evidence"),
    )
    _index("receipts", "run_id", "sha256")
    _index("evidence", "run_id", "sha256")


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        *_texts("at", "run_id", "kind", "subject", "data", "previous", "hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    _index("events", "run_id", "subject")
    chain = op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        *_texts("hash"),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )
    op.bulk_insert(chain, [{"id": 1, "seq": 0, "hash": "0" * 64}])
