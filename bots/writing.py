"""Writing a file that a person names."""

from __future__ import annotations

from pathlib import Path

from words.errors import Place, UsageError
from words.languages import gettext as _


def refuse_existing(file: Path, *, force: bool) -> None:
    """Let nothing be overwritten that nobody gave up.

    Raises:
        UsageError: the file exists and ``force`` is not given.
    """
    if file.exists() and not force:
        raise UsageError(
            "file-exists",
            _("There is a file of this name already."),
            todo=_("Name another file, or overwrite it with --force."),
            place=Place(file=str(file)),
        )
