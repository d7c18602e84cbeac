"""Reading the text of a declared file."""

from __future__ import annotations

from pathlib import Path

from words.errors import Place, UsageError
from words.languages import gettext as _


def read_text(folder: Path, file: str) -> str:
    """Return the text of a file, which errors name as it is seen from the folder.

    Raises:
        UsageError: it is not there, or no text in UTF-8.
    """
    try:
        return (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "unreadable-file",
            _("This file cannot be read: {reason}").format(reason=error),
            todo=_("It must be a text file in UTF-8."),
            place=Place(file=file),
        ) from error
