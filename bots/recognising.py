"""Proposing a mapping for a ledger that nobody has declared: read, recognised, and compared with what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.readers import read_by
from bots.reading import read_text
from bots.workspace import Workspace
from connectors.base import Table
from connectors.files.single import TOTALS, read_file
from connectors.files.tables import TITLE, Tables
from mappings import standards
from mappings.aliases import Aliases, StandardName
from mappings.apply import OWN_COLUMNS
from mappings.proposing import text_of
from mappings.recognised import Recognised
from mappings.recognising import recognise
from words.declared import suggest
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _

#: Known words that make a header where no mapping is there to say how many.
_FEWEST = 2
_KNOWN: tuple[StandardName, ...] = ("licence", "penalty")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file was recognised as.

    Attributes:
        file: its name.
        aliases: the words of the standard that it was read by.
        recognised: its columns.
        text: a mapping file of what is certain, with the questions as comments.
        read_by: a mapping of the workspace that reads it completely.
    """

    file: str
    aliases: Aliases
    recognised: Recognised
    text: str
    read_by: str | None

    @property
    def open(self) -> bool:
        """Whether somebody has to answer something before the mapping is of use."""
        return not self.read_by and not (self.recognised.telling and not self.recognised.of("asked"))


def aliases_of(standard: StandardName) -> Aliases:
    """Return the words that departments use for the fields of a standard."""
    file = "aliases.yaml"
    return Aliases.parse(read_text(Path(standards.__file__).parent, file), file, standard)


def known_standard(name: str | None) -> StandardName | None:
    """Return the standard of a name that somebody typed.

    Raises:
        UsageError: nothing is known of what departments call its fields.
    """
    for known in _KNOWN:
        if name == known:
            return known
    if name is None:
        return None
    raise UsageError(
        "unknown-standard",
        _("There is no standard “{name}”.").format(name=name),
        todo=suggest(name, list(_KNOWN)),
    )


def propose(workspace: Workspace, file: Path, standard: StandardName | None = None) -> Proposal:
    """Recognise the columns of a file.

    Raises:
        UsageError: it cannot be read, or may be of two standards.
        BusinessError: it is not what its name says.
        DriftError: no sheet has a header with known words, or a heading stands twice.
    """
    read = [found for name in ([standard] if standard else _KNOWN) if (found := _read(file, aliases_of(name)))]
    if not read:
        raise _no_header(file)
    aliases, tables, recognised = _likeliest(file, read)
    return Proposal(
        file.name,
        aliases,
        recognised,
        text_of(recognised, aliases.standard, file.name),
        read_by(workspace, file, aliases, tables, recognised),
    )


def write(workspace: Workspace, proposal: Proposal, name: str) -> str:
    """Write the proposal as the mapping ``name`` and return its file; nothing is overwritten.

    Raises:
        UsageError: there is a mapping of this name, or this is not the name of a file.
    """
    file = f"mappings/{name}.yaml"
    if Path(name).name != name or name.startswith("."):
        raise UsageError(
            "not-a-name",
            _("“{name}” cannot be the name of a mapping.").format(name=name),
            todo=_("Give a bare name; the file becomes mappings/NAME.yaml."),
        )
    try:
        with (workspace.folder / file).open("x", encoding="utf-8") as opened:
            opened.write(proposal.text)
    except FileExistsError:
        raise UsageError(
            "mapping-exists",
            _("There is a mapping “{name}” already.").format(name=name),
            todo=_("Give another name; a mapping is never overwritten."),
            place=Place(file=file),
        ) from None
    return file


_Read = tuple[Aliases, Sequence[Table], Recognised]


def _read(file: Path, aliases: Aliases) -> _Read | None:
    """Read a file by words that mean one thing; only if none make a header, by those that have to be asked about too.

    A word such as 日期 below a group such as 许可决定 would otherwise hide what both mean together.
    """
    for words in (aliases.words, aliases.words | aliases.asked.keys()):
        try:
            tables = read_file(file, Tables(frozenset(words), _FEWEST, TOTALS, aliases.standard.name))
        except DriftError as error:
            if error.code != "no-header":
                raise
            continue
        if tables:
            return aliases, tables, recognise(aliases, [_sheet(table) for table in tables])
    return None


def headings_of(table: Table) -> list[str]:
    """Return the headings of a table, without what its reader added."""
    return [name for name in table.rows.columns if name not in OWN_COLUMNS and name != TITLE]


def _sheet(table: Table) -> dict[str, list[str]]:
    return {name: table.rows[name].to_list() for name in headings_of(table)}


def _likeliest(file: Path, read: Sequence[_Read]) -> _Read:
    """Return the standard that knows most of the columns; two that know as many are asked about."""
    ranked = sorted(read, key=lambda each: -_known(each[2]))
    if len(ranked) > 1 and _known(ranked[0][2]) == _known(ranked[1][2]):
        raise UsageError(
            "which-standard",
            _("This ledger may be of licences or of penalties: its headings fit both."),
            todo=_("Say which with --standard licence or --standard penalty."),
            place=Place(file=file.name),
        )
    return ranked[0]


def _known(recognised: Recognised) -> int:
    return len(recognised.of("certain"))


def _no_header(file: Path) -> DriftError:
    return DriftError(
        "no-header",
        _("No sheet of this ledger has a recognisable header row."),
        todo=_("Look at its headings: at least two have to be words that are known; write the mapping by hand if not."),
        place=Place(file=file.name),
    )
