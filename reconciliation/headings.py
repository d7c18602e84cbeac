"""Every heading and word of the workbook in one place: code word to English message, translated where it is read."""

from __future__ import annotations

from mappings.standards import Standard
from reconciliation.report import Verdict
from words.languages import N_
from words.languages import gettext as _

#: What the enumerations, buckets, sides, matching rules and rates are called inside a sentence.
WORDS = {
    "collected": N_("collected"),
    "mapped": N_("mapped"),
    "quarantined": N_("quarantined"),
    "already_disclosed": N_("already disclosed"),
    "held": N_("held"),
    "due": N_("due"),
    "not_due": N_("nothing to send"),
    "exempt": N_("exempt from disclosure"),
    "confirmed": N_("confirmed"),
    "waiting": N_("waiting"),
    "rejected": N_("rejected"),
    "unknown": N_("unknown"),
    "agreed": N_("agreed"),
    "differs": N_("differs"),
    "only_in_source": N_("only in source"),
    "only_in_ledger": N_("only in ledger"),
    "only_in_feed": N_("only in feed"),
    "ambiguous": N_("ambiguous"),
    "on_time": N_("on time"),
    "due_soon": N_("due soon"),
    "late": N_("late"),
    "compliant": N_("compliant"),
    "malformed": N_("malformed"),
    "source": N_("source"),
    "ledger": N_("ledger"),
    "feed": N_("feed"),
    "compliance": N_("compliance rate"),
    "late_rate": N_("late rate"),
    "concealment": N_("concealment rate"),
    "all": N_("whole run"),
    "authority": N_("authority"),
    "item": N_("item"),
    "month": N_("month"),
    "screenshot": N_("screenshot"),
    "page": N_("page source"),
    "payload": N_("delivered file"),
    "receipt": N_("receipt"),
    "report": N_("run report"),
    "error-report": N_("error report"),
    "identity": N_("same identity"),
    "identity_normalised": N_("same identity after normalisation"),
    "document_number_and_name": N_("same document number and name"),
    "document_number": N_("same document number"),
    "number_variant_and_name": N_("number variant, same name"),
    "number_variant_and_decision_date": N_("number variant, same decision date"),
    "certificate_number_and_name": N_("same certificate number and name"),
    "certificate_number_and_decision_date": N_("same certificate number and decision date"),
    "name_date_and_item": N_("same name and item, dates near each other"),
    "duplicate": N_("stands there more than once"),
}

#: What stands above a column that is not a field of the standard.
COLUMNS = {
    "group": N_("Group"),
    "record_id": N_("Record id"),
    "verdict": N_("Verdict"),
    "timeliness": N_("Timeliness"),
    "compliance": N_("Compliance"),
    "bucket": N_("Bucket"),
    "outcome": N_("Delivery"),
    "reason": N_("Why it is held or refused"),
    "rule": N_("Matched by"),
    "rule_code": N_("Rule code"),
    "deadline": N_("Disclose by"),
    "disclosed_on": N_("Disclosed on"),
    "differing": N_("Differing fields"),
    "origin": N_("Where it stands"),
    "source_origin": N_("In the source"),
    "ledger_origin": N_("In the ledger"),
    "feed_origin": N_("On the feed"),
    "item": N_("Item"),
    "actor": N_("Who must act"),
    "normalised": N_("Made equal before matching"),
    "why_not": N_("Why not matched"),
    "suggestion": N_("Nearest record elsewhere (suggestion only)"),
    "field": N_("Field"),
    "against": N_("Compared with"),
    "source_value": N_("Value at the bureau"),
    "other_value": N_("Value there"),
    "standing": N_("Bot and clerk"),
    "bot_value": N_("The bot would have sent"),
    "feed_value": N_("The feed shows"),
    "side": N_("Side"),
    "value": N_("Value"),
    "sentence": N_("What is wrong"),
    "hint": N_("What to do"),
    "warnings": N_("Worth a look"),
    "mapping": N_("Mapping"),
    "kind": N_("Kind"),
    "about": N_("What it shows"),
    "path": N_("File"),
    "sha256": N_("SHA-256"),
    "rate": N_("Rate"),
    "scope": N_("Counted over"),
    "member": N_("Authority, item or month"),
    "numerator": N_("Numerator"),
    "denominator": N_("Denominator"),
    "percent": N_("Percent"),
    "stage": N_("Stage"),
    "why": N_("What a person must look at"),
    "ends_on": N_("Deadline ends on"),
    "push_day": N_("Push day"),
    "late": N_("Working days late"),
    "performance": N_("Performance"),
    "pushed_on": N_("On the feed since"),
    "at": N_("When"),
    "event": N_("What happened"),
    "unit": N_("By"),
    "result": N_("Result"),
    "until": N_("Until"),
    "text": N_("Said"),
    "collected_on": N_("First collected on"),
    "sent_at": N_("Handed over at"),
    "accepted_at": N_("Accepted at"),
    "shown_on": N_("Disclosed on"),
    "days": N_("Working days used"),
    "bar": N_("Working days against the legal period"),
    "batch": N_("Batch number"),
    "sheet": N_("Sheet"),
    "rows": N_("Rows"),
    "seal": N_("Row seal"),
    "disposition": N_("Disposition"),
    "reviewer": N_("Reviewer"),
    "review_reason": N_("Reason given"),
    "earlier": N_("Decided before"),
}

