"""What persons decided about records."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INDEXED = ("run_id", "record_id", "document_number")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "dispositions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False),
        *_texts("run_id", "at", "record_id", "document_number", "verdict", "fingerprint", "basis"),
        *_texts("disposition", "reviewer", "reason"),
        sa.Column("settles", sa.Boolean(), nullable=False),
        *_texts("imported_by", "file_sha256"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_dispositions_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dispositions"),
    )
    for column in INDEXED:
        op.create_index(f"ix_dispositions_{column}", "dispositions", [column])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("dispositions")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
