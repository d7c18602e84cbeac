"""A mapping: one system's columns → the standard's fields, declared in a YAML file and linted as it is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from collections.abc import Mapping as Reads
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from mappings import transforms
from mappings.checks import check_value
from mappings.choices import canonical
from mappings.normalise import Unfit, blank
from mappings.standards import STANDARDS, Standard
from mappings.standards.fields import Field as StandardField
from mappings.standards.fields import Need
from words.declared import Declared, line_of, parse, suggest
from words.errors import Place, UsageError
from words.languages import gettext as _

Words = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class FieldRule(Declared):
    """Where one field's value comes from and what happens to it before it is made canonical.

    Attributes:
        headers: the column's heading, with the aliases that other departments use for it (``from:``).
        constant: a fixed value instead of a column.
        transforms: named transforms, in order.
        codes: the system's codes → the standard's texts; a code without a row is an error.
        otherwise: a second rule that is asked where the first finds nothing.
    """

    headers: Words = Field(default=(), alias="from")
    constant: str | None = None
    transforms: tuple[str | dict[str, str], ...] = ()
    codes: dict[str, str] | None = None
    otherwise: FieldRule | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> FieldRule:
        if bool(self.headers) == (self.constant is not None):
            raise ValueError("give either “from” or “constant”")
        return self

    @property
    def chain(self) -> tuple[FieldRule, ...]:
        """The rule, and those that are asked where it finds nothing, in order."""
        return (self, *(self.otherwise.chain if self.otherwise else ()))


Rule = Annotated[FieldRule, BeforeValidator(lambda value: {"from": value} if isinstance(value, (str, list)) else value)]


class MappingFile(Declared):
    """The text of a mapping file.

    Attributes:
        standard: the canonical record that is written.
        partial: the system states only some fields (a ledger): what has no column, or a blank cell, is never compared,
            and an unreadable value is kept as it stands so that it shows as a difference.
        ignore: headings that are left out on purpose: they say nothing that the record states.
        fields: field name → rule; a bare text or list is short for ``from``.
    """

    standard: str
    partial: bool = False
    ignore: Words = ()
    fields: dict[str, Rule]


class Mapping:
    """A linted mapping; ``version`` is the hash of its text, so that a record tells which rules made it.

    ``as_shown`` reads what a feed already shows: every row is taken as it stands there, because a row that were
    refused for a fault would look as if it had never been disclosed. ``only`` names columns and what a row may hold
    there to be taken at all; a row that holds something else is void, or says more than a record can.
    """

    def __init__(
        self,
        name: str,
        declared: MappingFile,
        text: str,
        *,
        as_shown: bool = False,
        only: Reads[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.as_shown = as_shown
        self.only = only or {}
        self.name = name
        self.standard = STANDARDS[declared.standard]
        self.partial = declared.partial
        self.ignore = declared.ignore
        self.fields = declared.fields
        self.version = f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @classmethod
    def parse(cls, text: str, file: str, name: str) -> Mapping:
        """Read and lint a mapping file.

        Raises:
            UsageError: unknown standard, field, transform or key, a constant or code that the standard does not take, a
                mandatory field without a rule; names the file and the line.
        """
        declared = parse(MappingFile, text, file)
        lint_mapping(declared, text, file)
        return cls(name, declared, text)


def faults(text: str, file: str) -> list[UsageError]:
    """Return everything for which ``Mapping.parse`` would refuse a file."""
    try:
        declared = parse(MappingFile, text, file)
    except UsageError as error:
        return [error]
    return list(_Lint(text, file, declared).faults())


def lint_mapping(declared: MappingFile, text: str, file: str, *, within: str = "fields") -> None:
    """See to it that every rule names what there is, and that no mandatory field is without one.

    Raises:
        UsageError: as ``Mapping.parse`` does; the line is that of the rule under ``within`` in the text.
    """
    for fault in _Lint(text, file, declared, within).faults():
        raise fault


class _Lint:
    def __init__(self, text: str, file: str, declared: MappingFile, within: str = "fields") -> None:
        self.text, self.file, self.declared, self.within = text, file, declared, within

    def faults(self) -> Iterator[UsageError]:
        """Yield every fault, in the order of the file."""
        if self.declared.standard not in STANDARDS:
            known = sorted(STANDARDS)
            sentence = _("There is no standard “{name}”.").format(name=self.declared.standard)
            yield self._error("unknown-standard", sentence, suggest(self.declared.standard, known), "standard")
            return
        standard = STANDARDS[self.declared.standard]
        for name, rule in self.declared.fields.items():
            if name not in standard.by_name:
                sentence = _("The standard {standard} has no field “{name}”.").format(
                    standard=standard.label, name=name
                )
                yield self._error("unknown-field", sentence, suggest(name, list(standard.names)), self.within, name)
                continue
            for each in rule.chain:
                yield from self._unknown_transforms(name, each)
                yield from self._unfit(standard.by_name[name], each)
        if not self.declared.partial:
            yield from self._mandatory_missing(standard)

    def _unknown_transforms(self, name: str, rule: FieldRule) -> Iterator[UsageError]:
        for step in rule.transforms:
            try:
                transforms.build(step)
            except (LookupError, re.error):
                word = step if isinstance(step, str) else next(iter(step), "")
                sentence = _("There is no transform “{name}”, or its argument does not fit.").format(name=word)
                todo = suggest(word, transforms.NAMES)
                yield self._error("unknown-transform", sentence, todo, self.within, name, "transforms")

    def _unfit(self, field: StandardField, rule: FieldRule) -> Iterator[UsageError]:
        """A constant or a code's text that no record may hold would put every row into quarantine."""
        for text in (rule.codes or {}).values() if rule.constant is None else (rule.constant,):
            try:
                if not blank(text):
                    check_value(field, canonical(field, text))
            except Unfit:
                sentence = _("The field “{name}” does not take the value “{value}”.").format(
                    name=field.name, value=text
                )
                todo = suggest(text, list(field.choices)) if field.choices else _("Correct the value.")
                yield self._error("unfit-value", sentence, todo, self.within, field.name, "codes")

    def _mandatory_missing(self, standard: Standard) -> Iterator[UsageError]:
        for field in standard.fields:
            if field.need is Need.MANDATORY and field.name not in self.declared.fields:
                sentence = _("The mandatory field “{name}” ({label}) has no rule.").format(
                    name=field.name, label=field.label
                )
                todo = _("Add it with “from” or “constant”.")
                yield self._error("unmapped-field", sentence, todo, self.within)

    def _error(self, code: str, sentence: str, todo: str, *path: str) -> UsageError:
        place = Place(file=self.file, line=line_of(self.text, path), field=".".join(path))
        return UsageError(code, sentence, todo=todo, place=place)
