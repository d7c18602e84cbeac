"""What is known of a document number, as sections that a clerk reads from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bots.explained import Advice, Decided, Difference, Explained, Form, Judgement, Never, Told, Tried, Waiting
from bots.followed import Deadline
from cli.printing import Block, opening
from cli.timeline import BETWEEN, local, timeline
from mappings.standards import STANDARDS, Standard
from reconciliation.headings import DISPOSITIONS, MEANINGS, field_label, heading, title, word
from reconciliation.report import Verdict
from words.languages import N_, ngettext
from words.languages import gettext as _

Pairs = list[tuple[str, str]]
_STAGES = {
    "collected": N_("First collected"),
    "prepared": N_("First made ready"),
    "sent": N_("First sent"),
    "confirmed": N_("First confirmed"),
}


def sections(found: Explained, folder: Path) -> Iterator[list[Block]]:
    """Yield the blocks that are printed together; paths are told as seen from ``folder``."""
    for record in found.records:
        yield [_head(found.number, record.name, record.advice), _where(record), *decisions(record.decisions)]
        yield [*_members(record), *_tried(record)]
        yield [_deadline(record.deadline), *(timeline(way, folder) for way in record.ways)]
        yield list(_says(STANDARDS[record.standard], record.forms))
        yield [_seen(record.judgements)]
    for waiting in found.quarantined:
        yield [_head(found.number, waiting.name, waiting.advice), _quarantined(waiting)]
    if found.never:
        yield [_head(found.number, "", found.never.advice), *_never(found.never)]


def _head(number: str, name: str, advice: Advice) -> Block:
    return f"{number} {name}".strip(), [(_("To do"), advice.what), (_("Who acts"), opening(advice.who))]


def _where(record: Told) -> Block:
    standard, newest = STANDARDS[record.standard], next(iter(record.judgements), None)
    if newest is None:
        return _("Where it is"), [("", _("No run has judged it yet: the one that collected it did not get so far."))]
    pairs: Pairs = [
        (_("Verdict"), f"{title(newest.verdict)}{BETWEEN}{_(MEANINGS[Verdict(newest.verdict)])}"),
        (_("Matched by"), word(newest.rule)),
        (field_label(standard, "normalised"), newest.normalised),
        *((field_label(standard, f"{side}_origin"), getattr(newest, side)) for side in ("source", "ledger", "feed")),
        *_differences(standard, newest),
        (_("Nearest record"), newest.suggestion),
        (_("Held or refused"), newest.reason),
        (_("Worth a look"), record.warnings),
    ]
    return _("Where it is"), [pair for pair in pairs if pair[1]]


def decisions(made: Sequence[Decided]) -> Iterator[Block]:
    """Yield what persons decided, a line each; nothing where nobody did."""
    if made:
        yield _("What persons decided"), [(local(each.at), _decision(each)) for each in made]


def _decision(each: Decided) -> str:
    word = _(DISPOSITIONS.get(each.disposition, each.disposition))
    who = _("{reviewer}: {word} ({reason})").format(reviewer=each.reviewer, word=word, reason=each.reason or "–")
    brought = "" if each.imported_by == each.reviewer else _("imported by {who}").format(who=each.imported_by)
    settles = _("settles a disagreement") if each.settles else ""
    return BETWEEN.join(filter(None, (who, _(each.state), settles, brought, title(each.verdict), each.run)))


def _members(record: Told) -> Iterator[Block]:
    for newest in record.judgements[:1]:
        lines = [(title(each.side), BETWEEN.join((each.origin, each.number, each.name))) for each in newest.members]
        if lines:
            yield _("Records that cannot be told apart"), lines


def _tried(record: Told) -> Iterator[Block]:
    for newest in record.judgements[:1]:
        near = [("", line) for line in newest.why_not.splitlines()]
        if near:
            yield heading("why_not"), near
        lines = [(title(each.rule), _apart(STANDARDS[record.standard], each)) for each in newest.tried]
        if lines:
            yield _("Why it was not matched with the nearest record"), lines


def _apart(standard: Standard, each: Tried) -> str:
    if not each.field:
        return _("it fits, but not surely enough, or not it alone")
    field = field_label(standard, each.field)
    if each.here and each.there:
        return _("{field}: “{here}” here, “{there}” there").format(field=field, here=each.here, there=each.there)
    return _("{field}: not stated on both sides").format(field=field)


def _differences(standard: Standard, newest: Judgement) -> Pairs:
    if newest.differing and not newest.differences:
        labels = _(", ").join(field_label(standard, name) for name in newest.differing)
        return [(field_label(standard, "differing"), labels)]
    return [(field_label(standard, each.field), _both(each)) for each in newest.differences]


def _both(each: Difference) -> str:
    return _("“{here}” at the bureau, “{there}” there: {side}, {origin}").format(
        here=each.here, there=each.there, side=word(each.against), origin=each.origin
    )


def _deadline(deadline: Deadline | None) -> Block:
    if deadline is None:
        return _("Deadline"), [("", _("There is none: its decision date is missing, ahead, or not in the calendar."))]
    last = _("{day}: {period} working days, by {calendar}").format(
        day=deadline.last_day, period=deadline.period, calendar=deadline.calendar
    )
    pairs: Pairs = [(_("Decided on"), deadline.decided), (_("Last day"), last), (_("Standing"), _standing(deadline))]
    pairs += [(_("Why late"), deadline.why)] if deadline.why else []
    return _("Deadline"), [*pairs, *((_(_STAGES[stage.name]), stage.day) for stage in deadline.stages)]


def _standing(deadline: Deadline) -> str:
    count = deadline.late or deadline.left
    if deadline.shown and deadline.late:
        text = ngettext(
            "late: disclosed on {day}, {count} working day after",
            "late: disclosed on {day}, {count} working days after",
            count,
        )
    elif deadline.shown:
        text = _("on time: disclosed on {day}")
    elif deadline.late:
        text = ngettext(
            "late: not disclosed, over by {count} working day",
            "late: not disclosed, over by {count} working days",
            count,
        )
    else:
        text = ngettext(
            "not disclosed yet: {count} working day left", "not disclosed yet: {count} working days left", count
        )
    return opening(text.format(day=deadline.day, count=count))


def _says(standard: Standard, forms: Sequence[Form]) -> Iterator[Block]:
    for form in forms[:1]:
        seen = _("{at} by run {run}, mapping {mapping}").format(at=local(form.at), run=form.run, mapping=form.mapping)
        values = [(field_label(standard, name), _value(form, name)) for name in form.values]
        yield (
            _("What the record says"),
            [(_("So since"), seen), (field_label(standard, "origin"), form.origin), *values],
        )
    for newer, older in pairwise(forms):
        names = [name for name in standard.names if newer.values.get(name) != older.values.get(name)]
        before = [(field_label(standard, name), older.values.get(name, "–")) for name in names]
        other = N_("What {origin} says, since {at}")
        heading = N_("What it said before, since {at}") if older.origin == newer.origin else other
        yield _(heading).format(at=local(older.at), origin=older.origin), before


def _value(form: Form, name: str) -> str:
    if name not in form.changed:
        return form.values[name]
    return _("{value} (written there: “{raw}”)").format(value=form.values[name], raw=form.changed[name])


def _seen(judgements: Iterable[Judgement]) -> Block:
    lines = [(local(each.at), BETWEEN.join(filter(None, (each.run, *_outcome(each))))) for each in judgements]
    return _("Which runs saw it"), lines


def _outcome(each: Judgement) -> Iterator[str]:
    yield word(each.verdict)
    yield word(each.bucket)
    yield word(each.outcome)
    yield _("dry run") if each.dry_run else ""


def _quarantined(waiting: Waiting) -> Block:
    when = _("{at} by run {run}, mapping {mapping}").format(
        at=local(waiting.at), run=waiting.run, mapping=waiting.mapping
    )
    heading = _("In quarantine") if waiting.now else _("Was in quarantine; the newest run has it no more")
    return heading, [
        (_("Found"), when),
        (field_label(STANDARDS[waiting.standard], "origin"), waiting.origin),
        (_("Field"), field_label(STANDARDS[waiting.standard], waiting.field)),
        (_("Value"), waiting.value),
        (_("What is wrong"), opening(waiting.sentence)),
        (_("What to do"), waiting.hint),
    ]


def _never(never: Never) -> Iterator[Block]:
    yield _("Never seen"), [("", _("No run has seen this number: no system, no ledger and no feed showed it."))]
    searched = [(_("Looked in"), _(", ").join(never.systems))]
    for run in never.runs:
        window = _("{since} to {until}").format(since=run.since, until=run.until)
        searched.append((local(run.at), BETWEEN.join((window, run.run, _(run.state)))))
    searched += [(_("Not readable"), origin) for origin in never.unreadable]
    yield _("What the last runs looked at (decision dates)"), searched
    if never.written:
        yield (
            _("Written so elsewhere"),
            [(each.here, f"{word(each.against)}{BETWEEN}{each.origin}") for each in never.written],
        )
    if never.near:
        yield _("Numbers like it (suggestions only)"), [(each.number, each.name) for each in never.near]
