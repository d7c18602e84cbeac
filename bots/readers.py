"""Which mappings of a workspace read a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bots.workspace import Workspace
from connectors.base import Table
from connectors.files.single import read_with
from mappings.aliases import Aliases
from mappings.headers import plain_header
from mappings.mapping import Mapping
from mappings.measuring import measured
from mappings.recognised import Recognised
from words.errors import BusinessError, DriftError, UsageError


def mapping_names(workspace: Workspace) -> list[str]:
    """Return the names of the workspace's mappings, without its profiles."""
    return [name for name in workspace.names("mappings") if not name.endswith(".profile")]


def read_by(
    workspace: Workspace, file: Path, aliases: Aliases, tables: Sequence[Table], recognised: Recognised
) -> str | None:
    """Return the first mapping of the workspace that reads every column of a file that says anything."""
    for name in mapping_names(workspace):
        try:
            mapping = workspace.mapping(name)
            if mapping.standard is aliases.standard and _reads(file, mapping, tables, recognised):
                return name
        except (UsageError, DriftError, BusinessError):
            continue
    return None


def _reads(file: Path, mapping: Mapping, tables: Sequence[Table], recognised: Recognised) -> bool:
    """Whether a mapping finds the same rows, can use them, and leaves no column out but on purpose."""
    own = read_with(file, mapping)
    if [(table.place, table.rows.height) for table in own] != [(table.place, table.rows.height) for table in tables]:
        return False
    if measured(mapping, ((table.rows.head(1), table.place) for table in own)).unusable:
        return False
    words = [word for rule in mapping.fields.values() for each in rule.chain for word in each.headers]
    read = {plain_header(word) for word in (*words, *mapping.ignore)}
    speaking = [each.word for each in recognised.columns if each.fate in {"certain", "asked"} and each.why != "item"]
    return read.issuperset(speaking)