#: The sheets that are not named after a verdict.
SUMMARY, HELD, QUARANTINE = N_("Summary"), N_("Held"), N_("Quarantine")
UPCOMING = N_("Last days ahead")
FULL_LIST, RATES, EVIDENCE, NOTES = N_("Full list"), N_("Rates"), N_("Evidence"), N_("Notes")
TIMELINE = N_("Days used")

#: The label under which the notes of a report carry the head of the day's event chain.
CHAIN_HEAD = N_("Chain head")

#: What a person may decide about a row; the keys are what ``yinxin review import`` stores.
DISPOSITIONS = {
    "deliver": N_("Deliver"),
    "hold": N_("Hold"),
    "correct_source": N_("Correct the source"),
    "correct_ledger": N_("Correct the ledger"),
    "exempt": N_("Exempt"),
    "no_action": N_("No action"),
}

#: What a disposition brings about in the next runs, as long as the record and what it was compared with stay the same.
EFFECTS = {
    "deliver": N_("A record that is held is delivered by the next run. It needs a reason."),
    "hold": N_("The record is not delivered until a person decides otherwise, even if it changes. It needs a reason."),
    "correct_source": N_("The record is not delivered as it is; the next run judges it anew when it has changed."),
    "correct_ledger": N_("The ledger is to be corrected; whether the record is delivered is left as it is."),
    "exempt": N_(
        "The law does not ask for its disclosure: it is not delivered, has no deadline, and counts in no rate of "
        "concealment. It needs a reason."
    ),
    "no_action": N_("It was looked at and is left as it is. It needs a reason."),
}

MEANINGS = {
    Verdict.AGREED: N_("Source and ledger both hold the decision, and no side states anything else."),
    Verdict.DIFFERS: N_("Two or more sides hold the decision, and in at least one field they do not agree."),
    Verdict.ONLY_IN_SOURCE: N_("The business system holds the decision and the ledger does not; the feed may show it."),
    Verdict.ONLY_IN_LEDGER: N_("The ledger holds the decision and the business system does not; the feed may show it."),
    Verdict.ONLY_IN_FEED: N_("The feed shows the decision; neither the business system nor the ledger holds it."),
    Verdict.AMBIGUOUS: N_("Several records claim the same decision; the group is shown whole, and nobody paired it."),
}

FORMULAS = {
    "compliance": N_("Records that the feed shows or gave a receipt for ÷ records it already showed or this run sent."),
    "late": N_("Of those records, the ones that the feed received after their deadline ÷ the same records."),
    "concealment": N_(
        "Decisions that the feed neither shows nor gave a receipt for ÷ decisions that source or ledger hold, "
        "the quarantined ones included and the exempt ones left out."
    ),
}


def word(code: str) -> str:
    """Return a code word in the reader's language; a word that is not known here stays as it is."""
    return _(WORDS[code]) if code in WORDS else code


def title(code: str) -> str:
    """Return a code word as it stands alone in a cell or on a tab."""
    text = word(code)
    return text[:1].upper() + text[1:]


def rate_name(name: str) -> str:
    """Return what the regulator calls a rate; “late” is also a verdict, and reads differently there."""
    return title("late_rate" if name == "late" else name)


def column_name(name: str) -> str:
    """Return what stands above a column that is not a field of the standard."""
    return _(COLUMNS[name])


def heading(name: str) -> str:
    """Return the heading of a column that is no field of a standard, in the reader's language."""
    return _(COLUMNS[name])


def field_label(standard: Standard, name: str) -> str:
    """Return the standard's own label of a field in the reader's language."""
    field = standard.by_name.get(name)
    if field is None:
        return heading(name) if name in COLUMNS else name
    return field.said
