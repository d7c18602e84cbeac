"""What an integrator declares of an interface: its requests, how it knows us, what its answers mean."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors.api.locks import Cipher, Signing
from connectors.kinds import Connected
from connectors.portal.declared import Filled, Invalidate
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


class Envelope(Declared):
    """The code that an answer carries beside its data; without an envelope, the HTTP status is the code.

    An answer that is neither JSON nor XML is its own code: some systems say “no data” as bare text.

    Attributes:
        code, message: dotted paths.
        success: codes of an answer that is one.
        expired: codes that ask for a new token.
        again: codes by which the system says that it did nothing, and may be asked again.
        nothing: codes that mean an empty list.
    """

    code: str = ""
    message: str = ""
    success: Codes
    expired: Codes = ()
    again: Codes = ()
    nothing: Codes = ()


class Paged(Declared):
    """A list of rows.

    Attributes:
        paging: ``page`` and ``offset`` count, ``cursor`` hands on what the answer gave at ``next``, ``link`` asks for
            the address at ``next`` or in the ``Link`` header (RFC 8288), ``none`` is a list of one page.
        first: the number of the first page.
        size: rows asked for at a time; the server may give fewer.
        rows, total, next: dotted paths; without a total, pages are read until one is empty or shorter than the first.
        key: the row's own key; an inner key by its own name.
        dates: how ``{since}`` and ``{until}`` are written.
    """

    request: Call
    paging: Literal["page", "offset", "cursor", "link", "none"] = "page"
    first: int = 1
    size: int = Field(default=100, ge=1)
    rows: str
    total: str = ""
    next: str = ""
    key: str
    label: str = ""
    ignore: tuple[str, ...] = ()
    dates: str = "%Y-%m-%d"

    @model_validator(mode="after")
    def _turns(self) -> Paged:
        if self.paging == "cursor" and not self.next:
            raise ValueError("paging by a cursor needs “next”, the path of the cursor in the answer")
        return self


class Opened(Declared):
    """What stands behind one row: a request with ``{key}``, and the dotted path of the record.

    ``absent`` are the codes that mean that there is nothing any more.
    """

    request: Call
    record: str = ""
    absent: Codes = ()


class Outcome(Declared):
    """Where an answer tells what became of each record.

    An entry belongs to a record by the value at ``key`` (equal to the record's ``column``), by its ``position``
    (counted from ``first``), or else by standing in the same place. Without ``code``, every entry is a refusal.
    """

    rows: str
    key: str = ""
    column: str = ""
    position: str = ""
    first: int = 1
    code: str = ""
    accepted: Codes = ()
    reason: str = ""
    accepted_count: str = ""
    refused_count: str = ""

    @property
    def ordered(self) -> bool:
        """Whether an entry belongs to the record in the same place."""
        return not (self.key or self.position)

    @model_validator(mode="after")
    def _tells(self) -> Outcome:
        if not self.code and self.ordered:
            raise ValueError("entries without “code” are refusals, and need “key” or “position”")
        if self.key and not self.column:
            raise ValueError("“key” needs “column”, the record's column that has the same value")
        return self


class Polled(Declared):
    """Where a batch that is worked on later is asked for, with ``{batch}``, until its state is one of two kinds."""

    request: Call
    state: str
    done: Codes
    failed: Codes = ()
    message: str = ""


class Lookup(Declared):
    """Where a batch is found again by the name that it was sent with.

    Attributes:
        request: with ``{name}`` where the system is asked for one batch.
        rows, name: dotted paths of its list of batches, newest first, and of the name in an entry; without them the
            answer is about the one batch.
        batch: dotted path of the batch number.
        unknown: codes by which it says that it does not know the batch.
    """

    request: Call
    rows: str = ""
    name: str = ""
    batch: str = ""
    unknown: Codes = ()


class Deliver(Declared):
    """How records are handed over.

    Attributes:
        request: with ``{records}`` or ``{record}``, ``{name}`` (which no other attempt has) or a record's columns.
        rows: the most records in one request.
        element: XML: the name of the element around each record.
        identity: the name under which each record also carries Yinxin's own id of it.
        batch: dotted path of the feed's number of the batch; without it, the batch keeps its name.
        refused: codes that mean that the data was refused, with the envelope's message as the reason.
        outcome: what became of each record; without it, an answer that is a success took them all.
        result: asked for the outcome later.
        lookup: how a batch is found again after an answer that never came.
        corrections: the request that replaces the record that the feed has.
        settles: seconds after which a batch that the feed does not show counts as never arrived.
    """

    request: Call
    rows: int = Field(default=1, ge=1)
    element: str = "row"
    identity: str = ""
    batch: str = ""
    refused: Codes = ()
    outcome: Outcome | None = None
    result: Polled | None = None
    lookup: Lookup | None = None
    corrections: Call | None = None
    settles: float = Field(default=60, ge=0)


class Recall(Declared):
    """The request that takes one record back.

    ``fields`` is what ``{record}`` then holds: name → field, or ``row_key``, which is the key in the feed's own list.
    """

    request: Call
    fields: dict[str, str] = {}
    reason: str = "reason"


class ApiDeclared(Connected):
    """An interface, as a source (``mapping``), as a feed (``profile`` and ``deliver``), or both.

    Attributes:
        encoding: of queries, forms and XML; gb2312 and gbk are read as gb18030.
        timeout: seconds until an answer counts as never coming.
        verify: TLS is verified unless this says otherwise.
        format: what answers are.
        inner: dotted path at which an answer holds another one as text; empty if it holds none, ``.`` for all of it.
        inner_format: what that text is.
        wsdl: SOAP: the address of the description.
        received: the column that says when the feed took a row.
    """

    kind: Literal["api"]
    url: Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
    encoding: str = "utf-8"
    timeout: float = Field(default=30, gt=0)
    verify: bool = True
    format: Literal["json", "xml"] = "json"
    inner: str = ""
    inner_format: Literal["json", "xml"] = "json"
    wsdl: str = ""
    auth: Auth | None = None
    signing: Signing | None = None
    cipher: Cipher | None = None
    envelope: Envelope | None = None
    list_: Paged = Field(alias="list")
    detail: Opened | None = None
    received: str = ""
    deliver: Deliver | None = None
    withdraw: Recall | None = None
    invalidate: Invalidate | None = None

    @property
    def where(self) -> str:
        """Its address."""
        return self.url

    @property
    def claim(self) -> str:
        """Its login: by address and account, app key, or the name of the secret that opens it."""
        account = getattr(self.auth, "account", "") or (self.signing.app if self.signing else "")
        account = account or getattr(self.auth, "secret", "")
        return f"login {self.url} {account}" if account else ""

    @property
    def row_label(self) -> str:
        """The list's column by which a person finds a row."""
        return self.list_.label
