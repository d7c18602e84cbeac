"""What one record means in a form: for every input its words, the text to put in, and as what it may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.portal.form_declared import Form
from mappings.profile_file import Column
from mappings.profiles import Profile
from mappings.standards.fields import Kind
from words.declared import suggest
from words.errors import Place, UsageError
from words.languages import gettext as _

_BELOW = " > "
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日")


@dataclass(frozen=True, slots=True)
class Meant:
    """What one input is to show.

    Attributes:
        label: its words, as they are declared.
        words: the same, each with the heading that it stands below (or nothing).
        value: what is put in.
        texts: what a choice may show: the receiver's code, or its text.
        day: a date as YYYY-MM-DD, empty where there is none; None if the field holds no date.
        days: the ways to write it, the receiver's own first.
        sometimes: with nothing to enter, the input may be missing.
        personal: the value never stands in a message.
    """

    label: str
    words: tuple[Mapping[str, str], ...]
    value: str
    texts: tuple[str, ...] = ()
    day: str | None = None
    days: tuple[str, ...] = ()
    sometimes: bool = False
    personal: bool = False

    def asked(self) -> dict[str, Any]:
        """Return it as the page is asked for it."""
        return asdict(self)


def text_at(words: str, value: str) -> Meant:
    """Return a text for one input."""
    return Meant(words, (_placed(words),), value, (value,))


def meant_by(form: Form, profile: Profile, payload: Mapping[str, str]) -> list[Meant]:
    """Return what a payload (the receiver's headings → text) means in a form."""
    columns = {column.field: (column, header) for column, header in zip(profile.columns, profile.headers, strict=True)}
    named: dict[str, list[str]] = {}
    for words, name in form.fields.items():
        named.setdefault(name, []).append(words)
    return [
        _meant(words, columns[name][0], payload[columns[name][1]] or "", form, profile) for name, words in named.items()
    ]


def _meant(words: Sequence[str], column: Column, value: str, form: Form, profile: Profile) -> Meant:
    field = profile.standard.by_name[column.field]
    codes = {code: text for text, code in (column.codes or {}).items()}
    day = _day(value, profile.declared.date_format) if field.kind is Kind.DATE else None
    return Meant(
        " / ".join(words),
        tuple(_placed(each) for each in words),
        value,
        tuple(dict.fromkeys([value, codes.get(value, value)])),
        day,
        tuple(_written(day, [form.date_format or profile.declared.date_format, *_DAYS])) if day else (),
        any(each in form.sometimes for each in words),
        field.personal,
    )


def _placed(words: str) -> dict[str, str]:
    section, _below, label = words.rpartition(_BELOW)
    return {"section": section, "label": label}


def _day(value: str, written: str) -> str:
    with suppress(ValueError):
        return datetime.strptime(value, written).replace(tzinfo=UTC).date().isoformat()
    return ""


def _written(day: str, forms: Sequence[str]) -> list[str]:
    moment = datetime.fromisoformat(day)
    return [moment.strftime(form) for form in forms]


def lint_form(form: Form, profile: Profile, file: str) -> None:
    """See to it that every field of a form is a column of the profile.

    Raises:
        UsageError: one is not; or the profile has no document number, by which a record is looked up.
    """
    columns = [column.field for column in profile.columns]
    for name in [*form.fields.values(), "document_number"]:
        if name not in columns:
            raise UsageError(
                "unknown-field",
                _("The form names the field “{name}”, which the profile does not have.").format(name=name),
                todo=suggest(name, columns),
                place=Place(file=file, field="form.fields"),
            )
