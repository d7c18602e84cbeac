"""Deliveries that are held, differ or are discarded, that correct or withdraw; and leases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BEFORE = ("prepared", "sent", "accepted", "rejected", "unknown", "confirmed", "superseded", "withdrawn")
LIVE_BEFORE = ("prepared", "sent", "accepted", "unknown", "confirmed")
STATES = (
    "held",
    "prepared",
    "sent",
    "accepted",
    "rejected",
    "unknown",
    "differs",
    "confirmed",
    "discarded",
    "superseded",
    "withdrawn",
)
LIVE = ("held", "prepared", "sent", "unknown", "accepted", "differs", "confirmed")
#: What the older deliveries were: first publications that one program prepared under rules nobody noted.
ADDED = {"action": "publish", "replaces": "", "rules": "", "prepared_by": "", "file_name": ""}
INDEXED = ("state", "file_name")


def upgrade() -> None:
    """Add the columns, the states and the table."""
    _set_states(STATES, LIVE, added=ADDED)
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_index("ix_leases_holder", "leases", ["holder"])
    for column in INDEXED:
        op.create_index(f"ix_deliveries_{column}", "deliveries", [column])


def downgrade() -> None:
    """Take them away; fails while a delivery stands in one of the new states."""
    op.drop_table("leases")
    for column in INDEXED:
        op.drop_index(f"ix_deliveries_{column}", "deliveries")
    _set_states(BEFORE, LIVE_BEFORE, removed=tuple(ADDED))


def _set_states(
    states: tuple[str, ...], live: tuple[str, ...], added: dict[str, str] | None = None, removed: tuple[str, ...] = ()
) -> None:
    op.drop_index("one_live_delivery", "deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint(op.f("ck_deliveries_state"), type_="check")
        for name, value in (added or {}).items():
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=value))
        for name in removed:
            table.drop_column(name)
        table.create_check_constraint(op.f("ck_deliveries_state"), f"state IN ({', '.join(map(repr, states))})")
    with op.batch_alter_table("deliveries") as table:
        for name in added or {}:
            table.alter_column(name, server_default=None)
    condition = sa.text(f"state IN ({', '.join(map(repr, live))})")
    op.create_index(
        "one_live_delivery",
        "deliveries",
        ["feed", "record_id", "fingerprint"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )
