"""XML: the element that is one record is found or declared; its inner elements and attributes are the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from connectors.files.declared import Reading
from connectors.files.delimited import decoded
from connectors.files.objects import table
from connectors.files.sheets import Sheet, no_records
from mappings.headers import plain_header
from words.errors import BusinessError, Place
from words.languages import gettext as _

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NATIONAL = {"gb2312", "gbk", "gb18030", "gb-2312", "gb_2312-80"}
_DEEPEST = 100


class _Doctype(ValueError):  # noqa: N818 - the word for it
    """The text has a document type, in which entities are declared."""


class _Plain(TreeBuilder):
    """Builds a tree of what has no document type, so that no entity is ever declared, opened or multiplied."""

    def doctype(self, *_given: object) -> None:
        raise _Doctype


def read(content: bytes, name: str, reading: Reading, words: frozenset[str]) -> Iterator[Sheet]:
    """Yield the records of a file as one sheet; ``words`` are the headings that a mapping knows.

    Raises:
        BusinessError: it is not XML, has a document type, or holds nothing like a record.
    """
    records = _records(_parsed(content, name, reading), reading.records, words)
    if records is None:
        raise no_records(name)
    yield table(name, [_flat(record) for record in records])


def _parsed(content: bytes, name: str, reading: Reading) -> Element:
    parser = XMLParser(target=_Plain())  # noqa: S314 - the builder refuses whatever could declare an entity
    try:
        parser.feed(_text(content, name, reading))
        root = parser.close()
    except _Doctype:
        raise BusinessError(
            "xml-unsafe",
            _("This XML file declares a document type; such files are not opened."),
            todo=_("Ask for it without <!DOCTYPE …>."),
            place=Place(file=name),
        ) from None
    except (ParseError, ValueError) as error:
        raise BusinessError(
            "not-xml",
            _("This file is not readable XML: {reason}").format(reason=error),
            todo=_("Ask for it once more."),
            place=Place(file=name),
        ) from error
    assert isinstance(root, Element), "the builder makes elements"
    return root


def _text(content: bytes, name: str, reading: Reading) -> str:
    """The parser itself knows no GB18030; what a text says of its encoding is taken at its word."""
    said = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    told = said[1].decode().lower() if said else None
    encoding = reading.encoding or ("gb18030" if told in _NATIONAL else told)
    try:
        return decoded(content, name, encoding)
    except LookupError:
        return decoded(content, name)


def _records(root: Element, declared: str, words: frozenset[str]) -> list[Element] | None:
    """Return the elements of one kind and place that have most known words inside, then those that are most."""
    groups: dict[tuple[str, ...], list[Element]] = {}
    waiting: list[tuple[tuple[str, ...], Element]] = [((_local(root.tag),), root)]
    for path, element in waiting:  # what is found inside is put behind: outer ones come first
        if len(path) > _DEEPEST:
            break
        if declared and path[-1] == declared:
            groups.setdefault((declared,), []).append(element)
        elif not declared and (element.attrib or any(not len(child) for child in element)):
            groups.setdefault(path, []).append(element)
        waiting += [((*path, _local(child.tag)), child) for child in element]
    if declared:
        return groups.get((declared,), [] if not len(root) else None)
    found = max(groups.values(), key=lambda each: (_known(each[0], words), len(each)), default=None)
    return found if found is not None else [] if not len(root) else None


def _known(element: Element, words: frozenset[str]) -> int:
    return sum(plain_header(word) in words for word in _flat(element))


def _flat(record: Element) -> dict[str, str]:
    """Return the texts in a record by the name of the element or attribute; an outer one wins over an inner one."""
    inner: dict[str, str] = {}
    own: dict[str, str] = {_local(name): text for name, text in record.attrib.items()}
    for child in record:
        if len(child):
            inner |= _flat(child)
        else:
            name = _local(child.tag)
            own[name] = f"{own[name]};{child.text or ''}" if name in own else child.text or ""
    return inner | own


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
