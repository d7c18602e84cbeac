"""What is wrong with a profile, found before anything is written or read by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mappings.editions import STATUS_CODES
from mappings.profile_file import Column, ProfileFile
from mappings.standards import STANDARDS, Field, Kind, Standard
from words.declared import line_of, suggest
from words.errors import Place, UsageError
from words.languages import gettext as _


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
