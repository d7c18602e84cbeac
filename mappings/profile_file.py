"""What a profile file may say, and what is wrong with one: read and linted before anything is written or read by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import Field as Key
from pydantic import field_validator, model_validator

from mappings.editions import STATUS_CODES
from mappings.mapping import Rule
from mappings.rules import WARNINGS
from mappings.standards import STANDARDS, Field, Kind, Standard
from mappings.standards.licence import COUNTERPART_TYPES, SOLE_TRADER
from words.declared import Declared, line_of, suggest
from words.errors import Place, UsageError
from words.languages import gettext as _


class Column(Declared):
    """One column of the receiver's template.

    Attributes:
        field: the standard's field; a column of no field has a ``constant``.
        header: the heading in the template; the standard's label when it is left out.
        code: the receiver's own field code; the standard's when it is left out.
        length: the longest value in bytes of the receiver's encoding; the standard's length when it is left out.
        codes: the standard's texts → the receiver's codes.
        reads: further codes → the standard's texts, understood where they are read and never written.
        choices: the receiver's own code table where it is narrower than the standard's.
        join: what the receiver wants between several texts or codes in one value.
        when: field → value without which this column stays empty (居民身份证号 takes no number of a passport).
        constant: what stands in a column of no field.
        takes: what such a column may hold besides nothing in a row that is collected; any other row goes to quarantine.
    """

    field: str = ""
    header: str = ""
    code: str = ""
    length: int | None = None
    codes: dict[str, str] | None = None
    reads: dict[str, str] = {}
    choices: tuple[str, ...] | None = None
    join: Literal["、", ",", ";", "|", "/", "，", "；"] = "、"
    when: dict[str, str] = {}
    constant: str | None = None
    takes: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Column:
        if bool(self.field) == (self.constant is not None) or not (self.field or self.header):
            raise ValueError("give either “field”, or “header” and “constant”")
        return self


class Names(Declared):
    """Which names the receiver takes (its forbidden-characters rule).

    Attributes:
        pattern: what every name must match.
        forbidden: texts that no name may hold.
        shortest: the shortest name, a Chinese character counting two and any other one.
        exceptions: names that are taken as they are, whatever the other keys say.
        allow: characters that are taken though the pattern does not have them, ``·`` for one.
    """

    pattern: str = ".*"
    forbidden: tuple[str, ...] = ()
    shortest: int = 0
    exceptions: tuple[str, ...] = ()
    allow: str = ""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return compiles(value)


def compiles(value: str) -> str:
    """Return a regular expression as it is.

    Raises:
        ValueError: it is none.
    """
    try:
        pl.Series([""]).str.contains(value)
    except pl.exceptions.ComputeError:
        raise ValueError("this is not a regular expression") from None
    return value


class ProfileFile(Declared):
    """The text of a profile file. The edition is demanded because status ``1`` means revoked in one of them.

    ``duplicate`` holds words of a refusal that means “we have it already”: it is looked up before it is believed.
    """

    standard: str
    edition: str
    title: str
    encoding: str = "gb18030"
    date_format: str = "%Y/%m/%d"
    key: tuple[str, ...] = ("document_number", "name")
    duplicate: tuple[str, ...] = ()
    names: Names = Names()
    credit_code: str = ""
    prefixes: dict[str, str] = {"92": SOLE_TRADER}
    refuse: tuple[str, ...] = ()
    columns: tuple[Column, ...] = Key(min_length=1)
    unstated: dict[str, Rule] = {}

    @field_validator("credit_code")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return compiles(value)

    @field_validator("encoding")
    @classmethod
    def _encodes(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError("this is no encoding") from None
        return value

    @field_validator("prefixes")
    @classmethod
    def _types(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [each for each in value.values() if each not in COUNTERPART_TYPES]:
            raise ValueError(f"“{wrong[0]}” is none of {', '.join(COUNTERPART_TYPES)}")
        return value

    @field_validator("refuse")
    @classmethod
    def _warnings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in value if each not in WARNINGS]:
            raise ValueError(f"“{wrong[0]}” is none of the warnings: {', '.join(WARNINGS)}")
        return value


def lint(declared: ProfileFile, text: str, file: str) -> None:
    """See to it that a profile can be written and read by.

    Raises:
        UsageError: an unknown standard or field, a field or a heading twice, codes of another edition or without one
            meaning; names the file and the line.
    """
    for fault, path in _faults(declared):
        fault.place = Place(file=file, line=line_of(text, path))
        raise fault


_Path = tuple[str | int, ...]
_Fault = tuple[UsageError, _Path]


def _error(code: str, sentence: str, todo: str, place: _Path) -> _Fault:
    return UsageError(code, sentence, todo=todo), place


def _faults(declared: ProfileFile) -> Iterator[_Fault]:
    if declared.standard not in STANDARDS:
        sentence = _("There is no standard “{name}”.").format(name=declared.standard)
        yield _error("unknown-standard", sentence, suggest(declared.standard, sorted(STANDARDS)), ("standard",))
        return
    standard = STANDARDS[declared.standard]
    seen: set[str] = set()
    headings: set[str] = set()
    for number, column in enumerate(declared.columns):
        yield from _wrong_column(declared, column, seen, headings, ("columns", number))
    for name in declared.key:
        if name not in seen:
            sentence = _("The key names the field “{name}”, which has no column.").format(name=name)
            yield _error("unknown-field", sentence, suggest(name, sorted(seen)), ("key",))
    for name in declared.unstated:
        if name not in standard.by_name:
            yield _unknown(name, standard, ("unstated", name))
        elif name in seen:
            sentence = _("The field “{name}” has a column, and is unstated.").format(name=name)
            yield _error("field-twice", sentence, _("Take one of them out."), ("unstated", name))


def _wrong_column(
    declared: ProfileFile, column: Column, seen: set[str], headings: set[str], place: _Path
) -> Iterator[_Fault]:
    """Yield what is wrong with a column beside those that were seen before it."""
    standard = STANDARDS[declared.standard]
    for name in (column.field, *column.when):
        if name and name not in standard.by_name:
            yield _unknown(name, standard, place)
    if column.field in seen:
        sentence = _("The field “{name}” stands in two columns.").format(name=column.field)
        yield _error("field-twice", sentence, _("Take one of them out."), place)
    heading = column.header or standard.by_name[column.field].label
    if heading in headings:
        sentence = _("The heading “{heading}” stands over two columns.").format(heading=heading)
        yield _error("header-twice", sentence, _("Give one of them another heading."), place)
    headings.add(heading)
    if column.field:
        seen.add(column.field)
        yield from _wrong_codes(declared.edition, column, standard.by_name[column.field], place)


def _unknown(name: str, standard: Standard, place: _Path) -> _Fault:
    sentence = _("The standard {standard} has no field “{name}”.").format(standard=standard.label, name=name)
    return _error("unknown-field", sentence, suggest(name, list(standard.names)), place)


def _wrong_codes(edition: str, column: Column, field: Field, place: _Path) -> Iterator[_Fault]:
    meanings = [(code, text) for text, code in (column.codes or {}).items()]
    if field.kind is not Kind.CHOICES:
        for code, count in Counter(code for code, _text in meanings).items():
            if count > 1:
                sentence = _("The code “{code}” has several meanings, so that it could not be read back.")
                todo = _("Give each text a code of its own, or leave out “codes” and narrow “choices”.")
                yield _error("code-twice", sentence.format(code=code), todo, place)
    if field.name != "status":
        return
    known = STATUS_CODES.get(edition, {})
    for code, text in (*meanings, *column.reads.items()):
        if known.get(code, text) != text:
            sentence = _("In the edition {edition} the status “{code}” means {other}, not {text}.").format(
                edition=edition, code=code, other=known[code], text=text
            )
            yield _error("status-of-another-edition", sentence, _("Name the edition that these codes are of."), place)
