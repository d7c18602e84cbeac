"""The one thing that has to be done now about a record, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from bots.explained import Advice, Form, Judgement
from bots.followed import Way
from journal import State
from reconciliation.linking import FEED
from reconciliation.report import Bucket, Compliance, Verdict
from words.languages import N_
from words.languages import gettext as _

_CLERK, _SUPERVISOR, _INTEGRATOR = N_("a clerk"), N_("a supervisor"), N_("an integrator")
_SECOND, _NOBODY = N_("a second person"), N_("nobody")
#: Rules that speak of the mapping, not of the row.
_OF_MAPPINGS = ("code-not-in-table", "not-a-choice")

_BY_STATE = {
    State.HELD: (_SECOND, N_("Look at it, then let it go with “yinxin release {run}”. It waits because of: {reason}")),
    State.PREPARED: (_NOBODY, N_("The next run sends it.")),
    State.SENT: (_NOBODY, N_("The next run, or “yinxin resume”, asks the feed before anything is sent again.")),
    State.UNKNOWN: (_NOBODY, N_("The next run, or “yinxin resume”, asks the feed before anything is sent again.")),
    State.ACCEPTED: (_NOBODY, N_("The feed took it and does not show it yet; the next run looks again.")),
    State.DIFFERS: (
        _SUPERVISOR,
        N_("The feed shows other values than were sent ({reason}); have them put right there."),
    ),
}
_BY_VERDICT = {
    Verdict.AMBIGUOUS: (_CLERK, N_("Say which record is right: remove or renumber the double where it stands.")),
    Verdict.ONLY_IN_LEDGER: (_SUPERVISOR, N_("Find out whether the decision was ever entered in a business system.")),
    Verdict.ONLY_IN_FEED: (_SUPERVISOR, N_("Find out who reported it; neither system nor ledger holds it.")),
    Verdict.ONLY_IN_SOURCE: (_CLERK, N_("Enter it in the ledger; it was not held back for that.")),
    Verdict.DIFFERS: (_CLERK, N_("Look at the document, and correct the side that is wrong.")),
}


def about_record(forms: Sequence[Form], judged: Sequence[Judgement], ways: Sequence[Way]) -> Advice:
    """Return what has to be done about a record; what keeps it from the public comes first."""
    for look in (_delivery, _held, _verdict):
        if advice := look(forms, judged, ways):
            return advice
    if any(way.state == State.CONFIRMED for way in ways) or any(each.feed for each in judged[:1]):
        return _advice(_NOBODY, N_("Nothing: the feed shows it."))
    return _advice(_NOBODY, N_("Nothing yet: the next run sends it."))


def about_quarantine(rule: str, origin: str) -> Advice:
    """Return what has to be done about a finding that keeps a row in quarantine."""
    if rule in _OF_MAPPINGS:
        return _advice(_INTEGRATOR, N_("Add the value to the mapping, then see “yinxin quarantine replay”."))
    return _advice(_CLERK, N_("Correct it where it stands ({origin}); the next run takes it."), origin=origin)


def about_nothing(near: bool, written: bool) -> Advice:
    """Return what has to be done about a number that nothing bears."""
    if written:
        return _advice(_CLERK, N_("Look at the document, and correct the number on the side that is wrong."))
    if near:
        return _advice(
            _CLERK, N_("Compare the number with the document; if one of the similar ones is meant, ask for that.")
        )
    return _advice(_CLERK, N_("Look it up in the business system: it is not entered, or decided on another day."))


def _advice(who: str, what: str, **blanks: str) -> Advice:
    return Advice(_(who), _(what).format(**blanks))


def _delivery(forms: Sequence[Form], _judged: Sequence[Judgement], ways: Sequence[Way]) -> Advice | None:
    """Only the newest delivery of the newest form waits for somebody."""
    if not ways or ways[-1].state not in {*_BY_STATE, State.REJECTED}:
        return None
    way = ways[-1]
    if way.state != State.REJECTED:
        who, what = _BY_STATE[State(way.state)]
        return _advice(who, what, reason=way.reason, run=way.steps[0].run)
    if forms and forms[0].fingerprint != way.fingerprint:
        return None
    where = forms[0].origin if forms else ""
    return _advice(
        _CLERK,
        N_("Correct where it stands ({origin}) what the feed names: {reason}. The next run sends it again."),
        origin=where,
        reason=way.reason.rstrip("。."),
    )


def _held(_forms: Sequence[Form], judged: Sequence[Judgement], _ways: Sequence[Way]) -> Advice | None:
    newest = next(iter(judged), None)
    if newest and newest.bucket == Bucket.EXEMPT:
        return _advice(_NOBODY, N_("Nothing: it was found exempt from disclosure."))
    if newest is None or newest.bucket != Bucket.HELD or newest.verdict == Verdict.AMBIGUOUS:
        return None
    if newest.compliance == Compliance.MALFORMED:
        return _advice(
            _CLERK, N_("Correct it where it stands ({origin}); the next run takes it."), origin=newest.source
        )
    if any(each.against == FEED for each in newest.differences):
        return _advice(
            _SUPERVISOR, N_("The feed shows other values: have them corrected there, or let the bot correct them.")
        )
    return None


def _verdict(_forms: Sequence[Form], judged: Sequence[Judgement], _ways: Sequence[Way]) -> Advice | None:
    newest = next(iter(judged), None)
    if newest is None or newest.verdict not in set(_BY_VERDICT):
        return None
    if newest.suggestion:
        return _advice(
            _CLERK, N_("Compare it with the nearest record; if both are the same decision, correct the number.")
        )
    return _advice(*_BY_VERDICT[Verdict(newest.verdict)])
