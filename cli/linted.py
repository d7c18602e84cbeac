"""How what was found about mappings is shown: a table a mapping, or JSON; personal numbers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.printing import Block, Printer, opening
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.linting import Linted
    from mappings.remarks import Remark

_SHOWN = 40  # remarks of one mapping that a terminal lists
_CALLED = {"error": N_("error"), "warning": N_("warning"), "note": N_("note")}


def show(printer: Printer, found: Sequence[Linted]) -> None:
    """Print the versions, then everything that was found."""
    if not printer.as_json:
        for error in (error for each in found for error in (*each.faults, *each.troubles)):
            printer.error(error)
    printer.table([_("Mapping"), _("Version")], [[each.name, each.version] for each in found if each.version])
    for each in found:
        if each.remarks:
            _show(printer, each)
        if each.rows is not None:
            told = ngettext("{count} row was looked at.", "{count} rows were looked at.", each.rows)
            printer.say(told.format(count=each.rows))


def _show(printer: Printer, linted: Linted) -> None:
    printer.blocks([_block(linted.name, each) for each in linted.remarks[:_SHOWN]])
    if len(linted.remarks) > _SHOWN:
        more = len(linted.remarks) - _SHOWN
        printer.say(_("… and {more} more; --json lists them all.").format(more=more))


def _block(name: str, remark: Remark) -> Block:
    where = f"mappings/{name}.yaml" + (f":{remark.line}" if remark.line else "")
    rows = ngettext("{count} row", "{count} rows", remark.count or 0).format(count=remark.count)
    examples = "; ".join(" ".join(filter(None, example)) for example in _examples(remark))
    lines = [
        ("", remark.what),
        ("", " · ".join(filter(None, (rows if remark.count else "", examples)))),
        ("", "" if remark.gravity == "note" else remark.todo),
    ]
    heading = " · ".join(filter(None, (opening(_(_CALLED[remark.gravity])), where, remark.field)))
    return heading, [each for each in lines if each[1]]


def told(found: Sequence[Linted]) -> dict[str, Any]:
    """Return the same as JSON."""
    return {
        "mappings": {each.name: each.version for each in found if each.version},
        "findings": [
            {
                "mapping": each.name,
                "file": f"mappings/{each.name}.yaml",
                "line": remark.line,
                "field": remark.field,
                "severity": remark.gravity,
                "code": remark.code,
                "what": remark.what,
                "count": remark.count,
                "examples": [{"origin": origin, "value": value} for origin, value in _examples(remark)],
                "todo": remark.todo,
            }
            for each in found
            for remark in each.remarks
        ],
        "rows": {each.name: each.rows for each in found if each.rows is not None},
    }


def _examples(remark: Remark) -> list[tuple[str, str]]:
    from bots.explaining import masked_value

    return [(origin, masked_value(remark.field, value)) for origin, value in remark.examples]
