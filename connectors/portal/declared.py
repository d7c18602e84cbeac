"""What an integrator declares of a portal: how to sign in, where the list is, how to open a row, how to upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from connectors.kinds import Connected
from connectors.portal.form_declared import Form, Pattern
from words.declared import Declared

#: A value in which ``{page}``, ``{size}``, ``{offset}``, ``{since}``, ``{until}`` and ``{key}`` are filled in.
Filled = str | int | bool


class Login(Declared):
    """The sign-in page, by what a person reads on it.

    Attributes:
        page: its address below the portal's.
        account: the account name.
        secret: the name of the secret that holds the password; the password itself never stands in a file.
        account_label, password_label, button: the words beside the inputs and on the button (white space ignored).
        signed_in: a text that only a signed-in person sees.
    """

    page: str
    account: str
    secret: str
    account_label: str = "用户名"
    password_label: str = "密码"
    button: str = "登录"
    signed_in: str


class Request(Declared):
    """One request the portal's own page makes, as a template."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, Filled] = {}
    form: dict[str, Filled] = {}
    body: dict[str, Filled] | None = None


class Listing(Declared):
    """A list of rows.

    Attributes:
        page: where a person sees the list.
        reader: ``replay`` sends the page's own JSON request; ``html`` reads the server-rendered table.
        request: the request for one page of rows.
        turn: html: what changes in the form for the pages after the first; hidden fields are carried by themselves.
        size: rows asked for at a time; the server may give fewer.
        rows, total: replay: dotted paths of the rows and of their number; html: ``total`` is a pattern over the text.
        key: replay: the row's own key; html: the heading of the column that holds it.
        key_pattern: html: what in that cell's source is the key (its first group); without it the cell's text is.
        label: the column a person finds the row by, where the key is the system's own secret.
        headers: html: headings by which the table is recognised.
        shown: heading on the screen → key in the answer, compared on every visit (replay).
        ignore: columns that say nothing about the record (row numbers, links).
    """

    page: str
    reader: Literal["replay", "html"]
    request: Request
    turn: dict[str, Filled] = {}
    size: int = 100
    rows: str = ""
    total: str
    key: str
    key_pattern: Pattern | None = None
    label: str = ""
    headers: tuple[str, ...] = ()
    shown: dict[str, str] = {}
    ignore: tuple[str, ...] = ("序号", "操作")


class Detail(Declared):
    """The page or answer behind one row: a JSON object at ``record``, or label/value pairs in a table."""

    request: Request
    record: str | None = None


class Result(Declared):
    """How an asynchronous import tells that it is finished (dotted paths into its JSON answer)."""

    request: Request
    state: str
    done: tuple[str, ...]
    failed: tuple[str, ...]
    accepted: str
    refused: str
    message: str
    errors: str


class ErrorRows(Declared):
    """The headings of the error workbook."""

    row: str
    reason: str
    field: str = ""


class Batches(Declared):
    """The feed's own list of files handed over (dotted paths into its JSON answer), newest first."""

    request: Request
    rows: str
    name: str
    number: str


class Withdraw(Declared):
    """The form by which a record is taken back.

    Attributes:
        fields: words at an input → the field of the record that goes there.
        reason: words at the input that takes the reason.
        button: the words on the button.
        done: words that the page shows when it was done.
        refused: words one of which it shows when it was not.
    """

    page: str
    fields: dict[str, str]
    reason: str
    button: str
    done: str
    refused: tuple[str, ...]


class Invalidate(Declared):
    """A record is taken back by sending it once more with other values (a status push, an invalid copy).

    Attributes:
        set: field → value of the copy.
        reason: the field that takes the reason.
        through: whether the copy replaces the row (corrections) or is added to it (upload).
    """

    set: dict[str, str]
    reason: str = "remarks"
    through: Literal["upload", "corrections"] = "corrections"


class Upload(Declared):
    """The page that takes a filled template.

    Attributes:
        template: the address of the template workbook.
        sheet: the sheet that is filled.
        file_label, button: the words at the file input and on the button.
        batch: the words in front of the batch number on the page that follows.
        rows: the most rows in one file.
        corrections: the page that takes the same template and replaces the rows it has.
        batches: the list in which a file handed over earlier can be found.
        settles: seconds after which an upload that neither list shows counts as never arrived.
    """

    page: str
    template: str
    sheet: str
    file_label: str
    button: str
    batch: str
    result: Result
    errors: ErrorRows
    rows: int = 5000
    corrections: str = ""
    batches: Batches | None = None
    settles: float = Field(default=60, ge=0)


class PortalDeclared(Connected):
    """A portal, as a source (``mapping``), as a feed (``profile``, and ``upload`` or ``form`` or both), or all of it.

    Attributes:
        encoding: of server-rendered pages and of the forms they send; gb2312 and gbk are read as gb18030.
        timeout: seconds until a page or an answer counts as never coming.
        received: the column that says when the feed took a row.
        verify: TLS is verified unless this says otherwise.
    """

    kind: Literal["portal"]
    url: Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
    encoding: str = "utf-8"
    timeout: float = Field(default=30, gt=0)
    verify: bool = True
    login: Login
    list_: Listing = Field(alias="list")
    detail: Detail | None = None
    received: str = ""
    upload: Upload | None = None
    form: Form | None = None
    withdraw: Withdraw | None = None
    invalidate: Invalidate | None = None

    @property
    def where(self) -> str:
        """Its address."""
        return self.url

    @property
    def claim(self) -> str:
        """Its login, by address and account."""
        return f"login {self.url} {self.login.account}"

    @property
    def row_label(self) -> str:
        """The list's column by which a person finds a row."""
        return self.list_.label
