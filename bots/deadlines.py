"""Where a record stands against its deadline, and what made it late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from bots.explained import Form, Judgement
from bots.followed import Deadline, Stage, Way
from bots.workspace import Workspace
from journal import RunRow, State
from reconciliation.report import Bucket
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

_STAGES = (State.PREPARED, State.SENT, State.CONFIRMED)
COLLECTED = "collected"


def deadline_of(
    workspace: Workspace,
    forms: Sequence[Form],
    judged: Sequence[Judgement],
    ways: Sequence[Way],
    run: Callable[[str], RunRow],
) -> Deadline | None:
    """Return the deadline of a record by the workspace's calendar as it is now, or None if its date allows none."""
    decided = _decided(forms, judged)
    if decided is None or not workspace.calendar.first_day <= decided <= workspace.today:
        return None
    try:
        return _counted(workspace, decided, forms, judged, ways, run)
    except UsageError:  # beyond the calendar
        return None


def _decided(forms: Sequence[Form], judged: Sequence[Judgement]) -> date | None:
    written = [each.values.get("decision_date", "") for each in forms[:1]]
    written += [each.decision_date for each in judged[:1]]
    try:
        return next((date.fromisoformat(text) for text in written if text), None)
    except ValueError:
        return None


def _counted(
    workspace: Workspace,
    decided: date,
    forms: Sequence[Form],
    judged: Sequence[Judgement],
    ways: Sequence[Way],
    run: Callable[[str], RunRow],
) -> Deadline:
    calendar = workspace.calendar
    last = calendar.add(decided, workspace.settings.period)
    reached = [*([(COLLECTED, run(forms[-1].run).as_of)] if forms else []), *_sent(ways)]
    stages = tuple(Stage(name, day, calendar.between(last, date.fromisoformat(day))) for name, day in reached)
    shown = _shown_on(judged, stages)
    day = date.fromisoformat(shown) if shown else workspace.today
    late = calendar.between(last, day)
    return Deadline(
        decided=decided.isoformat(),
        period=workspace.settings.period,
        last_day=last.isoformat(),
        calendar=calendar.version,
        day=day.isoformat(),
        shown=bool(shown),
        late=late,
        left=0 if shown else calendar.between(day, last),
        stages=stages,
        why=_why(stages, judged, ways, shown) if late else "",
    )


def _sent(ways: Sequence[Way]) -> Iterator[tuple[str, str]]:
    """Yield the stages of the first delivery that came so far, each with the day on which its run took it to be."""
    for state in _STAGES:
        steps = [step for way in ways for step in way.steps if step.state == state]
        if steps:
            yield state.value, steps[0].as_of


def _shown_on(judged: Sequence[Judgement], stages: Sequence[Stage]) -> str:
    """Return the day on which the feed took it by its own word, else the day on which it was read back, or nothing."""
    told = [each.disclosed_on for each in judged if each.disclosed_on]
    read = [stage.day for stage in stages if stage.name == State.CONFIRMED]
    return min(told, default="") or min(read, default="")


def _why(stages: Sequence[Stage], judged: Sequence[Judgement], ways: Sequence[Way], shown: str) -> str:
    if not stages or stages[0].name != COLLECTED:
        return _("No business system has shown it, so nothing could be sent.")
    collected = stages[0]
    if collected.late:
        return ngettext(
            "It was collected for the first time on {day}, {count} working day after the last day.",
            "It was collected for the first time on {day}, {count} working days after the last day.",
            collected.late,
        ).format(day=collected.day, count=collected.late)
    sentence, reason = _afterwards(stages, judged, ways, shown)
    return _(sentence).format(day=collected.day, reason=reason)


def _afterwards(
    stages: Sequence[Stage], judged: Sequence[Judgement], ways: Sequence[Way], shown: str
) -> tuple[str, str]:
    """Return what became of a record that was collected in time, and the reason that others gave for it."""
    if held := next((each.reason for each in judged if each.bucket == Bucket.HELD), ""):
        return N_("It was collected in time, on {day}, and held: {reason}"), held
    if ways and ways[-1].state == State.REJECTED:
        return N_("It was collected in time, on {day}, and the feed refused it: {reason}"), ways[-1].reason
    if shown and not ways:
        return N_("It was collected in time, on {day}; the feed took it from somebody else."), ""
    if any(stage.name == State.SENT and not stage.late for stage in stages):
        return N_("It was collected on {day} and sent in time; the feed did not show it in time."), ""
    return N_("It was collected in time, on {day}, and no run sent it before the last day was over."), ""
