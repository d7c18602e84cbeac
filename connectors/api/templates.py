"""Requests as templates: blanks filled in, in JSON, in forms, in XML; and how what came out is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from connectors.api.calls import Call, is_xml
from connectors.portal.filling import charset, encoded, with_query

_BLANK = re.compile(r"\{(\w+)\}")
_QUOTES = {'"': "&quot;", "'": "&apos;"}
_FORM, _JSON, _XML = "application/x-www-form-urlencoded", "application/json", "application/xml"
Fills = Mapping[str, Any]


class Elements(str):
    """Text that is XML already."""

    __slots__ = ()


@dataclass(slots=True)
class Draft:
    """A request that is being written: what it is still to be signed, sealed and sent as.

    Attributes:
        url: whole, without what stands in ``query``.
        body: a JSON body; ``text`` any other, of the content type ``kind``.
        bare: neither signed nor sealed, and its answer is not sealed either.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    body: Any = None
    text: str | None = None
    kind: str = ""
    bare: bool = False

    def put(self, into: str, name: str, value: str) -> None:
        """Add a header, a parameter of the query, or a field of the form or of the JSON object."""
        if into == "header":
            self.headers[name] = value
        elif into == "field" and self.form:
            self.form[name] = value
        elif into == "field" and isinstance(self.body, dict):
            self.body[name] = value
        else:
            self.query[name] = value

    def content(self, encoding: str) -> bytes | None:
        """Return the body's bytes; None if there is none."""
        if self.form:
            return encoded(self.form, charset(encoding))
        if self.body is not None:
            return plain(self.body).encode()
        return None if self.text is None else self.text.encode(charset(encoding), "xmlcharrefreplace")

    def sent(self, encoding: str) -> tuple[str, dict[str, str], bytes | None]:
        """Return address, headers and body as they are sent."""
        content = self.content(encoding)
        kind = _FORM if self.form else self.kind or _JSON
        headers = self.headers if content is None else {"content-type": kind, **self.headers}
        return with_query(self.url, self.query, charset(encoding)), headers, content


def draft(call: Call, base: str, fills: Fills) -> Draft:
    """Return a declared request with its blanks filled in; a parameter that is an empty cursor is left out."""
    path = _BLANK.sub(lambda blank: quote(plain(fills.get(blank[1], blank[0])), safe="{}"), call.url)
    query = {name: plain(fill(value, fills)) for name, value in call.query.items()}
    made = Draft(call.method, below(base, path))
    made.headers = {name: plain(fill(value, fills)) for name, value in call.headers.items()}
    made.query = {name: value for name, value in query.items() if value or call.query[name] != "{cursor}"}
    made.form = {name: plain(fill(value, fills)) for name, value in call.form.items()}
    made.body = fill(call.body, fills)
    if call.xml:
        made.text, made.kind = fill_xml(call.xml, fills), _XML
    return made


def below(base: str, path: str) -> str:
    """Return the whole address of a path below a system's."""
    if "://" in path:
        return path
    return f"{base}{path}" if not path or path[0] in "/?" else f"{base}/{path}"


def fill(value: Any, fills: Fills) -> Any:  # noqa: ANN401 - JSON is anything
    """Fill the blanks of a declared value of any depth; a value that is one blank becomes what stands for it."""
    if is_xml(value):
        return fill_xml(value, fills)
    if isinstance(value, str):
        if (whole := _BLANK.fullmatch(value)) and whole[1] in fills:
            return fills[whole[1]]
        return _BLANK.sub(lambda blank: plain(fills.get(blank[1], blank[0])), value)
    if isinstance(value, Mapping):
        return {name: fill(inner, fills) for name, inner in value.items()}
    return [fill(inner, fills) for inner in value] if isinstance(value, list) else value


def fill_xml(template: str, fills: Fills) -> str:
    """Fill the blanks of an XML text; what is not XML itself is escaped."""

    def filled(blank: re.Match[str]) -> str:
        value = fills.get(blank[1], blank[0])
        return value if isinstance(value, Elements) else escape(plain(value), _QUOTES)

    return _BLANK.sub(filled, template)


def elements(records: Sequence[Mapping[str, str]], name: str) -> Elements:
    """Return records as XML, each an element with an element for every column."""
    import xmltodict

    texts = [xmltodict.unparse({name: dict(record)}, full_document=False) for record in records]
    return Elements("".join(texts))


def plain(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    """Return a value as the text that forms, queries and signatures hold: objects as JSON without spaces."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
