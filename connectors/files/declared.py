"""What an integrator declares of files: where they lie, how they are read, what makes a row, how they are put there."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from connectors.kinds import Connected, Role
from connectors.patterns import Pattern
from connectors.portal.declared import Invalidate
from words.declared import Declared

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Form = Literal["workbook", "csv", "xml", "json", "jsonl", "zip"]
_NO_NAME = '/\\:"<>|'
_SAMPLE = date(2024, 3, 5)


def _known(encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError("there is no such encoding") from None
    return encoding


Encoding = Annotated[str, AfterValidator(_known)]


def _filled(*blanks: str, open_: bool = False) -> Callable[[str], str]:
    """Return the check of a file name with blanks: all of them can be filled in, and it is the name of one file."""

    def check(pattern: str) -> str:
        try:
            first, second = (
                pattern.format(day=_SAMPLE, number=number, action="publish", file=f"{number}.csv", stem=str(number))
                for number in (1, 2)
            )
        except (KeyError, IndexError, ValueError, AttributeError):
            raise ValueError(f"its blanks may be {', '.join(blanks)}") from None
        if first == second:
            raise ValueError(f"it is the same for every file: it needs {blanks[0]}")
        if set(first) & set(_NO_NAME if open_ else f"{_NO_NAME}*?[]"):
            raise ValueError("this is not the name of one file")
        return pattern

    return check


class Reading(Declared):
    """How the cells of files are found, where that cannot be left to the program.

    Attributes:
        form: what all files are, whatever their endings say.
        encoding: csv: found without it (UTF-8, UTF-16, GB18030).
        delimiter: csv: found without it.
        records: xml: the name of the element that is one record; json: the dotted path of the list of records.
    """

    form: Form | None = None
    encoding: Encoding | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    records: str = ""


class Limits(Declared):
    """How much a file may hold before it counts as an attack; sizes in megabytes.

    Attributes:
        size: of one file as it lies there.
        unpacked: of everything in one file, unpacked.
        ratio: by how much a part of it may grow; parts that stay below one megabyte may grow as they like.
        entries: parts of one file.
        cells: of one sheet, up to its last row and column with something in them.
    """

    size: float = Field(default=200, gt=0)
    unpacked: float = Field(default=2000, gt=0)
    ratio: float = Field(default=200, gt=1)
    entries: int = Field(default=2000, ge=1)
    cells: int = Field(default=25_000_000, ge=1)


class Sftp(Declared):
    """An SFTP server.

    Attributes:
        account: the account name.
        host_key: the fingerprints that the server may show (``SHA256:…``); any other is refused.
        secret: the secret that is the account's password.
        key_secret: the secret that is the account's private key.
        timeout: seconds until an answer counts as never coming.
    """

    host: str
    port: int = Field(default=22, ge=1, le=65535)
    account: str
    host_key: Annotated[Texts, Field(min_length=1)]
    secret: str | None = None
    key_secret: str | None = None
    timeout: float = Field(default=30, gt=0)

    @field_validator("host_key")
    @classmethod
    def _fingerprints(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(each.startswith("SHA256:") for each in value):
            raise ValueError("write fingerprints as “ssh-keygen -lf” does: SHA256:…")
        return value


class Rows(Declared):
    """What makes files a source.

    Attributes:
        key: the headings that tell rows apart; without them a row is told apart by file, sheet and number.
        date: the heading of the decision date; rows outside of the window are left out.
        file_date: a pattern whose first group is the day in a file's name; files older than the window stay closed.
        ignore: columns that say nothing about the record.
    """

    key: Texts = ()
    date: str = ""
    file_date: Pattern | None = None
    ignore: Texts = ("序号",)


class Answers(Declared):
    """The receipts that a receiver puts down.

    Attributes:
        folder: where.
        name: a receipt's name, with ``{file}`` or ``{stem}`` of the file that it answers; ``*`` is anything.
        row: the heading of the row's number.
        first: the number that the receiver gives to the first record of a file.
        key: instead of ``row``: headings that stand in the file and in its receipt and tell its records apart.
        outcome: the heading that says what became of the record; without it, every row of the receipt is a refusal.
        accepted: what stands under ``outcome`` for a record that was taken.
        reason: the heading of the reason.
    """

    folder: str
    name: Annotated[str, AfterValidator(_filled("{file}", "{stem}", open_=True))]
    row: str = ""
    first: int = 1
    key: Texts = ()
    outcome: str = ""
    accepted: Texts = ()
    reason: str = ""
    reading: Reading = Reading()

    @model_validator(mode="after")
    def _one_way(self) -> Answers:
        if bool(self.key) == bool(self.row):
            raise ValueError("give either “row” or “key”")
        return self


class Published(Declared):
    """The files in which a receiver publishes what it has.

    Attributes:
        folder: where.
        pattern: which files.
        which: all of them together, or only the one whose name comes last.
        received: the heading of the day on which it took a row.
    """

    folder: str
    pattern: Texts = ("*",)
    which: Literal["all", "newest"] = "all"
    received: str = ""
    reading: Reading = Reading()


class Drop(Declared):
    """The folder from which a receiver takes files.

    Attributes:
        name: a file's name, with ``{number}`` and ``{day}``, such as ``110102_{day:%Y%m%d}_{number:05}.xml``.
        count: whether numbers begin at 1 every day, or go on for ever.
        numbers: where used numbers are remembered, relative to the workspace; machines that share the folder share it.
        form: what is written.
        named: whether columns bear the profile's headings, or the standard's field codes.
        encoding: csv, json and xml; the profile's without it.
        delimiter, quoting, newline, header: csv.
        guard: csv: an apostrophe before what a spreadsheet might take for a formula; this alters what is sent.
        sheet: xlsx.
        root, record: xml: the outermost element and that of one record.
        rows: the most records in one file.
        corrections: the name of files whose rows replace those that the receiver has; it takes none without it.
        settles: seconds for which a receipt is waited for.
        answers: the receipts.
        published: what the receiver publishes back.
    """

    folder: str
    name: Annotated[str, AfterValidator(_filled("{number}", "{day}", "{action}"))]
    count: Literal["day", "ever"] = "day"
    numbers: str = ""
    form: Literal["csv", "xlsx", "xml", "json", "jsonl"] = "csv"
    named: Literal["headings", "codes"] = "headings"
    encoding: Encoding | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quoting: Literal["minimal", "all", "none"] = "minimal"
    newline: Literal["crlf", "lf"] = "crlf"
    header: bool = True
    guard: bool = False
    sheet: str = "Sheet1"
    root: str = "DATAS"
    record: str = "DATA"
    rows: int = Field(default=5000, ge=1)
    corrections: Annotated[str, AfterValidator(_filled("{number}", "{day}", "{action}"))] | None = None
    settles: float = Field(default=60, ge=0)
    answers: Answers | None = None
    published: Published | None = None


class FilesDeclared(Connected):
    """Files: ledgers or a source (``mapping``), a feed (``profile`` and ``drop``).

    Attributes:
        folder: relative to the workspace, or to where the SFTP account begins.
        pattern: which files are read, in small or capital letters; the lock files of office programs never are.
        subfolders: whether the folders below are read too.
        totals: a row that is mostly empty and has a cell that begins so is a sub-total, a note or a signature, not a
            record.
        reading: how cells are found, where that cannot be left to the program.
        limits: how much a file may hold.
        still: seconds for which a file must not have changed; one that still changes is left for the next run.
        sftp: the server that all folders lie on.
        rows: what makes the files a source.
        drop: the folder from which a receiver takes files.
        invalidate: a record is taken back by sending it once more with other values.
    """

    kind: Literal["files"]
    folder: str = ""
    pattern: Texts = ("*.xls*",)
    subfolders: bool = False
    totals: tuple[str, ...] = (
        *("小计", "合计", "总计", "累计", "本页"),
        *("表格说明", "填表说明", "说明:", "备注:", "注:"),
        *("填表人", "制表人", "填报人", "审核人", "单位负责人", "填表日期", "填报日期"),
    )
    reading: Reading = Reading()
    limits: Limits = Limits()
    still: float = Field(default=0.5, ge=0)
    sftp: Sftp | None = None
    rows: Rows | None = None
    drop: Drop | None = None
    invalidate: Invalidate | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """Ledgers, or a source if it says what makes a row; a feed."""
        read: tuple[Role, ...] = (("source" if self.rows else "ledger"),) if self.mapping else ()
        return (*read, *(("feed",) if self.profile else ()))

    @property
    def where(self) -> str:
        """The folder, with its server."""
        folder = self.folder or (self.drop.folder if self.drop else "")
        return f"sftp://{self.sftp.account}@{self.sftp.host}:{self.sftp.port}/{folder}" if self.sftp else folder

    @property
    def claim(self) -> str:
        """The folder that files are put into: two runs would not know each other's receipts."""
        return f"drop {self.where}" if self.drop else ""
