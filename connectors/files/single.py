"""One file that a person names, read as a folder of ledgers would read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.base import Table
from connectors.files.declared import FilesDeclared, Limits, Reading
from connectors.files.opening import sheets_of
from connectors.files.tables import Tables
from mappings.mapping import Mapping
from words.errors import Place, UsageError
from words.languages import gettext as _

#: What begins a row that is no record, where no connector says otherwise.
TOTALS: tuple[str, ...] = FilesDeclared.model_fields["totals"].default


def read_file(file: Path, tables: Tables) -> Sequence[Table]:
    """Return one table for each sheet that holds records, all cells as text.

    Raises:
        UsageError: it is not there, or nobody may read it.
        BusinessError: it is not what its name says, or must not be opened.
        DriftError: no sheet has a recognisable header.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(
            "unreadable-file",
            _("This file cannot be read: {reason}").format(reason=error),
            todo=_("Name a file that is there and that you may read."),
            place=Place(file=str(file)),
        ) from error
    return tables.of(file.name, sheets_of(content, file.name, Reading(), Limits(), tables.words))


def read_with(file: Path, mapping: Mapping) -> Sequence[Table]:
    """Return the tables of a file by the headings that a mapping knows; raises what ``read_file`` does."""
    return read_file(file, Tables.of_mapping(mapping, TOTALS))
