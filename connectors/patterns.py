"""Texts of declarations that have a form: patterns, and values in which blanks are filled."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
#: A value in which ``{page}``, ``{size}``, ``{offset}``, ``{since}``, ``{until}`` and ``{key}`` are filled in.
Filled = str | int | bool
