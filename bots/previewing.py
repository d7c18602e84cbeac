"""A file as a mapping of the workspace sees it; nothing is remembered and nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bots.readers import mapping_names
from bots.workspace import Workspace
from connectors.base import Table
from connectors.files.single import read_with
from mappings.mapping import Mapping
from mappings.previewing import Row, headings_of, preview
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Seen:
    """One sheet of a file, seen through a mapping.

    Attributes:
        place: the sheet.
        rows: as many rows as were asked for, those that fail first.
        height: how many rows there are.
        failing: how many of them fail.
    """

    place: Place
    rows: Sequence[Row]
    height: int
    failing: int


def see(workspace: Workspace, file: Path, name: str | None, most: int) -> tuple[Mapping, list[Seen]]:
    """Return the mapping, and each sheet of a file as it sees it.

    Raises:
        UsageError: there is no such mapping, or several read the file equally well.
        BusinessError: the file is not what its name says.
        DriftError: the mapping does not know its headings, or two columns answer to one field.
    """
    mapping, tables = _named(workspace, file, name) if name else _best(workspace, file)
    seen = []
    for table in tables:
        rows, failing = preview(mapping, table.rows, most, place=table.place)
        seen.append(Seen(table.place, rows, table.rows.height, failing))
    return mapping, seen


def reading(workspace: Workspace, file: Path) -> Mapping:
    """Return the mapping that reads most columns of a file.

    Raises:
        UsageError: none reads it, or several as well.
        BusinessError: the file is not what its name says.
    """
    return _best(workspace, file)[0]


_Read = tuple[Mapping, Sequence[Table]]


def _named(workspace: Workspace, file: Path, name: str) -> _Read:
    mapping = workspace.mapping(name)
    return mapping, read_with(file, mapping)


def _best(workspace: Workspace, file: Path) -> _Read:
    """Return the mapping that reads most columns of a file."""
    read: list[_Read] = []
    for name in mapping_names(workspace):
        with suppress(DriftError):
            read.append(_named(workspace, file, name))
    most = max(map(_columns, read), default=0)
    best = [each for each in read if _columns(each) == most]
    if len(best) != 1:
        raise UsageError(
            "which-mapping",
            _("Not exactly one mapping reads this file best: {names}.").format(
                names=", ".join(mapping.name for mapping, _tables in best) or "–"
            ),
            todo=_("Say which with --mapping NAME, or let “yinxin mappings propose FILE” make one."),
            place=Place(file=file.name),
        )
    return best[0]


def _columns(read: _Read) -> int:
    mapping, tables = read
    return sum(any(found) for table in tables for found in headings_of(mapping, table.rows).values())
