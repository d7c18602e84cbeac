"""The properties that a workbook has of its own, as every program keeps them when it saves the file."""

from __future__ import annotations

from xml.etree import ElementTree

from connectors.files import untrusted
from connectors.files.declared import Limits

_PART = "docProps/custom.xml"


def properties(content: bytes, name: str, limits: Limits) -> dict[str, str]:
    """Return the properties that were given to a workbook by name; none if it has none.

    Raises:
        BusinessError: it is no packed file, or holds more than it may.
    """
    with untrusted.opened(content, name, limits) as packed:
        part = next((each for each in packed.infolist() if each.filename == _PART), None)
        if part is None:
            return {}
        try:
            told = ElementTree.fromstring(untrusted.text_of(packed, part, name))  # noqa: S314 - expat bounds entities
        except ElementTree.ParseError as error:
            raise untrusted.damaged(name) from error
    return {each.get("name", ""): "".join(each.itertext()).strip() for each in told}
