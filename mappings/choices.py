"""Values of code tables: one entry, or several in one text (``罚款、没收违法所得``).

Several stand in the order of the table, each once, so that two systems that list them otherwise agree.
"""

from __future__ import annotations

import re

from mappings.normalise import BETWEEN, blank, fold, normalise
from mappings.standards.fields import Field, Kind

_SEPARATOR = re.compile(r"[、,;|/]")


def fits_choice(value: str, choices: tuple[str, ...]) -> bool:
    """Whether a text stands in a code table, or follows an entry that admits a note (``其他-``)."""
    return any(
        value.startswith(entry) and value != entry if entry.endswith("-") else value == entry for entry in choices
    )


def parts(text: str) -> list[str]:
    """Return the texts that a system put into one, whatever stands between them."""
    return [part for part in _SEPARATOR.split(re.sub(r"\s", "", fold(text))) if not blank(part)]


def entries(field: Field, text: str) -> list[str]:
    """Return the entries that a text names, each once, in the table's order; behind a note its own words stay with it.

    What the table knows by another name gets the table's own; what it does not know comes first, as part of no note.
    """
    own = dict(field.synonyms)
    named: list[str] = []
    for part in (own.get(each, each) for each in parts(text)):
        if named and _noted(field, named[-1]) and not fits_choice(part, field.choices):
            named[-1] += f"{BETWEEN}{part}"
        else:
            named.append(part)
    return sorted(dict.fromkeys(named), key=lambda each: _place(field, each))


def canonical(field: Field, text: str) -> str:
    """Return the canonical text of a value of this field, as ``normalise`` does for its kind.

    Raises:
        Unfit: it has none.
    """
    value = normalise(field.kind, text)
    if field.kind is Kind.CHOICES:
        return BETWEEN.join(entries(field, value))
    return value


def _noted(field: Field, part: str) -> bool:
    return part not in field.choices and fits_choice(part, field.choices)


def _place(field: Field, part: str) -> tuple[int, str]:
    """Notes have no order of their own, so they stand by their text."""
    found = (place for place, entry in enumerate(field.choices) if fits_choice(part, (entry,)))
    return next(found, -1), part
