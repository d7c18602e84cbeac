"""How a file that is seen through a mapping is shown: a table a row, or JSON; personal numbers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.printing import Printer
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.previewing import Seen
    from mappings.mapping import Mapping
    from mappings.previewing import Cell
    from mappings.tracing import Step


def show(printer: Printer, mapping: Mapping, sheets: Sequence[Seen]) -> None:
    """Print every row as a table of its fields."""
    from bots.explaining import masked_value

    head = [_("Field"), _("Heading"), _("As it stands"), _("Canonical"), _("Changed by"), _("Fails")]
    for sheet in sheets:
        for row in sheet.rows:
            printer.blocks([(row.origin, [])])
            lines = [
                [
                    mapping.standard.by_name[cell.field].label,
                    " ".join(cell.heading.split()),
                    masked_value(cell.field, cell.raw),
                    masked_value(cell.field, cell.value),
                    " · ".join(map(_called, cell.steps)),
                    _sentence(cell),
                ]
                for cell in row.cells
                if cell.raw or cell.value or cell.fails
            ]
            printer.table(head, lines)
        told = ngettext("{failing} of {count} row fails", "{failing} of {count} rows fail", sheet.height)
        where = str(sheet.place) or mapping.name
        printer.say(f"{where}: {told.format(failing=sheet.failing, count=sheet.height)}")


def told(mapping: Mapping, sheets: Sequence[Seen]) -> dict[str, Any]:
    """Return the same as JSON."""
    from bots.explaining import masked_value

    def as_dict(cell: Cell) -> dict[str, Any]:
        steps = [{"name": each.name, "after": masked_value(cell.field, each.after)} for each in cell.steps]
        return {
            "field": cell.field,
            "label": mapping.standard.by_name[cell.field].label,
            "heading": cell.heading,
            "raw": masked_value(cell.field, cell.raw),
            "value": masked_value(cell.field, cell.value),
            "steps": steps,
            "fails": cell.fails,
            "sentence": _sentence(cell),
        }

    return {
        "mapping": mapping.version,
        "sheets": [
            {
                "place": sheet.place.as_dict(),
                "rows": sheet.height,
                "failing": sheet.failing,
                "shown": [{"origin": row.origin, "cells": list(map(as_dict, row.cells))} for row in sheet.rows],
            }
            for sheet in sheets
        ],
    }


def _called(step: Step) -> str:
    from mappings.tracing import STEPS

    return _(STEPS[step.name]) if step.name in STEPS else step.name.partition(":")[0]


def _sentence(cell: Cell) -> str:
    from mappings.hints import sentence_of

    return sentence_of(cell.fails)
