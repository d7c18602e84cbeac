"""What the commitment bot's words are called for people."""

from __future__ import annotations

from reconciliation.commitments.judging import Stage
from words.languages import N_
from words.languages import gettext as _

#: What a stage means; the first words are its name.
STAGES: dict[Stage, tuple[str, str]] = {
    Stage.RUNNING: (N_("Running"), N_("Its deadline lies ahead.")),
    Stage.AT_RISK: (N_("Due soon"), N_("Its deadline is a few working days ahead, and nobody has confirmed it.")),
    Stage.OVERDUE: (N_("Overdue"), N_("Its deadline is over; it is pushed on its push day unless something happens.")),
    Stage.BREACHED: (
        N_("To be pushed"),
        N_("Its push day has come, and nobody has confirmed, extended or disputed it."),
    ),
    Stage.UNCONFIRMED: (
        N_("Unconfirmed"),
        N_("The material was supplied, and the unit that accepted the commitment has not confirmed it."),
    ),
    Stage.DISPUTED: (N_("Disputed"), N_("Somebody objects, and nobody has decided yet.")),
    Stage.CLOSED: (N_("Kept"), N_("The unit that accepted the commitment has confirmed it.")),
    Stage.CANCELLED: (N_("Cancelled"), N_("It was taken back, or somebody rightly objected.")),
    Stage.UNCLEAR: (N_("Unclear"), N_("What the system states cannot be; a person has to look.")),
}
#: Why a person must look, and at what.
REASONS: dict[str, str] = {
    "no-deadline": N_("The system states no deadline; enter it there."),
    "deadline-before-commitment": N_("The deadline lies before the day of the commitment; correct it in the system."),
    "deadline-beyond-calendar": N_("The calendar does not know the deadline's year: “yinxin calendar add --year”."),
    "disputed": N_("It is disputed; decide on the objection in the system."),
    "unconfirmed": N_("Supplied, not confirmed: the department says in the system whether that is it."),
    "confirmed-by-another": N_("Confirmed by another unit than the one that accepted it; that one has to say."),
    "vanished": N_("The system still lists it and does not show it any more; ask whoever keeps the system."),
    "unlisted": N_("The system does not list it any more; ask whoever keeps the system."),
    "older-state": N_("The system answered with an older state than before; nothing is pushed on that."),
    "not-re-read": N_("The system could not be asked again just before the push; nothing is pushed without that."),
    "shown-otherwise": N_("The feed shows this commitment under another name or unit; one of the two is wrong."),
    "changed-meanwhile": N_("It was extended, cancelled or rightly disputed after it had been pushed: decide on it."),
}
#: What happened.
EVENTS: dict[str, str] = {
    "made": N_("made"),
    "supplies": N_("material supplied"),
    "confirmations": N_("confirmed"),
    "inspections": N_("inspected"),
    "extensions": N_("extended"),
    "disputes": N_("disputed"),
    "cancellations": N_("cancelled"),
    "deadline": N_("deadline"),
    "push_day": N_("push day"),
    "pushed": N_("shown by the feed"),
}


def stage_name(stage: str) -> str:
    """Return the name of a stage."""
    return _(STAGES[Stage(stage)][0])


def reason(code: str) -> str:
    """Return the sentence of a reason code; anything else, a sentence already, stays as it is."""
    return _(REASONS[code]) if code in REASONS else code
