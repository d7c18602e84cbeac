"""What may be decided about a record, and what a decision brings about; every refusal names the row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bots.standing import Standing, told
from journal import Action, Delivery, Disposition, Journal, State
from reconciliation.answers import Answer
from reconciliation.headings import DISPOSITIONS
from reconciliation.rates import RECEIVED
from reconciliation.report import Compliance, Verdict
from words.errors import BusinessError, Place
from words.languages import gettext as _
from words.languages import speaking

#: What nobody decides without saying why.
REASONED = ("deliver", "hold", "exempt", "no_action")
#: The languages in which workbooks are written.
LANGUAGES = ("zh", "en")


def decided(answer: Answer, row: Mapping[str, Any], place: Place) -> str:
    """Return the code word of what an answer decides about a row of the verdicts.

    Raises:
        BusinessError: it is no disposition, lacks its reason, or cannot be decided about this row.
    """
    code = words_of().get(answer.disposition.casefold(), "")
    if not code:
        raise BusinessError(
            "unknown-disposition",
            _("“{word}” is no disposition.").format(word=answer.disposition),
            todo=_("Choose one of: {words}.").format(words=_(", ").join(map(_, DISPOSITIONS.values()))),
            place=place,
        )
    if code in REASONED and not answer.reason:
        raise BusinessError(
            "disposition-without-reason",
            _("“{word}” needs a reason.").format(word=_(DISPOSITIONS[code])),
            todo=_("Say why in the last column; it is kept with your name."),
            place=place,
        )
    if why := _impossible(code, row):
        todo = _("Choose another disposition, or “Correct the source”.")
        raise BusinessError("disposition-impossible", why, todo=todo, place=place)
    return code


@lru_cache(maxsize=1)
def words_of() -> dict[str, str]:
    """Return every word for a disposition, in either language and as its code."""
    found = {code: code for code in DISPOSITIONS}
    for language in LANGUAGES:
        with speaking(language):
            found |= {_(text).casefold(): code for code, text in DISPOSITIONS.items()}
    return found


def _impossible(code: str, row: Mapping[str, Any]) -> str:
    """Return why this cannot be decided about a row; empty if it can."""
    if code == "deliver":
        if not row["compliance"]:
            return _("It cannot be delivered: no business system holds it.")
        if row["verdict"] == Verdict.AMBIGUOUS:
            return _("It cannot be delivered: which of several records is meant is not decided by that.")
        if row["compliance"] == Compliance.MALFORMED:
            return _("It cannot be delivered as it is: the receiver refuses it.")
    if code == "exempt" and (row["feed_origin"] or row["outcome"] in RECEIVED):
        return _("The feed shows it already; “yinxin deliveries withdraw” takes it back.")
    return ""


def refuse_changed(made: Disposition, newest: Mapping[str, str], place: Place) -> None:
    """Refuse a decision about what is not so any more.

    Raises:
        BusinessError: the newest run found the record, or what it was compared with, otherwise.
    """
    if newest.get(made.record_id, made.basis) != made.basis:
        raise BusinessError(
            "record-changed",
            _("It has changed since this workbook was written: {number}").format(number=made.document_number),
            todo=_("Decide about it in the workbook of the newest run."),
            place=place,
        )


def released_by(journal: Journal, made: Disposition, place: Place) -> list[int]:
    """Return the held deliveries of exactly this form that a decision lets go.

    Raises:
        BusinessError: the same person prepared one of them.
    """
    held = journal.deliveries(states=[State.HELD], record_id=made.record_id)
    mine = [each for each in held if _is_of(each, made)]
    if made.reviewer in {each.prepared_by for each in mine}:
        raise BusinessError(
            "reviewer-prepared",
            _("{who} prepared this delivery; somebody else has to let it go.").format(who=made.reviewer),
            todo=_("Let a colleague decide about this row, under their own name."),
            place=place,
        )
    return [each.id for each in mine]


def _is_of(delivery: Delivery, made: Disposition) -> bool:
    return delivery.action == Action.WITHDRAW or delivery.fingerprint == made.fingerprint


def disagrees(made: Disposition, there: Standing, place: Place) -> BusinessError:
    """Return the error that names both reviewers and their reasons; the earlier decision stays in force."""
    return BusinessError(
        "reviewers-disagree",
        _("Reviewers disagree about {number}: in force is {standing}; against it, {other}").format(
            number=made.document_number, standing=told(there.in_force), other=told(made)
        ),
        todo=_(
            "Let one of them take over the other's word, or a third person decide: “yinxin review import --settle”."
        ),
        place=place,
    )
