"""Checking mappings: by themselves, or against the rows of a file, of the ledgers, or of a source's first page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.checking import first_page_alone
from bots.reading import read_text
from bots.recognising import aliases_of, known_standard
from bots.workspace import Workspace
from connectors.base import Table
from connectors.files.single import read_with
from mappings.aliases import Aliases
from mappings.linting import static
from mappings.mapping import Mapping, faults
from mappings.measuring import measured
from mappings.remarks import Remark, by_gravity
from mappings.shortcomings import shortcomings
from words.errors import BusinessError, Place, UsageError, YinxinError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found about one mapping or profile.

    Attributes:
        name: its file without the ending.
        version: what it is now; empty if it cannot be read.
        faults: for which it cannot be used at all.
        remarks: what else was found, gravest first.
        troubles: files that could not be read, so that nothing is known of their rows.
        rows: how many rows were looked at; None if it was checked by itself.
    """

    name: str
    version: str
    faults: tuple[YinxinError, ...] = ()
    remarks: tuple[Remark, ...] = ()
    troubles: tuple[YinxinError, ...] = ()
    rows: int | None = None

    @property
    def exit_code(self) -> int:
        """2 if it cannot be used, 1 if something needs a person."""
        graves = {remark.gravity for remark in self.remarks}
        if self.faults or "error" in graves:
            return UsageError.exit_code
        return BusinessError.exit_code if self.troubles or "warning" in graves else 0


def lint(workspace: Workspace, stem: str) -> Linted:
    """Check one mapping or profile by itself."""
    file = f"mappings/{stem}.yaml"
    try:
        version = workspace.rules_version(stem)
    except YinxinError as error:
        found = (
            ()
            if stem.endswith(".profile") or error.code in {"not-declared", "unreadable-file"}
            else _faults(workspace, file)
        )
        return Linted(stem, "", tuple(found) or (error,))
    if stem.endswith(".profile"):
        return Linted(stem, version)
    text = read_text(workspace.folder, file)
    return Linted(stem, version, remarks=tuple(by_gravity(static(workspace.mapping(stem), text))))


def lint_file(workspace: Workspace, stem: str, file: Path) -> Linted:
    """Check a mapping against the rows of a file.

    Raises:
        UsageError: the mapping cannot be used, or the file cannot be read.
        BusinessError: the file is not what its name says.
        DriftError: the mapping does not know its headings.
    """
    mapping = workspace.mapping(stem)
    return _against(workspace, mapping, read_with(file, mapping), ())


def lint_connector(workspace: Workspace, name: str, say: Callable[[str], None]) -> Linted:
    """Check a connector's mapping against all its ledgers, or against the first page of a source.

    Raises:
        UsageError: the connector reads nothing.
        YinxinError: what it connects is not as declared.
    """
    roles = workspace.connector(name).roles
    if "ledger" in roles:
        ledgers = workspace.ledgers(name)
        tables, unreadable = ledgers.readable()
        return _against(workspace, ledgers.mapping, tables, unreadable)
    if "source" not in roles:
        raise UsageError(
            "nothing-read",
            _("The connector “{name}” has no mapping: no rows come from it.").format(name=name),
            todo=_("Name a source or ledgers."),
            place=Place(file=f"connectors/{name}.yaml", field="mapping"),
        )
    declared = workspace.connector(name)
    rows = first_page_alone(workspace, name, say)
    table = Table(Place(system=declared.title), rows)
    return _against(workspace, workspace.mapping(declared.mapping or ""), [table], ())


def _faults(workspace: Workspace, file: str) -> Sequence[YinxinError]:
    return faults(read_text(workspace.folder, file), file)


def _against(
    workspace: Workspace, mapping: Mapping, tables: Sequence[Table], troubles: Sequence[YinxinError]
) -> Linted:
    text = read_text(workspace.folder, f"mappings/{mapping.name}.yaml")
    measure = measured(mapping, ((table.rows, table.place) for table in tables))
    remarks = by_gravity([*static(mapping, text), *shortcomings(measure, text, _aliases(mapping))])
    return Linted(
        mapping.name,
        mapping.version,
        remarks=tuple(remarks),
        troubles=tuple(troubles),
        rows=sum(table.rows.height for table in tables),
    )


def _aliases(mapping: Mapping) -> Aliases | None:
    try:
        standard = known_standard(mapping.standard.name)
    except UsageError:
        return None
    return aliases_of(standard) if standard else None
