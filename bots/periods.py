"""A month as somebody names it on the command line."""

from __future__ import annotations

import re

from words.errors import UsageError
from words.languages import gettext as _

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def month_of(text: str) -> str:
    """Return a month as it is written everywhere, YYYY-MM.

    Raises:
        UsageError: it is none.
    """
    if _MONTH.fullmatch(text) and text[:4] > "0001":
        return text
    raise UsageError(
        "not-a-month",
        _("“{text}” is not a month.").format(text=text),
        todo=_("Write it as YYYY-MM, for example 2024-07."),
    )
