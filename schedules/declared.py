"""``schedules/calendar.yaml``: the years that the library does not know yet, and days of a place of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from schedules.workdays import Calendar, Said, days_between
from words.declared import Declared, line_of, parse
from words.errors import Place, UsageError
from words.languages import gettext as _

CALENDAR = "schedules/calendar.yaml"
_DAY = r"\d{4}-\d{2}-\d{2}"
_SPAN = re.compile(rf"({_DAY})(?:\.\.({_DAY}))?", re.ASCII)
_SATURDAY = 5

#: A day, or a range such as ``2027-02-05..2027-02-11``, both ends included.
Span = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^{_DAY}(\\.\\.{_DAY})?$"})]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _with_names(given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    return {str(span): "" for span in given} if isinstance(given, list) else given


Named = Annotated[dict[Span, str], BeforeValidator(_with_names, json_schema_input_type=dict[Span, str] | list[Span])]
Year = Annotated[int, Field(ge=1949, le=2199)]


class YearDeclared(Declared):
    """A whole year, as the State Council's notice gives it: weekends rest and weekdays work, except as listed.

    Attributes:
        holidays: days of rest; a list, or day → the holiday's name. Weekends may be among them.
        workdays: the weekends that are worked; likewise.
    """

    holidays: Named = {}
    workdays: Named = {}


class CalendarDeclared(Declared):
    """The workspace's own days.

    Attributes:
        title: whose days they are.
        years: whole years, instead of what the library knows of them, or before it knows them.
        closed: single days on which offices here are closed, with the reason.
        open: single days on which offices here work, with the reason.
    """

    title: str
    years: dict[Year, YearDeclared] = {}
    closed: dict[Span, Reason] = {}
    open: dict[Span, Reason] = {}


class Entry(NamedTuple):
    """One line of the file: where it stands, its days, and what it says of them; ``year`` is 0 for single days."""

    path: tuple[str, ...]
    year: int
    span: str
    said: Said


def read_calendar(text: str, file: str) -> CalendarDeclared:
    """Read and lint the text of the file.

    Raises:
        UsageError: a day is none, stands in another year, contradicts another, or says what is so anyway.
    """
    declared = parse(CalendarDeclared, text, file)
    seen: dict[tuple[int, date], bool] = {}
    for entry in entries(declared):
        place = Place(file=file, line=line_of(text, entry.path), field=".".join(entry.path))
        for day in days_of(entry.span, place):
            _lint(entry, day, place)
            if seen.setdefault((entry.year, day), entry.said.works) != entry.said.works:
                sentence = _("{day} is said both to be worked and not to be.").format(day=day)
                raise UsageError("calendar-contradiction", sentence, todo=_("Remove one of the two."), place=place)
    return declared


def calendar_of(declared: CalendarDeclared) -> Calendar:
    """Return the calendar of a linted file; single days go before whole years."""
    said = {day: entry.said for entry in entries(declared) for day in days_of(entry.span)}
    return Calendar(frozenset(declared.years), said)


def entries(declared: CalendarDeclared) -> Iterator[Entry]:
    """Yield every entry, those of whole years first."""
    for year, listed in declared.years.items():
        for name, spans, works in (("holidays", listed.holidays, False), ("workdays", listed.workdays, True)):
            for span, reason in spans.items():
                yield Entry(("years", str(year), name, span), year, span, Said(works, reason))
    for span, reason in declared.closed.items():
        yield Entry(("closed", span), 0, span, Said(False, reason))
    for span, reason in declared.open.items():
        yield Entry(("open", span), 0, span, Said(True, reason))


def days_of(span: str, place: Place | None = None) -> list[date]:
    """Return the days of a span, which all lie in one year.

    Raises:
        UsageError: it is neither a day nor a range of days.
    """
    try:
        first, last = (date.fromisoformat(day) for day in _ends(span))
    except ValueError:
        first, last = date.max, date.min
    if first > last or first.year != last.year:
        raise UsageError(
            "not-a-day",
            _("“{text}” is neither a day nor a range of days of one year.").format(text=span),
            todo=_("Write YYYY-MM-DD, or the first and the last day with “..” between them."),
            place=place,
        )
    return list(days_between(first, last))


def _ends(span: str) -> tuple[str, str]:
    if not (found := _SPAN.fullmatch(span)):
        raise ValueError
    return found[1], found[2] or found[1]


def _lint(entry: Entry, day: date, place: Place) -> None:
    if not entry.year:
        return
    if day.year != entry.year:
        raise UsageError(
            "calendar-other-year",
            _("{day} does not lie in {year}.").format(day=day, year=entry.year),
            todo=_("Put it under its own year, or as a single day under “closed” or “open”."),
            place=place,
        )
    if entry.said.works and day.weekday() < _SATURDAY:
        raise UsageError(
            "calendar-plain-workday",
            _("{day} is no weekend: it is worked anyway.").format(day=day),
            todo=_("Correct the day, or remove it; only weekends that are worked are listed."),
            place=place,
        )
