"""The workspace's own days: adding some to its file, so that what a person wrote there stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from yaml import YAMLError

from bots.reading import read_text
from bots.workspace import Workspace
from schedules.declared import CALENDAR, CalendarDeclared, calendar_of, days_of, entries, read_calendar
from schedules.editing import Value, scalar, with_entry
from schedules.notices import Notice, read_notice
from schedules.workdays import Calendar
from words.declared import line_of
from words.errors import Place, UsageError
from words.languages import gettext as _

Section = Literal["years", "closed", "open"]


class Addition(NamedTuple):
    """One more entry of the file."""

    section: Section
    key: str
    value: Value


def add_days(workspace: Workspace, span: str, reason: str, *, works: bool) -> Calendar:
    """Say of a day, or of a range of days, that offices here work or are closed; return the calendar it makes.

    Raises:
        UsageError: these are no days, no reason is given, or the file says something of them already.
    """
    days_of(span)
    if not (told := " ".join(reason.split())):
        raise UsageError(
            "no-reason",
            _("A day of one's own needs a reason."),
            todo=_("Say with --reason why, for whoever reads the calendar later."),
        )
    return _write(workspace, [Addition("open" if works else "closed", span, told)])


def add_year(workspace: Workspace, year: int, file: Path) -> Calendar:
    """Add a year's notice, and what it says of December days before it; return the calendar it makes.

    Raises:
        UsageError: the notice cannot be read or is that of another year, or the file has the year already.
    """
    notice = read_notice(read_text(Path(), str(file)), str(file), year)
    return _write(workspace, _additions(notice, workspace.calendar))


def _additions(notice: Notice, calendar: Calendar) -> list[Addition]:
    """Days of other years are only added where the calendar does not count so already."""
    listed: dict[str, Value] = {"holidays": notice.holidays, "workdays": notice.workdays}
    year = Addition("years", str(notice.year), {name: spans for name, spans in listed.items() if spans})
    outside = [
        Addition("open" if each.kind.works else "closed", each.span, each.kind.reason)
        for each in notice.outside
        if not all(calendar.knows(day) and calendar.is_workday(day) == each.kind.works for day in days_of(each.span))
    ]
    return [year, *outside]


def _write(workspace: Workspace, additions: list[Addition]) -> Calendar:
    path = workspace.folder / CALENDAR
    text = read_text(workspace.folder, CALENDAR) if path.exists() else _new(workspace)
    before = read_calendar(text, CALENDAR)
    for added in additions:
        _refuse_stated(before, added, text)
    edited = _edited(text, additions)
    after = _read_back(edited, before, additions)
    _replace(path, edited)
    return calendar_of(after)


def _new(workspace: Workspace) -> str:
    return f"title: {scalar(workspace.settings.title)}\n"


def _refuse_stated(declared: CalendarDeclared, added: Addition, text: str) -> None:
    for path in _stated(declared, added):
        raise UsageError(
            "calendar-stated",
            _("The workspace's calendar speaks of {days} already.").format(days=path[-1]),
            todo=_("Change it there by hand, or remove it first."),
            place=Place(file=CALENDAR, line=line_of(text, path), field=".".join(path)),
        )


def _stated(declared: CalendarDeclared, added: Addition) -> Iterator[tuple[str, ...]]:
    """Yield where the file speaks of the same year, or of the same single days."""
    if added.section == "years":
        yield from (("years", added.key) for year in declared.years if str(year) == added.key)
        return
    days = set(days_of(added.key))
    yield from (each.path for each in entries(declared) if not each.year and days & set(days_of(each.span)))


def _edited(text: str, additions: list[Addition]) -> str:
    """Return the text with the additions, or as it is where one of them makes it unreadable for the next."""
    edited = text
    try:
        for added in additions:
            edited = with_entry(edited, *added)
    except YAMLError:
        return text
    return edited


def _read_back(edited: str, before: CalendarDeclared, additions: list[Addition]) -> CalendarDeclared:
    """Return what the edited text says, which is what it said before, and the additions."""
    wanted = before.model_dump()
    for section, key, value in additions:
        wanted[section][key] = value
    try:
        after = read_calendar(edited, CALENDAR)
    except UsageError:
        after = before
    if after != CalendarDeclared.model_validate(wanted):
        lines = "".join(with_entry("", *added) for added in additions)
        raise UsageError(
            "calendar-layout",
            _("The workspace's calendar is laid out in a way to which nothing can be added."),
            todo=_("Write this into it by hand:\n{lines}").format(lines=lines.rstrip()),
            place=Place(file=CALENDAR),
        )
    return after


def _replace(path: Path, text: str) -> None:
    """Write the file whole, or leave the one that is there."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        new.write_text(text, encoding="utf-8")
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except OSError as error:
        raise UsageError(
            "file-not-written",
            _("This file cannot be written: {reason}").format(reason=error.strerror or error),
            todo=_("Name a folder that is there, that you may write to, and that has room."),
            place=Place(file=CALENDAR),
        ) from error
