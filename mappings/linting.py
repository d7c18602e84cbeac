"""What can be said of a mapping without any rows: collisions, what every row will lack, what is written twice."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.headers import plain_header
from mappings.mapping import FieldRule, Mapping
from mappings.recognised import TELLING
from mappings.remarks import Remark
from mappings.standards.fields import Need
from words.declared import line_of
from words.languages import gettext as _


def static(mapping: Mapping, text: str) -> list[Remark]:
    """Return what can be said of a mapping that its lint does not refuse."""
    return [*_two_fields(mapping, text), *_twice(mapping, text), *_conditional(mapping, text), *_telling(mapping, text)]


def line(text: str, field: str) -> int | None:
    """Return the line of a field's rule."""
    return line_of(text, ("fields", field))


def _two_fields(mapping: Mapping, text: str) -> Iterator[Remark]:
    """One heading that two fields read in the same way: one of them holds what the other is about."""
    readers: dict[tuple[str, str], list[str]] = {}
    for name, rule in mapping.fields.items():
        for each in rule.chain:
            for word in dict.fromkeys(map(plain_header, each.headers)):
                readers.setdefault((word, _how(each)), []).append(name)
    for (word, _rule), names in readers.items():
        if len(set(names)) > 1:
            yield Remark(
                "warning",
                "heading-two-fields",
                _("Several fields read the heading “{heading}” in the same way: {fields}.").format(
                    heading=word, fields=", ".join(dict.fromkeys(names))
                ),
                _("Take it out of all but one, or give transforms that tell its parts apart."),
                names[-1],
                line(text, names[-1]),
            )


def _how(rule: FieldRule) -> str:
    return repr((rule.transforms, sorted((rule.codes or {}).items())))


def _twice(mapping: Mapping, text: str) -> Iterator[Remark]:
    for name, rule in mapping.fields.items():
        words = [plain_header(word) for each in rule.chain for word in each.headers]
        ways = [(plain_header(word), _how(each)) for each in rule.chain for word in each.headers]
        for word in sorted({word for word in words if words.count(word) > 1}):
            if len({way for way in ways if way[0] == word}) == 1:
                yield Remark(
                    "warning",
                    "heading-twice-in-rule",
                    _("The rule names the heading “{heading}” twice.").format(heading=word),
                    _("Take one of them out."),
                    name,
                    line(text, name),
                )


def _conditional(mapping: Mapping, text: str) -> Iterator[Remark]:
    """What the standard demands of some records; a ledger may leave it out."""
    for field in mapping.standard.fields:
        if field.need is Need.CONDITIONAL and field.name not in mapping.fields and not mapping.partial:
            yield Remark(
                "warning",
                "unmapped-conditional",
                _("The field “{name}” ({label}), which the standard demands of some records, has no rule.").format(
                    name=field.name, label=field.label
                ),
                _("Add it with “from”, or see to it that no such records come."),
                field.name,
                line_of(text, ("fields",)),
            )


def _telling(mapping: Mapping, text: str) -> Iterator[Remark]:
    """Without a document number, or a name and a day, no row of a ledger says which decision it means."""
    known = TELLING[0][0] in mapping.standard.by_name and "decision_date" in mapping.standard.by_name
    if mapping.partial and known and not any(set(needed) <= mapping.fields.keys() for needed in TELLING):
        yield Remark(
            "error",
            "nothing-telling",
            _("No rule says which decision a row means."),
            _("Add a rule for document_number, or for name and decision_date."),
            "document_number",
            line_of(text, ("fields",)),
        )
