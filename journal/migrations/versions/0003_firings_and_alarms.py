"""Schedules and their firings, workers, and alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table("schedules", _key("name"), *_texts("settled_until"), _primary("schedules", "name"))
    op.create_table(
        "firings",
        *(_key("schedule"), _key("due_at")),
        *_texts("bot", "queue"),
        sa.Column("priority", sa.Integer(), nullable=False),
        *_texts("starts_at", "deadline_at", "state", "reason"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("run_id"),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        *_texts("changed_at"),
        _primary("firings", "schedule", "due_at"),
    )
    op.create_index("ix_firings_state", "firings", ["state"])
    op.create_table(
        "workers",
        _key("name"),
        *_texts("queues"),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        *_texts("started_at", "doing"),
        sa.Column("seen", sa.Float(), nullable=False),
        _primary("workers", "name"),
    )
    op.create_table(
        "alarms",
        _key("key"),
        *_texts("kind", "actor", "sentence", "todo", "since", "seen_at"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        *_texts("over_at"),
        _primary("alarms", "key"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("alarms", "workers", "firings", "schedules"):
        op.drop_table(table)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")
