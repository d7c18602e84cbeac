"""What an integrator declares of a portal: how to sign in, where the list is, how to open a row, how to upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from connectors.kinds import Connected
from connectors.patterns import Filled, Pattern
from connectors.portal.form_declared import Form
from connectors.portal.screen import Boxes, Dom, Export, Filter, Paging
from words.declared import Declared


class Login(Declared):
    """The sign-in page, by what a person reads on it.

    Attributes:
        by: ``form`` fills the sign-in form; ``person`` never does (captcha, slider, UKey): a person signs in with
            ``yinxin connectors login``.
        page: its address below the portal's.
        account: the account name.
        secret: the name of the secret that holds the password; the password itself never stands in a file.
        account_label, password_label, button: the words beside the inputs and on the button (white space ignored).
        signed_in: a text that only a signed-in person sees.
    """

    by: Literal["form", "person"] = "form"
    page: str
    account: str
    secret: str = ""
    account_label: str = "用户名"
    password_label: str = "密码"
    button: str = "登录"
    signed_in: str

    @model_validator(mode="after")
    def _with_a_secret(self) -> Login:
        if self.by == "form" and not self.secret:
            raise ValueError("name the secret with the password, or say “by: person”")
        return self


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
        reader: ``replay`` sends the page's own JSON request; ``html`` reads the server-rendered table; ``dom`` reads
            what the browser shows; ``export`` reads the file that the page's own button gives.
        request: the request for one page of rows (replay, html).
        turn: html: what changes in the form for the pages after the first; hidden fields are carried by themselves.
        size: rows asked for at a time; the server may give fewer. dom: rows on a full page.
        rows: replay: the dotted path of the rows.
        total: their number: replay: its dotted path; else a pattern over the text; dom and export may do without.
        key: replay: the row's own key; else the heading of the column that holds it.
        key_pattern: what in that cell's source is the key (its first group); without it the cell's text is. Without
            ``key``, dom: what in the row's source.
        label: the column a person finds the row by, where the key is the system's own secret.
        headers: html, dom, export: headings by which the table is recognised.
        shown: heading on the screen → key in the answer, compared on every visit (replay).
        ignore: columns that say nothing about the record (row numbers, links).
        paging: dom: how to get to the next rows; html: to follow the next link.
        filter: dom, export: the form filled before the list is read.
        boxes: dom: selectors, for a list without any table.
        export: the button that gives the file.
        dom: replay, html: how to read it from the screen, when the two readings differ or ``--browser`` asks for it.
    """

    page: str
    reader: Literal["replay", "html", "dom", "export"]
    request: Request = Request(url="")
    turn: dict[str, Filled] = {}
    size: int = 100
    rows: str = ""
    total: str = ""
    key: str = ""
    key_pattern: Pattern | None = None
    label: str = ""
    headers: tuple[str, ...] = ()
    shown: dict[str, str] = {}
    ignore: tuple[str, ...] = ("序号", "操作")
    paging: Paging | None = None
    filter: Filter | None = None
    boxes: Boxes | None = None
    export: Export | None = None
    dom: Dom | None = None

    @model_validator(mode="after")
    def _enough(self) -> Listing:
        """Each reader has what it cannot do without."""
        asks = self.reader in {"replay", "html"}
        missing = [
            *(["request.url", "total"] if asks and not (self.request.url and self.total) else []),
            *(["key"] if not self.key and (self.reader in {"replay", "html"} or not self.key_pattern) else []),
            *(["headers"] if self.reader in {"dom", "export"} and not self.headers else []),
            *(["export"] if self.reader == "export" and self.export is None else []),
            *(
                ["dom.key"]
                if self.reader == "replay" and self.dom and not (self.dom.key or self.dom.key_pattern)
                else []
            ),
        ]
        if missing:
            raise ValueError(f"the reader “{self.reader}” needs {', '.join(missing)}")
        return self

    def on_screen(self) -> Listing | None:
        """Return how the list is read from the screen; None if that is not declared."""
        if self.reader == "dom" or self.dom is None:
            return self if self.reader == "dom" else None
        own = {name: getattr(self.dom, name) for name in self.dom.model_fields_set}
        headers = self.headers or tuple(self.shown)
        update = {"headers": headers, "paging": self.dom.paging, **own, "reader": "dom", "dom": None}
        return self.model_copy(update=update)


class Detail(Declared):
    """The page or answer behind one row: a JSON object at ``record``, or pairs of label and value.

    Attributes:
        request: the request for it, sent without the browser.
        press: without a request: what opens the row in the browser: its words, or the heading of the column it is in.
        answer: a pattern of the address of the JSON answer that comes then; without it, what is shown is read.
        record: the dotted path of the record in a JSON answer.
    """

    request: Request | None = None
    press: str = ""
    answer: Pattern | None = None
    record: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Detail:
        if bool(self.request) == bool(self.press):
            raise ValueError("give either “request” or “press”")
        return self


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
