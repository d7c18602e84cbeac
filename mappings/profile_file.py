"""What a profile file may say; what is wrong with one beyond a single key is ``mappings.profile_lint``."""

from __future__ import annotations

from typing import Literal

import polars as pl
from pydantic import Field as Key
from pydantic import field_validator, model_validator

from mappings.mapping import Rule
from mappings.rules import WARNINGS
from mappings.standards.licence import COUNTERPART_TYPES, SOLE_TRADER
from words.declared import Declared


class Column(Declared):
    """One column of the receiver's template.

    Attributes:
        field: the standard's field; a column of no field has a ``constant``.
        header: the heading in the template; the standard's label when it is left out.
        code: the receiver's own field code; the standard's when it is left out.
        length: the longest value in bytes of the receiver's encoding; the standard's length when it is left out.
        codes: the standard's texts → the receiver's codes.
        reads: further codes → the standard's texts, understood where they are read and never written.
        choices: the receiver's own code table where it is narrower than the standard's.
        join: what the receiver wants between several texts or codes in one value.
        when: field → value without which this column stays empty (居民身份证号 takes no number of a passport).
        constant: what stands in a column of no field.
        takes: what such a column may hold besides nothing in a row that is collected; any other row goes to quarantine.
    """

    field: str = ""
    header: str = ""
    code: str = ""
    length: int | None = None
    codes: dict[str, str] | None = None
    reads: dict[str, str] = {}
    choices: tuple[str, ...] | None = None
    join: Literal["、", ",", ";", "|", "/", "，", "；"] = "、"
    when: dict[str, str] = {}
    constant: str | None = None
    takes: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Column:
        if bool(self.field) == (self.constant is not None) or not (self.field or self.header):
            raise ValueError("give either “field”, or “header” and “constant”")
        return self


class Names(Declared):
    """Which names the receiver takes (its forbidden-characters rule).

    Attributes:
        pattern: what every name must match.
        forbidden: texts that no name may hold.
        shortest: the shortest name, a Chinese character counting two and any other one.
        exceptions: names that are taken as they are, whatever the other keys say.
        allow: characters that are taken though the pattern does not have them, ``·`` for one.
    """

    pattern: str = ".*"
    forbidden: tuple[str, ...] = ()
    shortest: int = 0
    exceptions: tuple[str, ...] = ()
    allow: str = ""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return compiles(value)


def compiles(value: str) -> str:
    """Return a regular expression as it is.

    Raises:
        ValueError: it is none.
    """
    try:
        pl.Series([""]).str.contains(value)
    except pl.exceptions.ComputeError:
        raise ValueError("this is not a regular expression") from None
    return value


class ProfileFile(Declared):
    """The text of a profile file. The edition is demanded because status ``1`` means revoked in one of them.

    ``duplicate`` holds words of a refusal that means “we have it already”: it is looked up before it is believed.
    """

    standard: str
    edition: str
    title: str
    encoding: str = "gb18030"
    date_format: str = "%Y/%m/%d"
    key: tuple[str, ...] = ("document_number", "name")
    duplicate: tuple[str, ...] = ()
    names: Names = Names()
    credit_code: str = ""
    prefixes: dict[str, str] = {"92": SOLE_TRADER}
    refuse: tuple[str, ...] = ()
    columns: tuple[Column, ...] = Key(min_length=1)
    unstated: dict[str, Rule] = {}

    @field_validator("credit_code")
    @classmethod
    def _compiles(cls, value: str) -> str:
        return compiles(value)

    @field_validator("encoding")
    @classmethod
    def _encodes(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError("this is no encoding") from None
        return value

    @field_validator("prefixes")
    @classmethod
    def _types(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [each for each in value.values() if each not in COUNTERPART_TYPES]:
            raise ValueError(f"“{wrong[0]}” is none of {', '.join(COUNTERPART_TYPES)}")
        return value

    @field_validator("refuse")
    @classmethod
    def _warnings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in value if each not in WARNINGS]:
            raise ValueError(f"“{wrong[0]}” is none of the warnings: {', '.join(WARNINGS)}")
        return value
