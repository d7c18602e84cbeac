"""Where a commitment stands on a day: kept, running, overdue, or to be pushed; and what a person must look at.

A deadline on a rest day moves to the next working day. A commitment that nobody confirmed is pushed on the
``grace``-th working day after it. What is supplied and not confirmed, or disputed, is neither kept nor broken, and so
is whatever is said of it in words that are not known here: a failure that was none is worse than one told late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from mappings.standards.commitment import FULLY, NOT_AT_ALL, PARTLY
from reconciliation.commitments.cases import Case, Event
from words.errors import UsageError

#: What closes a commitment: its material supplied, that confirmed by the accepting unit, or an inspection passed.
Closing = Literal["supply", "confirmation", "inspection"]
_UPHELD, _REJECTED = ("异议成立", "成立"), ("异议不成立", "不成立")
_KEPT, _NOT_KEPT = (FULLY, "通过", "合格"), (NOT_AT_ALL, "未履行")


class Stage(StrEnum):
    """Where a commitment stands."""

    RUNNING = "running"  # its deadline lies ahead
    AT_RISK = "at_risk"  # its deadline lies ahead by a few working days only
    OVERDUE = "overdue"  # its deadline is over, and the day on which it is pushed lies ahead
    BREACHED = "breached"  # the day has come
    UNCONFIRMED = "unconfirmed"  # supplied, and the department has not said whether that is it
    DISPUTED = "disputed"  # somebody objects, and nobody has decided
    CLOSED = "closed"  # kept
    CANCELLED = "cancelled"  # taken back, or rightly objected to
    UNCLEAR = "unclear"  # what is written cannot be: a person must look


class Days(Protocol):
    """The working days."""

    def add(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day``."""

    def between(self, day: date, later: date) -> int:
        """Return how many working days there are after ``day`` up to ``later``."""

    def next_workday(self, day: date) -> date:
        """Return the day itself if it is worked, else the next one that is."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rules commitments are judged.

    Attributes:
        remind: working days before its deadline from which on a commitment is at risk.
        grace: working days after the deadline on which it is pushed.
        closes: commitment type → what closes it; a type that is not named needs a confirmation.
    """

    remind: int = 3
    grace: int = 7
    closes: Mapping[str, Closing] | None = None

    def closing(self, commitment_type: str) -> Closing:
        """Return what closes a commitment of a type."""
        closes = self.closes or {}
        return closes.get(commitment_type) or closes.get(commitment_type.partition("-")[0]) or "confirmation"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Where a commitment stands.

    Attributes:
        stage: where.
        deadline: the working day on which its deadline ends; None if nobody can tell.
        push_day: the working day on which it is pushed if nothing happens.
        performance: how far it was kept as of now.
        decided: what decided that, if something did.
        why: what a person must look at, as a reason code; empty if nobody must.
    """

    stage: Stage
    deadline: date | None = None
    push_day: date | None = None
    performance: str = NOT_AT_ALL
    decided: Event | None = None
    why: str = ""


def judge(case: Case, terms: Terms, days: Days, today: date) -> Judgement:
    """Judge a commitment as of a day."""
    decided = _decided(case, terms.closing(case.values["commitment_type"]))
    performance = _says(decided) if decided else NOT_AT_ALL
    ended = _ended(case, performance)
    try:
        deadline, push_day = _days(case, terms, days)
    except _NotToTell as reason:
        return Judgement(ended or Stage.UNCLEAR, None, None, performance, decided, "" if ended else reason.code)
    if ended:
        return Judgement(ended, deadline, push_day, performance, decided)
    stage, why = _standing(case, decided, terms, days, (deadline, push_day, today))
    return Judgement(stage, deadline, push_day, performance, decided, why)


class _NotToTell(Exception):  # noqa: N818 - what it says
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _decided(case: Case, closing: Closing) -> Event | None:
    """Return what says how far the commitment was kept; what the builder supplies counts only where that suffices."""
    if closing == "supply":
        found = case.events("supplies")
    else:
        found = case.events("inspections") if closing == "inspection" else case.own_confirmations
    return next((each for each in reversed(found) if _says(each)), None)


def _says(event: Event) -> str:
    """Return how far an event says that a commitment was kept; empty if that cannot be told from it."""
    if event.result in (PARTLY, *_NOT_KEPT):
        return PARTLY if event.result == PARTLY else NOT_AT_ALL
    bare = not event.result and event.kind != "inspections"
    return FULLY if bare or event.result in _KEPT else ""


def _claims(case: Case) -> list[Event]:
    """Return what may mean that a commitment was kept, whether or not it is what counts."""
    passed = [each for each in case.events("inspections") if _says(each)]
    told = (*case.events("supplies"), *case.own_confirmations, *passed)
    return [each for each in told if _says(each) != NOT_AT_ALL]


def _ended(case: Case, performance: str) -> Stage | None:
    if case.events("cancellations"):
        return Stage.CANCELLED
    if performance == FULLY:
        return Stage.CLOSED
    upheld = any(each.result in _UPHELD for each in case.events("disputes"))
    return Stage.CANCELLED if upheld else None


def _days(case: Case, terms: Terms, days: Days) -> tuple[date, date]:
    written = case.deadline
    if written is None:
        raise _NotToTell("no-deadline")
    if written < case.made:
        raise _NotToTell("deadline-before-commitment")
    try:
        deadline = days.next_workday(written)
        return deadline, days.add(deadline, terms.grace)
    except UsageError:
        raise _NotToTell("deadline-beyond-calendar") from None


def _standing(
    case: Case, decided: Event | None, terms: Terms, days: Days, dates: tuple[date, date, date]
) -> tuple[Stage, str]:
    deadline, push_day, today = dates
    if today <= deadline:
        return (Stage.AT_RISK if days.between(today, deadline) <= terms.remind else Stage.RUNNING), ""
    come = today >= push_day
    if any(each.result not in _REJECTED for each in case.events("disputes")):
        return Stage.DISPUTED, "disputed" if come else ""
    if case.foreign_confirmations and decided is None:
        return Stage.UNCONFIRMED, "confirmed-by-another" if come else ""
    if any(decided is None or decided.at < each.at for each in _claims(case)):
        return Stage.UNCONFIRMED, "unconfirmed" if come else ""
    return (Stage.BREACHED if come else Stage.OVERDUE), ""
