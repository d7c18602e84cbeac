"""What a standard says of each field, and of the record as a whole.

A canonical value is text in one form: dates ``YYYY-MM-DD``, 长期 as ``2099-12-31``, moments ``YYYY-MM-DD HH:MM:SS``,
codes in capitals, half-width characters, amounts as plain digits in 万元, several entries of a code table with ``、``
between them; what happened to a record is a JSON list, oldest first, of objects with the keys of ``EVENT_KEYS``. Empty
text means that the record states nothing there; null means that its system was never asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from words.languages import current


class Kind(StrEnum):
    """What a field holds; it decides how its values are normalised and checked."""

    TEXT = "text"
    NAME = "name"
    DOCUMENT_NUMBER = "document_number"
    CODE = "code"
    USCC = "uscc"
    ORGANIZATION_CODE = "organization_code"
    REGISTRATION_NUMBER = "registration_number"
    IDENTITY_NUMBER = "identity_number"
    DATE = "date"
    MOMENT = "moment"
    SUBJECT_CODE = "subject_code"
    EVENTS = "events"
    CHOICE = "choice"
    CHOICES = "choices"
    AMOUNT = "amount"


#: When it happened, who did it (code and name), what came of it, until when, and what was said.
EVENT_KEYS = ("at", "by", "unit", "result", "until", "text")


class Need(StrEnum):
    """Whether the standard demands a value."""

    MANDATORY = "M"
    CONDITIONAL = "C"
    OPTIONAL = "O"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a standard.

    Attributes:
        name: the word used in code, mapping files and JSON.
        label: the standard's Chinese label, used as template and workbook header.
        english: the label for English readers.
        code: the standard's field code, for example ``XK_WSH``.
        kind: what it holds.
        length: the longest value the standard allows, in bytes of GBK.
        need: mandatory, conditional or optional.
        choices: the allowed texts of a choice, or of each of several; a text that ends with ``-`` admits any note
            behind it.
        identifying: the field says *which* decision this is, so a difference in it is never minor.
        personal: personal data; masked in logs, reports and screenshots, never in a payload.
        source: the clause or table the rule comes from.
        synonyms: other names of entries of ``choices``, each with the entry.
    """

    name: str
    label: str
    english: str
    code: str
    kind: Kind
    length: int
    need: Need
    choices: tuple[str, ...] = ()
    identifying: bool = False
    personal: bool = False
    source: str = ""
    synonyms: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """Its label in the reader's language."""
        return self.label if current() == "zh" else self.english


@dataclass(frozen=True)
class Standard:
    """A canonical record: its fields in the standard's order and the fields that make its identity.

    Attributes:
        item: the fields of which the first that states something tells the item (事项) a record is of.
    """

    name: str
    label: str
    english: str
    edition: str
    fields: tuple[Field, ...]
    identity: tuple[str, ...]
    item: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Its label in the reader's language."""
        return self.label if current() == "zh" else self.english

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The field names in the standard's order."""
        return tuple(field.name for field in self.fields)

    def item_of(self, values: Mapping[str, str | None]) -> str:
        """Return the item (事项) that a record says it is of, or nothing."""
        return next((text for name in self.item if (text := values.get(name))), "")

    @cached_property
    def identifying(self) -> frozenset[str]:
        """The fields in which a difference means that it may be another decision."""
        return frozenset(field.name for field in self.fields if field.identifying)
