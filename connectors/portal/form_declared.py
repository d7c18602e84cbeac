"""What an integrator declares of a form that takes records one by one."""

from __future__ import annotations

from pydantic import Field, model_validator

from connectors.patterns import Pattern
from words.declared import Declared


class Answer(Declared):
    """What the page's own request is answered with; JSON is compared without the spaces between its parts.

    Attributes:
        url: a pattern by which the address of the request is known.
        done: a pattern of an answer that says that it was done.
        refused: a pattern of one that says that it was not; its first group is the reason.
    """

    url: Pattern
    done: Pattern
    refused: Pattern


class Find(Declared):
    """How a person finds a row in the list.

    Attributes:
        field: the words at the input that takes the document number.
        button: the words on the button.
    """

    field: str
    button: str


class Remove(Declared):
    """A row's button that takes the record back.

    Attributes:
        button: the words on the row's button.
        reason: the words at the input that takes the reason; without them none is asked for.
        confirm: the words on the button of the dialog that asks once more.
        done: words that the page shows when it was done.
        refused: words one of which it shows when it was not.
    """

    button: str
    reason: str = ""
    confirm: str = ""
    done: str
    refused: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _confirmed(self) -> Remove:
        if self.reason and not self.confirm:
            raise ValueError("a reason is given in a dialog: say which button of it confirms")
        return self


class Form(Declared):
    """A form that takes one record.

    Attributes:
        page: its address below the portal's, or that of the page with the button that opens it.
        open: the words on that button.
        fields: words at an input → the field of the record; two words for one field are two names of one input, and
            ``heading > words`` is the input below a heading, where the words stand at several.
        sometimes: words of inputs that the form shows for some records only; left out where there is nothing to enter.
        date_format: how dates are written in the form, where that is not the profile's way.
        save: the words on the button.
        confirm: the words on the button of the dialog that asks once more.
        done: words that the page shows when it has saved.
        refused: words one of which it shows when it has not.
        errors: a CSS selector of what the form writes at a field that it refuses; the usual ones without it.
        answer: what the page's own request is answered with, where the page's words do not tell.
        find: how a row is found in the list, for ``edit`` and ``remove``; without it, it is on the first page.
        edit: the words on a row's button that opens the record in the same form.
        remove: a row's button that takes the record back.
        settles: seconds after which a record that the list does not show counts as never arrived.
    """

    page: str
    open: str = ""
    fields: dict[str, str] = Field(min_length=1)
    sometimes: tuple[str, ...] = ()
    date_format: str = ""
    save: str
    confirm: str = ""
    done: str
    refused: tuple[str, ...] = ()
    errors: str = ""
    answer: Answer | None = None
    find: Find | None = None
    edit: str = ""
    remove: Remove | None = None
    settles: float = Field(default=60, ge=0)
