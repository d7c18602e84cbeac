"""What an integrator declares of an interface's requests, and of how they show whose they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from connectors.patterns import Filled
from words.declared import Declared


def _texts(given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Let codes be written as numbers or as yes and no, the way the system's own description writes them."""
    if isinstance(given, list):
        return [str(each).lower() if isinstance(each, bool) else str(each) for each in given]
    return given


Codes = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Call(Declared):
    """One request as a template.

    Attributes:
        url: below the system's address, or a whole one.
        body: JSON, of any depth; ``{records}`` alone as a value is a list of objects, ``{record}`` an object.
        xml: an XML body; ``{records}`` is filled with elements, all else is escaped.
        operation, arguments: SOAP: what of the WSDL is called with what; an argument may hold a whole XML text. With
            ``url``, it is called there instead of at the address in the WSDL.
    """

    url: str = ""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = {}
    query: dict[str, Filled] = {}
    form: dict[str, Filled] = {}
    body: dict[str, Any] | str | None = None
    xml: str = ""
    operation: str = ""
    arguments: dict[str, Any] = {}

    @property
    def in_xml(self) -> bool:
        """Whether records go into it as elements."""
        return any(map(is_xml, (self.xml, *self.form.values(), *self.arguments.values())))


def is_xml(value: object) -> bool:
    """Whether a declared value is a text of XML."""
    return isinstance(value, str) and value.lstrip().startswith("<")


class StaticAuth(Declared):
    """A token that somebody was given once."""

    kind: Literal["static"]
    secret: str
    name: str = "Authorization"
    prefix: str = ""
    into: Literal["header", "query", "field"] = "header"


class BasicAuth(Declared):
    """Account and password with every request (RFC 7617)."""

    kind: Literal["basic"]
    account: str
    secret: str


class TokenAuth(Declared):
    """A token that is asked for, and asked for again when it has expired.

    Attributes:
        request: with ``{account}`` and ``{secret}``.
        at: dotted path of the token in the answer.
        lasts: dotted path of the seconds that it lasts or of the moment at which it ends, or the seconds themselves;
            without it, it is renewed when the system refuses it.
        signed: whether this request is signed and sealed as all others are.
        name, prefix, into: how requests carry it; with an empty name they do so by ``{token}``.
    """

    kind: Literal["token"]
    request: Call
    account: str = ""
    secret: str = ""
    at: str
    lasts: str | int = ""
    signed: bool = False
    name: str = "Authorization"
    prefix: str = ""
    into: Literal["header", "query", "field"] = "header"


Auth = Annotated[StaticAuth | BasicAuth | TokenAuth, Field(discriminator="kind")]
