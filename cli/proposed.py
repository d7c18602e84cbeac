"""How a proposed mapping is shown: what is certain, what has to be answered, what is not read; or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.printing import Printer
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.recognising import Proposal
    from mappings.recognised import Candidate, Column


def show(printer: Printer, proposal: Proposal) -> None:
    """Print a table of what is certain, and a block for each question."""
    from mappings.recognised import REASONS, SURENESS

    recognised, standard = proposal.recognised, proposal.aliases.standard
    if proposal.read_by:
        printer.say(_("The mapping “{name}” reads this file completely.").format(name=proposal.read_by))
    certain = [
        [_flat(column), _named(proposal, each), _(SURENESS[each.sureness]), _fitting(each, column)]
        for column in recognised.of("certain")
        for each in column.candidates
    ]
    printer.blocks([(_("{file}: {standard}").format(file=proposal.file, standard=standard.label), [])])
    printer.table([_("Heading"), _("Field"), _("Because"), _("Values that fit")], certain)
    asked = () if proposal.read_by else recognised.of("asked")
    for column in asked:
        answers = [(_named(proposal, each), _fitting(each, column)) for each in column.candidates]
        printer.blocks([(f"? {_flat(column)}: {_(REASONS[column.why])}", answers)])
    if left := [each for each in recognised.columns if each.fate in {"beside", "unknown"}]:
        printer.blocks([(_("Not read"), [("", "、".join(map(_flat, left)))])])
    if not recognised.telling:
        printer.say(_("Nothing certain says which decision a row means: a document number, or a name and a day."))
    if asked:
        count = ngettext("{count} question is open.", "{count} questions are open.", len(asked))
        printer.say(count.format(count=len(asked)))


def _flat(column: Column) -> str:
    return " ".join(column.heading.split())


def _named(proposal: Proposal, candidate: Candidate) -> str:
    field = proposal.aliases.standard.by_name[candidate.field]
    return " · ".join((field.name, field.label, *candidate.transforms))


def _fitting(candidate: Candidate, column: Column) -> str:
    return f"{candidate.share:.0%}" if column.values else "–"


def told(proposal: Proposal) -> dict[str, Any]:
    """Return the same as JSON."""
    from mappings.proposing import rule_of
    from mappings.recognised import REASONS

    return {
        "file": proposal.file,
        "standard": proposal.aliases.standard.name,
        "read_by": proposal.read_by,
        "telling": proposal.recognised.telling,
        "columns": [
            {
                "heading": column.heading,
                "fate": column.fate,
                "candidates": [
                    {
                        "field": each.field,
                        "transforms": each.transforms,
                        "sureness": each.sureness,
                        "share": each.share if column.values else None,
                        "rule": rule_of(column, each),
                    }
                    for each in column.candidates
                ],
                "why": column.why,
                "reason": _(REASONS[column.why]) if column.why else "",
                "values": column.values,
            }
            for column in proposal.recognised.columns
        ],
        "mapping": proposal.text,
    }
