"""What the construction-approval system is about: projects, their permits, and what their builders promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sandbox.model import Department

MATERIAL = "施工图审查合格书"
WHOLLY, PARTLY, NOT_AT_ALL = "全部履行", "部分履行", "全部未履行"
UPHELD, REJECTED = "异议成立", "异议不成立"
#: What the system itself says of a commitment; it knows neither rest days nor whose confirmation counts.
STATES = ("办理中", "已上传待确认", "已确认", "部分确认", "已延期", "已逾期", "异议中", UPHELD, "已撤销")

EventKind = Literal["upload", "confirmation", "extension", "dispute", "ruling", "cancellation"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a commitment.

    ``text`` is the number of an uploaded paper, what a confirmation leaves open, the reason of an extension, a dispute
    or a cancellation, or the outcome of a dispute. ``unit`` is who confirmed, ``until`` the new deadline.
    """

    at: datetime
    kind: EventKind
    text: str = ""
    unit: Department | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """Who builds and promises; ``code`` is a credit code, or a natural person's identity number."""

    category: str
    name: str
    code: str
    legal: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise; ``unit`` is the permit department that accepted it and alone can confirm it."""

    code: str
    made: datetime
    deadline: date | None
    sort: str
    reason: str
    content: str
    liability: str
    publicity: str
    material: str
    unit: Department
    events: tuple[Event, ...]

    def past(self, moment: datetime, *kinds: EventKind) -> list[Event]:
        """The events of some kinds (of all, if none is named) that have happened by a moment."""
        return [each for each in self.events if each.at <= moment and (not kinds or each.kind in kinds)]

    def deadline_at(self, moment: datetime) -> date | None:
        """The deadline as it stands at a moment."""
        extensions = self.past(moment, "extension")
        return extensions[-1].until if extensions else self.deadline

    def state_at(self, moment: datetime) -> str:
        """What the system itself says at a moment."""
        if self.past(moment, "cancellation"):
            return "已撤销"
        disputed = self.past(moment, "dispute", "ruling")
        if disputed and disputed[-1].kind == "dispute":
            return "异议中"
        if handed_in := self.past(moment, "upload", "confirmation"):
            return _handed_in(handed_in[-1])
        if disputed and disputed[-1].text == UPHELD:
            return UPHELD
        deadline = self.deadline_at(moment)
        if deadline and moment.date() > deadline:
            return "已逾期"
        return "已延期" if self.past(moment, "extension") else "办理中"


def _handed_in(last: Event) -> str:
    if last.kind == "upload":
        return "已上传待确认"
    return "部分确认" if last.text else "已确认"


@dataclass(frozen=True, slots=True)
class Permit:
    """One construction permit, issued against the commitments under it; ``instance`` is the case it came from."""

    number: str
    instance: str
    work: str
    size: str
    price: str
    area: str
    issued: datetime
    unit: Department
    commitments: tuple[Commitment, ...]

    def certificate_at(self, moment: datetime) -> str:
        """The number of the drawing-review certificate, once somebody uploaded one."""
        promised = (each for each in self.commitments if each.material == MATERIAL)
        papers = [event.text for each in promised for event in each.past(moment, "upload")]
        return papers[-1] if papers else ""


@dataclass(frozen=True, slots=True)
class Project:
    """One project; from ``vanishes`` on the system finds nothing under it, though its lists still have it."""

    code: str
    investment: str
    name: str
    region: str
    address: str
    builder: Builder
    permits: tuple[Permit, ...]
    vanishes: datetime | None = None

    def is_gone(self, moment: datetime) -> bool:
        """Tell whether the project has vanished by a moment."""
        return self.vanishes is not None and self.vanishes <= moment

    def promises(self, moment: datetime) -> Iterator[tuple[Permit, Commitment]]:
        """The commitments that were made by a moment, each with its permit."""
        for permit in self.permits:
            yield from ((permit, each) for each in permit.commitments if each.made <= moment)
