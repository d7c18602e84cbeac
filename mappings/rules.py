"""Every rule that a value, a record or two books can fail: what it is called, how grave it is, and what to do.

Three layers look at a record: the standard, the receiver's profile, and the bureau's other books. An error keeps it
from being delivered as it stands (in quarantine, or held); a warning is only told, unless a profile refuses it by its
code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from words.languages import N_


class Layer(StrEnum):
    """Who makes a rule."""

    STANDARD = "standard"
    PROFILE = "profile"
    LEDGER = "ledger"


class Severity(StrEnum):
    """Whether a rule keeps a record from being delivered."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: its name in files, tables and JSON.
        layer: who makes it.
        severity: whether it keeps a record back.
        fields: the fields, or the kinds of field, that it looks at; none where it looks at all of them.
        sentence: what is wrong, for a clerk; behind the field's label, so that it begins small.
        hint: what to do about it.
    """

    code: str
    layer: Layer
    severity: Severity
    fields: tuple[str, ...]
    sentence: str
    hint: str


_E, _W = Severity.ERROR, Severity.WARNING
_S, _P, _L = Layer.STANDARD, Layer.PROFILE, Layer.LEDGER
_OF_ORGANIZATIONS = ("uscc", "legal_representative")
_OF_PERSONS = ("id_type", "id_number")
_PAPERS = ("id_number", "representative_id_number")
_FILL = N_("Write it in; 无, 空, “/” and the like count as no value.")
_DOCUMENT = N_("Compare it with the document, and correct it where it stands.")
_CODE = N_("Copy it once more from the business licence or the certificate.")
_TABLE = N_("Let an integrator add it under “codes” in the mapping.")

_TABLE_OF_RULES = (
    Rule("mandatory", _S, _E, (), N_("the standard demands a value here, and there is none"), _FILL),
    Rule(
        "placeholder",
        _S,
        _E,
        ("text", "name", "document_number"),
        N_("this word only stands in the place of a value"),
        N_("Write what the document says in its place."),
    ),
    Rule(
        "mandatory-for-type",
        _S,
        _E,
        _OF_ORGANIZATIONS + _OF_PERSONS,
        N_("this type of licensee demands a value here, and there is none"),
        N_("Write it in, or correct the type."),
    ),
    Rule(
        "mandatory-for-party",
        _S,
        _E,
        _OF_ORGANIZATIONS + _OF_PERSONS,
        N_("this type of party demands a value here, and there is none"),
        N_("Write it in, or correct the type."),
    ),
    Rule(
        "mandatory-for-penalty",
        _S,
        _E,
        ("fine", "confiscated", "revoked_certificate"),
        N_("this kind of penalty demands a value here, and there is none"),
        N_("Write the amount in 万元, or the certificate; or correct the kind of penalty."),
    ),
    Rule(
        "type-unknown",
        _S,
        _E,
        ("counterpart_type",),
        N_("neither a valid credit code nor a valid identity number says what type this is"),
        N_("Find out who it is; correct the code or the number where it stands."),
    ),
    Rule(
        "not-taken",
        _S,
        _E,
        (),
        N_("what the row says here has no place in a record: it is void, or it says more than a record can"),
        N_("Look at the row; a person decides what becomes of it."),
    ),
    Rule("impossible-date", _S, _E, ("date",), N_("no calendar has this day"), _DOCUMENT),
    Rule("unreadable-date", _S, _E, ("date",), N_("this is not readable as a date"), N_("Write it as 2024-03-15.")),
    Rule(
        "uscc-form",
        _S,
        _E,
        ("uscc",),
        N_("a unified social credit code has 18 characters and never I, O, S, V or Z"),
        _CODE,
    ),
    Rule(
        "uscc-check",
        _S,
        _E,
        ("uscc",),
        N_("the check character of this unified social credit code is wrong (GB 32100-2015)"),
        _CODE,
    ),
    Rule(
        "organization-code",
        _S,
        _E,
        ("organization_code",),
        N_("this is not a valid organization code (GB 11714-1997)"),
        N_("It is the 9th to the 17th character of the unified social credit code."),
    ),
    Rule(
        "registration-check",
        _S,
        _E,
        ("registration_number",),
        N_("the check digit of this business registration number is wrong (GS 15-2006)"),
        _CODE,
    ),
    Rule(
        "identity-check",
        _S,
        _E,
        _PAPERS,
        N_("this is not a valid citizen identity number (GB 11643-1999)"),
        N_("Copy it once more from the identity card."),
    ),
    Rule(
        "born-later",
        _S,
        _E,
        _PAPERS,
        N_("the birthday in this identity number lies ahead"),
        N_("Copy it once more from the identity card."),
    ),
    Rule(
        "masked-name",
        _S,
        _E,
        ("name",),
        N_("a name must be complete: no “*”, “/”, “null” or “test”"),
        N_("Write the whole legal name."),
    ),
    Rule("not-a-choice", _S, _E, ("choice", "choices"), N_("this value is not in the standard's code table"), _TABLE),
    Rule("code-not-in-table", _S, _E, (), N_("the mapping's code table has no row for this code"), _TABLE),
    Rule(
        "unreadable-amount",
        _S,
        _E,
        ("amount",),
        N_("this is not readable as an amount"),
        N_("Write digits, with 元 or 万元 behind them where it is not 万元."),
    ),
    Rule(
        "amount-too-long",
        _S,
        _E,
        ("amount",),
        N_("an amount in 万元 has at most 12 digits before the point and 6 behind it"),
        N_("See whether the amount is in 元."),
    ),
    Rule(
        "subject-code",
        _S,
        _E,
        ("subject_code",),
        N_("this is neither a unified social credit code nor a citizen identity number"),
        _CODE,
    ),
    Rule(
        "unreadable-events",
        _S,
        _E,
        ("events",),
        N_("what happened is not readable as a list with moments"),
        N_("Let an integrator compare the transform “events” with what the system shows."),
    ),
    Rule(
        "kept-and-not-kept",
        _S,
        _E,
        ("unperformed", "accountability"),
        N_("what was not kept must be stated unless all was kept, and only then"),
        N_("State what was not kept and what follows, or correct the state of performance."),
    ),
    Rule("ends-before-start", _S, _E, ("valid_until",), N_("the validity ends before it begins"), _DOCUMENT),
    Rule(
        "ends-before-decision",
        _S,
        _E,
        ("effective_until", "public_until"),
        N_("this day lies before the decision"),
        _DOCUMENT,
    ),
    Rule(
        "public-too-long",
        _S,
        _E,
        ("public_until",),
        N_("a penalty is disclosed for three years at most"),
        N_("Correct the end of publication."),
    ),
    Rule(
        "other-without-note",
        _S,
        _W,
        ("licence_kind", "penalty_kind", "commitment_type"),
        N_("“其他” should say which, as in 其他-补办"),
        N_("Write “-” and a note behind it."),
    ),
    Rule(
        "not-for-type",
        _S,
        _W,
        (*_OF_ORGANIZATIONS, "institution_number", "social_organization_number", *_OF_PERSONS),
        N_("this type has no such value; the field should be empty"),
        N_("Clear it, or correct the type."),
    ),
    Rule(
        "half-stated",
        _S,
        _W,
        ("representative_id_type", "representative_id_number", "certificate_name", "certificate_number"),
        N_("this belongs to another field, and only one of the two is stated"),
        N_("State both (type and number of a document, name and number of a certificate), or neither."),
    ),
    Rule(
        "organization-code-differs",
        _S,
        _W,
        ("organization_code",),
        N_("this is not the organization code that the unified social credit code contains"),
        N_("It is the 9th to the 17th character of the unified social credit code."),
    ),
    Rule(
        "registration-old",
        _S,
        _W,
        ("registration_number",),
        N_("a registration number of 13 digits is an old one, and nothing in it can be checked"),
        N_("Write the 15 digits, or nothing if there is a unified social credit code."),
    ),
    Rule(
        "tax-number-form",
        _S,
        _W,
        ("tax_number",),
        N_("a tax number usually has 15 characters, or is the unified social credit code"),
        _CODE,
    ),
    Rule(
        "authority-prefix",
        _S,
        _W,
        ("authority_code", "source_unit_code"),
        N_("the credit code of an authority usually begins with 11 or 12"),
        N_("See whether it is the code of another body."),
    ),
    Rule("valid-before-decision", _S, _W, ("valid_from",), N_("the validity begins before the decision"), _DOCUMENT),
    Rule(
        "number-in-text",
        _S,
        _W,
        ("facts",),
        N_("a citizen identity number stands in this text, which everybody will read"),
        N_("Take it out unless the law demands it."),
    ),
    Rule(
        "too-long",
        _P,
        _E,
        (),
        N_("longer than {bytes} bytes"),
        N_("Shorten it; a Chinese character counts two bytes in GBK and three in UTF-8."),
    ),
    Rule(
        "forbidden-characters",
        _P,
        _E,
        ("name",),
        N_("characters that {receiver} does not take"),
        N_("Write the legal name; a name that is right as it stands goes into “exceptions” of the profile."),
    ),
    Rule(
        "name-too-short",
        _P,
        _E,
        ("name",),
        N_("shorter than {receiver} takes it"),
        N_("Write the whole legal name."),
    ),
    Rule(
        "not-in-receivers-table",
        _P,
        _E,
        ("choice", "choices"),
        N_("not in the code table of {receiver}"),
        N_("Choose an entry of the receiver's table; “其他” needs a note behind it."),
    ),
    Rule("later-than-today", _P, _E, ("decision_date",), N_("later than today"), _DOCUMENT),
    Rule(
        "receivers-code-form",
        _P,
        _E,
        ("uscc",),
        N_("a code of a form that {receiver} does not take, though it is valid"),
        N_("Ask the receiver's operator; regions 61 to 65 and newer prefixes are often forgotten."),
    ),
    Rule(
        "prefix-and-type",
        _P,
        _W,
        ("counterpart_type",),
        N_("the type does not go with the first characters of the unified social credit code"),
        N_("Correct the type or the code; 92 is 个体工商户."),
    ),
    Rule(
        "ended",
        _P,
        _W,
        ("valid_until", "effective_until"),
        N_("this day is over already"),
        N_("See whether the state is still the right one."),
    ),
    Rule(
        "left-out",
        _P,
        _W,
        _PAPERS,
        N_("{receiver} has no column for a number of this type; it is left out"),
        N_("Nothing, if the receiver can do without it."),
    ),
    Rule(
        "half-waiting",
        _L,
        _E,
        (),
        N_("the other system has no row for this yet"),
        N_("Nothing yet: the next run looks again."),
    ),
    Rule(
        "half-overdue",
        _L,
        _E,
        (),
        N_("the other system still has no row for this"),
        N_("Enter it in the other system, or correct the number there."),
    ),
    Rule(
        "halves-unclear",
        _L,
        _E,
        (),
        N_("several rows of the two systems belong together, and nothing tells which to which"),
        N_("Correct the numbers, so that each has one counterpart."),
    ),
    Rule(
        "ambiguous",
        _L,
        _E,
        (),
        N_("several records carry the same key"),
        N_("Remove or renumber the double where it stands."),
    ),
    Rule(
        "differs_in_identity",
        _L,
        _E,
        (),
        N_("the ledger says otherwise in a field that says which decision it is"),
        N_("Look at the document, and correct the side that is wrong."),
    ),
    Rule(
        "differs",
        _L,
        _W,
        (),
        N_("the ledger says otherwise in a field that does not say which decision it is"),
        N_("Look at the document, and correct the side that is wrong."),
    ),
    Rule(
        "differs_from_feed",
        _L,
        _E,
        (),
        N_("the feed shows other values"),
        N_("Have them corrected there, or let the bot correct them."),
    ),
    Rule(
        "only_in_source",
        _L,
        _W,
        (),
        N_("the ledger does not have it"),
        N_("Enter it in the ledger; it is not held back for that."),
    ),
    Rule(
        "only_in_ledger",
        _L,
        _W,
        (),
        N_("no system has it"),
        N_("Find out whether the decision was ever entered in a business system."),
    ),
    Rule("only_in_feed", _L, _W, (), N_("neither system nor ledger has it"), N_("Find out who reported it.")),
)

#: Every rule by its code.
RULES: dict[str, Rule] = {rule.code: rule for rule in _TABLE_OF_RULES}
#: The rules that a profile may make refusals of.
WARNINGS = tuple(rule.code for rule in _TABLE_OF_RULES if rule.severity is _W and rule.layer is not _L)
