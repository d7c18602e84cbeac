"""What is remembered of the systems at the edges: turns, layouts, visits, marks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables."""
    op.create_table("turns", _key("name"), sa.Column("until", sa.Float(), nullable=False), _primary("turns", "name"))
    op.create_table(
        "layouts",
        *(_key("connector"), _key("aspect")),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        _key("changed_at"),
        _primary("layouts", "connector", "aspect"),
    )
    op.create_table(
        "visits",
        *(_key("connector"), _key("day")),
        sa.Column("span", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _primary("visits", "connector", "day", "span"),
    )
    op.create_table("marks", _key("connector"), _key("mark"), _key("run_id"), _primary("marks", "connector"))


def downgrade() -> None:
    """Take them away."""
    for table in ("marks", "visits", "layouts", "turns"):
        op.drop_table(table)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")
