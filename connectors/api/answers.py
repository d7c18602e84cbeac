"""What an answer says: its text as JSON or XML, what is sealed or nested in it, and the code that it carries."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.api.declared import ApiDeclared, Envelope
from connectors.portal.filling import charset, dig
from connectors.wire import Answer
from words.errors import DriftError, Place
from words.languages import gettext as _

Meaning = Literal["success", "nothing", "expired", "again", "refused"]
_SOAP = ("Envelope", "Body")
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT = re.compile(r""";\s*rel\s*=\s*(?:next\b|"(?:[^"]*\s)?next(?:\s[^"]*)?")""", re.IGNORECASE)
_QUOTED = 100  # characters of an answer that nobody can read


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, read.

    Attributes:
        meaning: what its code means; ``code`` and ``message`` as the system wrote them.
        data: the whole answer, what was nested or sealed in it opened.
        content: its bytes as they came.
        xml: whether the data was XML, in which a list of one is not told from an element.
        following: the address in its ``Link`` header with the relation ``next``; empty if there is none.
    """

    meaning: Meaning
    code: str
    message: str
    data: Any
    content: bytes
    url: str
    xml: bool = False
    following: str = ""

    @property
    def suffix(self) -> str:
        """The ending of a file that holds the answer."""
        return ".xml" if self.content.lstrip()[:1] == b"<" else ".json"


def read(declared: ApiDeclared, answer: Answer, opener: Callable[[str], str] | None, *, soap: bool) -> Told:
    """Return what an answer says; ``opener`` opens what is nested in it, without one that is left as it is.

    Raises:
        DriftError: it counts as a success and is not readable as declared.
    """
    content = answer.content.decode(charset(declared.encoding), "replace").strip("\ufeff \t\r\n")
    outer: Any = content
    try:
        if opener is None or declared.inner != ".":
            outer = parsed(content, "xml" if soap else declared.format)
            outer = _body(outer) if soap else outer
        data = _unfolded(declared, outer, opener) if opener else outer
    except ValueError as error:  # what refuses is often not sealed as what succeeds is
        coded = not isinstance(outer, str)
        code, message = (_coded if coded else _bare)(declared.envelope, outer, answer.status)
        meaning = meaning_of(declared, code, answer.status)
        if meaning in {"success", "nothing"} and code != content:
            raise _unreadable(declared, answer.url, error) from error
        return Told(meaning, code, message, None, answer.content, answer.url)
    code, message = _coded(declared.envelope, data, answer.status)
    meaning = meaning_of(declared, code, answer.status)
    following = _link(answer.headers.get("link", ""))
    xml = soap or "xml" in (declared.format, declared.inner and declared.inner_format)
    return Told(meaning, code, message, data, answer.content, answer.url, xml, following)


def parsed(text: str, form: Literal["json", "xml"]) -> Any:  # noqa: ANN401 - JSON is anything
    """Return JSON or XML as objects, lists and texts; None if nothing is there.

    Numbers with a point stay as they are written. Of XML the elements' names without prefixes, no attributes.

    Raises:
        ValueError: it is not; or it is XML that defines entities.
    """
    if not text:
        return None
    if form == "json":
        return json.loads(text, parse_float=str)
    from xml.parsers.expat import ExpatError

    import xmltodict

    bare: dict[str, None] = defaultdict(lambda: None)
    try:
        return xmltodict.parse(text, process_namespaces=True, namespaces=bare, xml_attribs=False, disable_entities=True)
    except ExpatError as error:
        raise ValueError(str(error)) from error


def _body(data: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """Return what stands in the body of a SOAP answer.

    Raises:
        ValueError: it is none.
    """
    for name in _SOAP:
        if not isinstance(data, Mapping) or name not in data:
            raise ValueError(f"no {name}")
        data = data[name]
    found = data or {}
    return next(iter(found.values()), {}) if len(found) == 1 and "Fault" not in found else found


def _unfolded(
    declared: ApiDeclared,
    data: Any,  # noqa: ANN401 - JSON is anything
    opener: Callable[[str], str],
) -> Any:  # noqa: ANN401
    """Return an answer with the text at its ``inner`` place opened and read."""
    if not declared.inner:
        return data
    text = data if declared.inner == "." else dig(data, declared.inner)
    if not isinstance(text, str) or not text.strip():
        return data
    inner = parsed(opener(text), declared.inner_format)
    return inner if declared.inner == "." else _replaced(data, declared.inner.split("."), inner)


def _replaced(data: Any, path: list[str], value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    first, rest = path[0], path[1:]
    return {**data, first: _replaced(data[first], rest, value) if rest else value}


def _coded(envelope: Envelope | None, data: Any, status: int) -> tuple[str, str]:  # noqa: ANN401 - JSON is anything
    """Return the code and the message that an answer carries."""
    fault = dig(data, "Fault")
    if isinstance(fault, Mapping):  # SOAP 1.1 and 1.2 name them differently
        code = fault.get("faultcode") or dig(fault, "Code.Value")
        said = fault.get("faultstring") or dig(fault, "Reason.Text")
        return as_text(code) or "Fault", as_text(said)
    message = as_text(dig(data, envelope.message)) if envelope and envelope.message else ""
    code = dig(data, envelope.code) if envelope and envelope.code else None
    return (_status(envelope, status) if code is None else as_text(code)), message


def _status(envelope: Envelope | None, status: int) -> str:
    """Return the status as a code; never one that could be taken for the success that an answer did not tell."""
    told = str(status)
    return f"HTTP {status}" if envelope and envelope.code and told in (*envelope.success, *envelope.nothing) else told


def _bare(envelope: Envelope | None, content: str, status: int) -> tuple[str, str]:
    """Return the code of an answer that cannot be read: its text, if that is declared, else the status."""
    known = (*envelope.success, *envelope.expired, *envelope.again, *envelope.nothing) if envelope else ()
    return (content, content) if content in known else (_status(envelope, status), content[:_QUOTED])


def meaning_of(declared: ApiDeclared, code: str, status: int) -> Meaning:
    """Return what a code means."""
    envelope = declared.envelope
    kinds: tuple[Meaning, ...] = ("success", "nothing", "expired", "again")
    for kind in kinds:
        if envelope and code in getattr(envelope, kind):
            return kind
    if status == 401:
        return "expired"
    return "success" if envelope is None and 200 <= status < 300 else "refused"


def as_text(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    """Return a code or a message as text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _link(header: str) -> str:
    """Return the address of the next page in a ``Link`` header (RFC 8288)."""
    return next((target for target, about in _LINK.findall(header) if _NEXT.search(about)), "")


def listed(data: Any, path: str, *, xml: bool = False) -> list[Any] | None:  # noqa: ANN401 - JSON is anything
    """Return the list at a dotted path; None if nothing of the kind stands there.

    One element of XML is a list of one; no element, in one that is there, a list of none.
    """
    found = dig(data, path)
    if isinstance(found, list):
        return found
    if isinstance(found, Mapping):
        return [found]
    outer = path.rpartition(".")[0]
    empty = _there(data, path) or (_there(data, outer) and (xml or dig(data, outer) is None))
    return [] if empty and found in (None, "") else None


def _there(data: Any, path: str) -> bool:  # noqa: ANN401 - JSON is anything
    outer, _dot, last = path.rpartition(".")
    around = dig(data, outer)
    return not path or (isinstance(around, Mapping) and last in around)


def _unreadable(declared: ApiDeclared, url: str, error: ValueError) -> DriftError:
    return DriftError(
        "answer-unreadable",
        _("The answer cannot be read as declared: {reason}").format(reason=error),
        todo=_("Compare format, inner and cipher in the connector's file with the system's description."),
        place=Place(system=declared.title, url=url.partition("?")[0]),
    )
