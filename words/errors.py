"""Every error a user can meet, by who acts next.

    YinxinError
    ├── BusinessError    a clerk: the data must be put right                    exit 1
    ├── SystemFailure    nobody yet: try again                                  exit 4
    ├── LoginNeeded      a person: sign in at the system                        exit 3
    ├── DriftError       an integrator: the layout or a column changed          exit 5
    ├── DeliveryError    the feed's operator: the feed will not take it         exit 4
    └── UsageError       the caller: a file, an option or a setting is wrong    exit 2

Each says what happened in one sentence, where (file, line, sheet, row, field), and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from words.languages import N_, gettext, mark


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, as exactly as it is known; lines and rows count from 1 as an editor shows them."""

    file: str | None = None
    line: int | None = None
    sheet: str | None = None
    row: int | None = None
    field: str | None = None
    system: str | None = None
    url: str | None = None

    def parts(self) -> list[tuple[str, str]]:
        """Return (label, value) pairs of what is known, outermost first, labels in the reader's language."""
        values = {
            mark("system"): self.system,
            mark("file"): self.file,
            mark("line"): self.line,
            mark("sheet"): self.sheet,
            mark("row"): self.row,
            mark("field"): self.field,
            mark("address"): self.url,
        }
        return [(gettext(label), str(value)) for label, value in values.items() if value is not None]

    def __str__(self) -> str:
        return " · ".join(f"{label} {value}" for label, value in self.parts())

    def as_dict(self) -> dict[str, str | int]:
        """Return what is known, for the JSON envelope."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in known.items() if value is not None}


class YinxinError(Exception):
    """An error with a reason code, one sentence, a place, and what to do next."""

    who: ClassVar[str]
    exit_code: ClassVar[int]

    def __init__(self, code: str, sentence: str, *, todo: str, place: Place | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.todo = todo
        self.place = place or Place()

    def as_dict(self) -> dict[str, object]:
        """Return the error for the JSON envelope."""
        return {
            "code": self.code,
            "who": self.who,
            "sentence": self.sentence,
            "place": self.place.as_dict(),
            "todo": self.todo,
            "exit_code": self.exit_code,
        }


def first_of(error: BaseException) -> BaseException:
    """Return the error to tell of a group: what runs side by side fails side by side, and ours explain best."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [first_of(each) for each in error.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, YinxinError)), leaves[0])


class BusinessError(YinxinError):
    """The data itself must be put right by a clerk."""

    who = N_("a clerk")
    exit_code = 1


class SystemFailure(YinxinError):  # noqa: N818 - the word of the exit-code table
    """A system did not answer as it should; the same call may succeed later."""

    who = N_("nobody yet: run it again")
    exit_code = 4


class LoginNeeded(YinxinError):  # noqa: N818 - the word of the exit-code table
    """A person has to sign in, or correct the stored password."""

    who = N_("whoever holds the account")
    exit_code = 3


class DriftError(YinxinError):
    """A page, a template or a ledger no longer looks as its declaration says; nothing more is sent."""

    who = N_("an integrator")
    exit_code = 5


class DeliveryError(YinxinError):
    """The feed refused a whole delivery or answered something unusable."""

    who = N_("the feed's operator")
    exit_code = 4


class UsageError(YinxinError):
    """A command, a declared file or a setting is wrong."""

    who = N_("whoever runs this command")
    exit_code = 2
