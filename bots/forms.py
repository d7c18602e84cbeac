"""What a report is written as."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What a report is written as."""

    XLSX = "xlsx"  # the workbook
    HTML = "html"  # one page for a browser
    JSON = "json"  # data for other programs
    TEXT = "text"  # no file; only what a terminal shows
