"""Retention: what is personal, and until when it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from bots.operator import operator
from bots.workspace import Workspace
from journal import Journal, Kept
from mappings.standards import STANDARDS, Field
from words.errors import UsageError
from words.languages import gettext as _

#: Names that may be those of natural persons; the other names are those of authorities.
_NAMES = ("name", "legal_representative")
#: Of a verdict or a quarantined row: what is neither a value nor made of values.
_FINDINGS = frozenset({
    *("group", "rule", "sentence", "authority_name", "certificate_number"),
    *("decision_date", "deadline", "disclosed_on", "differing", "item"),
    *("source_origin", "ledger_origin", "feed_origin", "fingerprint"),
})  # fmt: skip


def purge(workspace: Workspace, journal: Journal, before: date, reason: str, *, rehearse: bool) -> dict[str, int]:
    """Remove the personal values of runs that ended before a day; return what was, or would be, removed.

    Raises:
        UsageError: the day is not over yet, or no reason is given.
    """
    if before > date.today():  # noqa: DTZ011 - the bureau's own day
        raise UsageError(
            "day-ahead",
            _("{day} lies ahead; what is done today is still needed.").format(day=before),
            todo=_("Name a day that has begun."),
        )
    if not reason.strip():
        raise UsageError(
            "no-reason",
            _("Nothing is removed without a reason."),
            todo=_("Say with --reason by which rule the period is over."),
        )
    begin = datetime.combine(before, time()).astimezone(UTC).isoformat(timespec="microseconds")
    return journal.purge(begin, kept(workspace), operator(), reason.strip(), rehearse=rehearse)


def kept(workspace: Workspace) -> Kept:
    """Return what is not personal: everything that a standard or a profile knows and does not hold for personal."""
    harmless = {name: field for standard in STANDARDS.values() for name, field in standard.by_name.items()}
    harmless = {name: field for name, field in harmless.items() if not _personal(field)}
    headings = {text for field in harmless.values() for text in (field.label, field.code)}
    for profile in workspace.profiles():
        headed = zip(profile.columns, profile.headers, strict=True)
        headings |= {header for column, header in headed if not column.field or column.field in harmless}
    return Kept(frozenset(harmless), frozenset(headings), _FINDINGS)


def _personal(field: Field) -> bool:
    return field.personal or field.name in _NAMES
