"""A journal on every database, as the journal's own tests have it."""

from tests.journal.conftest import journal, url
from tests.postgres import postgres

__all__ = ["journal", "postgres", "url"]
