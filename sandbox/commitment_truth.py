"""What is true of every commitment: what must be pushed by which day, what must follow, and what a person must see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sandbox.building import PUBLICITY
from sandbox.clock import OPENING
from sandbox.commitment_scenes import Ending, Plot, next_run
from sandbox.commitments import NOT_AT_ALL, WHOLLY, Commitment, Permit, Project
from sandbox.model import City
from sandbox.workdays import after, is_working, moved

Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a commitment stands after the last run of a day.

    Attributes:
        pushed: The day on which it was pushed; none is not yet, or never.
        status: What the credit platform must say of it; empty where it must say nothing.
        held: Why a person must look at it; empty where nobody must.
    """

    pushed: date | None = None
    status: str = ""
    held: str = ""


def tell_commitments(projects: Iterable[Project], told: Mapping[str, Plot]) -> list[Entry]:
    """Tell the whole truth about the commitments, in the order of their codes' serials."""
    return [
        _entry(project, permit, commitment, told[commitment.code])
        for project in projects
        for permit in project.permits
        for commitment in permit.commitments
    ]


def _entry(project: Project, permit: Permit, commitment: Commitment, plot: Plot) -> Entry:
    ending = plot.ending
    uploads = [each.at for each in commitment.events if each.kind == "upload"]
    return {
        "code": commitment.code,
        "kind": plot.kind,
        "project": project.code,
        "permit": permit.number,
        "name": project.builder.name,
        "made": commitment.made.isoformat(),
        "deadline": _iso(commitment.deadline_at(datetime.max)),
        "effective": _iso(ending.effective),
        "push": _iso(ending.push),
        "uploaded": uploads[-1].isoformat() if uploads else None,
        "why": ending.why,
        "later": [{"at": at.isoformat(), "status": status, "open": remains} for at, status, remains in ending.later],
        "held": ending.held,
        "held_from": _iso(ending.held_from),
        "held_until": _iso(ending.held_until),
        "record": _record(project, commitment, ending) if ending.push else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _record(project: Project, commitment: Commitment, ending: Ending) -> dict[str, str]:
    """Return what the pushed record must say in the platform's spelling, but for what the bureau words itself."""
    deadline = commitment.deadline_at(datetime.max)
    assert deadline
    assert ending.effective == moved(deadline)
    return {
        "CN_BM": commitment.code,
        "CN_CNR_MC": project.builder.name,
        "CN_CNR_LB": project.builder.category,
        "CN_CNR_DM": project.builder.code,
        "CN_LX": commitment.sort,
        "CN_SY": commitment.reason,
        "CN_NR": commitment.content,
        "CN_WNZR": commitment.liability,
        "CN_ZCRQ": f"{commitment.made:%Y/%m/%d}",
        "CN_YXQ": f"{deadline:%Y/%m/%d}",
        "CN_SLDW": commitment.unit.name,
        "CN_SLDWDM": commitment.unit.code,
        "CN_GKLX": str(PUBLICITY.index(commitment.publicity) + 1),
        "CN_LXZT": NOT_AT_ALL,
    }


def commitment_truth(city: City, day: date, since: date | None = None) -> dict[str, Standing]:
    """Tell where every commitment stands after a bot ran on each working morning at nine, up to and including a day.

    Args:
        city: The city.
        day: The last day on which the bot ran, if it is a working day.
        since: The first day on which it ran; it ran from the very beginning unless told otherwise. What was met
            before its first run is never pushed, what was only uploaded before it is held until that is decided on.

    Returns:
        By commitment code, those that a list has shown by that day.
    """
    last = day if is_working(day) else after(day, -1)
    first = (since if is_working(since) else after(since, 1)) if since else None
    entries = cast("list[Entry]", city.truth["commitments"])
    return {str(entry["code"]): _standing(entry, last, first) for entry in entries if _day(entry, "made") < last}


def _day(entry: Entry, key: str) -> date:
    text = entry[key]
    return date.fromisoformat(str(text)[:10]) if text else date.max


def _standing(entry: Entry, last: date, first: date | None) -> Standing:
    held = str(entry["held"]) if _day(entry, "held_from") <= last < _day(entry, "held_until") else ""
    begin = max(_day(entry, "push"), first or date.min)
    pushed = _pushed(entry, begin)
    if begin <= last < pushed:
        held = "unconfirmed"
    if pushed > last or WHOLLY in (status for status, _ in _decided(entry, pushed)):
        return Standing(held=held)
    decided = _decided(entry, last)
    return Standing(pushed, decided[-1][0] if decided else NOT_AT_ALL, held)


def _pushed(entry: Entry, begin: date) -> date:
    """Return the first run, from one day on, that finds nothing uploaded on which nobody has decided."""
    if not entry["uploaded"] or datetime.fromisoformat(str(entry["uploaded"])) > datetime.combine(begin, OPENING):
        return begin
    return max(begin, next((run for _status, run in _decided(entry, date.max)), date.max))


def _decided(entry: Entry, run: date) -> list[tuple[str, date]]:
    """Return the statuses that a department has decided on by the run of a day, with the days of the runs."""
    later = cast("list[dict[str, str]]", entry["later"])
    moments = [(each["status"], datetime.fromisoformat(each["at"])) for each in later]
    return [(status, next_run(at)) for status, at in moments if at <= datetime.combine(run, OPENING)]
