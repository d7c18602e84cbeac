"""What an integrator declares of an interface: its list, what its answers mean, and all that belongs to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from connectors.api.calls import Auth, Call, Codes
from connectors.api.handing import Deliver, Recall
from connectors.api.locks import Cipher, Signing
from connectors.kinds import Connected
from connectors.portal.declared import Invalidate
from words.declared import Declared


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
        told = [getattr(self.auth, "account", ""), getattr(self.signing, "app", "")]
        told += [getattr(self.auth, "secret", ""), getattr(self.signing, "secret", "")]
        account = next(filter(None, told), "")
        return f"login {self.url} {account}" if account else ""

    @property
    def row_label(self) -> str:
        """The list's column by which a person finds a row."""
        return self.list_.label
