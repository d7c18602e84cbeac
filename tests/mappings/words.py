"""The table of words as tests read it."""

from __future__ import annotations

from functools import lru_cache

from mappings.aliases import Aliases, StandardName
from tests.mappings.rows import FOLDER

TEXT = (FOLDER / "standards/aliases.yaml").read_text(encoding="utf-8")


@lru_cache
def aliases(standard: StandardName = "licence") -> Aliases:
    """Return the words of a standard."""
    return Aliases.parse(TEXT, "aliases.yaml", standard)
