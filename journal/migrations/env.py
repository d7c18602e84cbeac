"""Runs the revisions inside the transaction that ``journal.database`` has begun."""

from alembic import context

from journal.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
