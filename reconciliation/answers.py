"""What persons wrote into the rows of a workbook, and one answer of it per record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from words.errors import BusinessError, Place
from words.languages import gettext as _

_SAID = ("disposition", "reviewer", "reason")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote into a row; ``sheet`` and ``row`` as that person sees them."""

    sheet: str
    row: int
    record_id: str
    disposition: str
    reviewer: str
    reason: str


def by_record(answers: Iterable[Answer], file: str) -> tuple[list[Answer], list[BusinessError]]:
    """Return one answer per record, of which several rows speak where several fields differ, and what contradicts.

    A reviewer or a reason that only one of the rows states holds for all of them.
    """
    rows: dict[str, list[Answer]] = {}
    for each in answers:
        rows.setdefault(each.record_id, []).append(each)
    problems = []
    for key, mine in list(rows.items()):
        told = [Counter(filter(None, (getattr(each, name) for each in mine))) for name in _SAID]
        if max(map(len, told)) > 1:
            del rows[key]
            problems.append(_contradicts(mine, file))
    return [_merged(mine) for mine in rows.values()], problems


def _merged(mine: list[Answer]) -> Answer:
    first = mine[0]
    said = (next(filter(None, (getattr(each, name) for each in mine)), "") for name in _SAID)
    return Answer(first.sheet, first.row, first.record_id, *said)


def _contradicts(mine: list[Answer], file: str) -> BusinessError:
    told = _("; ").join(f"{each.sheet} {each.row}: {each.disposition} {each.reviewer} {each.reason}" for each in mine)
    return BusinessError(
        "rows-contradict",
        _("The rows of one record say different things: {rows}").format(rows=told),
        todo=_("Answer one of its rows, or all of them alike."),
        place=Place(file=file, sheet=mine[-1].sheet, row=mine[-1].row),
    )
